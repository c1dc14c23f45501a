"""All notices of a client by their state, and how each channel answers."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import Field

from api.access import InClient
from api.http.cursors import (
    list_tag,
    notice_position,
    notice_position_parts,
    read_cursor,
    write_cursor,
)
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, Document, Limit, Page, ProviderName
from api.routes.cases.notices import NoticeDocument
from infringement_dagster.domain.event import NoticeState
from infringement_dagster.domain.report.figures import Absent
from infringement_dagster.notices.channels import RULES, Channel
from infringement_dagster.reviewing.notice_board import ChannelStanding, channel_standings
from resources.postgres.cases import notice_store
from resources.postgres.cases.acting.submission_store import SubmissionState

router = APIRouter(tags=["notices"], route_class=OperationRoute)


class ListedNoticeDocument(Document):
    """A notice and the marketplace of its listing."""

    notice: NoticeDocument
    provider: ProviderName


class IntervalDocument(Document):
    """Where the true share lies with 95% certainty."""

    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class AcceptanceDocument(Document):
    """The accepted share of a channel's answers."""

    share: float = Field(ge=0, le=1, examples=[0.83])
    interval: IntervalDocument
    answers: int = Field(ge=1, examples=[12])


class ChannelDocument(Document):
    """A channel for notices: where they go, how many there are, how it answers."""

    channel: Channel
    title: str
    forms: Mapping[ProviderName, str] = Field(
        description="By marketplace the page on which a person sends the notice."
    )
    email: str | None = Field(description="The address that takes it as a letter.")
    notices: Mapping[NoticeState, int] = Field(description="How many are in each state.")
    silent: int = Field(description="Sent a week ago or more, and not answered yet.")
    acceptance: AcceptanceDocument | None = Field(description="null: no answer came yet.")
    median_days: float | None = Field(description="From sending to the answer; null: none came.")
    submissions: Mapping[SubmissionState, int] = Field(
        description="By API: how many are in each state; they add up to all that were asked for.",
        examples=[{"waiting": 1, "sent": 4, "answered": 20, "refused": 1}],
    )


@router.get("/v1/clients/{client_id}/notices")
def list_client_notices(
    scope: InClient,
    state: NoticeState = "drafted",
    channel: Channel | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ListedNoticeDocument]:
    """List the client's notices in a state: those sent longest ago first, others newest first."""
    tag = list_tag(scope.client_id, "notices", state, channel)
    rows = notice_store.notice_page(
        scope.connection,
        scope.client_id,
        limit,
        state,
        channel=channel,
        after=notice_position(read_cursor(tag, cursor, 2)) if cursor else None,
    )
    last = notice_position_parts(rows[-1].notice) if len(rows) == limit else None
    return Page(
        items=[ListedNoticeDocument.model_validate(row) for row in rows],
        next_cursor=write_cursor(tag, last) if last else None,
    )


@router.get("/v1/clients/{client_id}/notice-channels")
def list_notice_channels(scope: InClient) -> list[ChannelDocument]:
    """List the channels for notices, with how many there are and how each channel answers."""
    return [_channel(item) for item in channel_standings(scope.connection, scope.client_id)]


def _channel(standing: ChannelStanding) -> ChannelDocument:
    rules, figure = RULES[standing.channel], standing.acceptance
    acceptance = None
    if not isinstance(figure.value, Absent) and figure.interval is not None:
        acceptance = AcceptanceDocument(
            share=figure.value,
            interval=IntervalDocument.model_validate(figure.interval),
            answers=standing.accepted + standing.rejected,
        )
    return ChannelDocument(
        channel=standing.channel,
        title=rules.title,
        forms=rules.forms,
        email=rules.email,
        notices=standing.notices,
        silent=standing.silent,
        acceptance=acceptance,
        median_days=standing.median_days,
        submissions=standing.submissions,
    )
