"""Notices about cases, and what became of the listings that they are about.

Nothing here sends a notice: a person does, and reports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import PlainTextResponse

from api.access import ClientScope, InClient
from api.http.cursors import (
    list_tag,
    notice_position,
    notice_position_parts,
    read_cursor,
    write_cursor,
)
from api.http.names import named_documents
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, Document, Limit, Note, Page, ProviderName, Text
from api.http.schemas import Request as Body
from infringement_dagster.domain.event import NoticeState, Presence
from infringement_dagster.domain.report.figures import Absent
from infringement_dagster.notices.channels import RULES, Channel
from infringement_dagster.notices.channels import Field as NoticeField
from infringement_dagster.notices.drafting import HoldReason
from infringement_dagster.notices.letter import letter
from infringement_dagster.notices.states import PersonsState
from infringement_dagster.reviewing.notice_board import ChannelStanding, channel_standings
from infringement_dagster.reviewing.notice_drafts import draft_for_case
from resources.postgres.cases import case_lists, notice_store, relation_store
from resources.postgres.cases.case_store import UnknownCase
from resources.postgres.cases.notice_store import NoticeRow
from resources.postgres.cases.relation_store import RelationKind
from resources.postgres.clients.audit import record

router = APIRouter(tags=["notices"], route_class=OperationRoute)


class HoldDocument(Document):
    """Why a draft must not be sent yet."""

    reason: HoldReason
    detail: str
    field: NoticeField | None


class NoticeDocument(Document):
    """A notice of one case through one channel."""

    notice_id: UUID
    case_id: UUID
    channel: Channel
    state: NoticeState
    version: int = Field(description="Name it when you report a change.")
    fields: Mapping[NoticeField, str]
    holds: list[HoldDocument]
    config_version: int
    created_at: datetime
    changed_at: datetime


class NoticeChangeDocument(Document):
    """A state that a notice took."""

    change_no: int
    state: NoticeState
    note: str
    changed_by: str
    changed_by_name: str
    changed_at: datetime


class NoticeDetailDocument(NoticeDocument):
    """A notice with its text and history."""

    text: str
    changes: list[NoticeChangeDocument]


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


class NewNotice(Body):
    """Through which channel to report the case, and why it infringes."""

    channel: Channel
    explanation: Text = Field(
        "",
        description="Why it infringes; the reason given with the decision where this is empty.",
        examples=["The product is a counterfeit: it was not made by us."],
    )


class NoticeChange(Body):
    """A person's report about the version that was read."""

    state: PersonsState = Field(examples=["sent"])
    note: Note = Field("", examples=["reference 4711 of the channel"])
    version: int = Field(ge=1, le=2**31 - 2)


class PresenceDocument(Document):
    """When a scan noticed that the listing was gone from the searches or listed again."""

    presence_no: int
    presence: Presence
    scan_id: UUID
    noticed_at: datetime


class RelationDocument(Document):
    """A later case with the seller or a photo of an earlier infringing one."""

    case_id: UUID
    earlier_case_id: UUID
    kind: RelationKind
    scan_id: UUID
    found_at: datetime


class CaseHistoryDocument(Document):
    """The history of a case's listing."""

    presences: list[PresenceDocument]
    relations: list[RelationDocument]


@router.get("/v1/clients/{client_id}/cases/{case_id}/history")
def get_case_history(scope: InClient, case_id: UUID) -> CaseHistoryDocument:
    """Read when the listing was gone or came back, and the cases it relates to."""
    c, client_id = scope.connection, scope.client_id
    _check_case(scope, case_id)
    return CaseHistoryDocument(
        presences=[
            PresenceDocument.model_validate(row)
            for row in relation_store.presences_of(c, client_id, case_id)
        ],
        relations=[
            RelationDocument.model_validate(row)
            for row in relation_store.relations_of(c, client_id, case_id)
        ],
    )


@router.get("/v1/clients/{client_id}/cases/{case_id}/notices")
def list_notices(scope: InClient, case_id: UUID) -> list[NoticeDocument]:
    """List the notices of a case, at most one a channel."""
    _check_case(scope, case_id)
    rows = notice_store.notices_of(scope.connection, scope.client_id, case_id)
    return [NoticeDocument.model_validate(row) for row in rows]


@router.post("/v1/clients/{client_id}/cases/{case_id}/notices", status_code=201)
def draft_notice(scope: InClient, case_id: UUID, wanted: NewNotice) -> NoticeDetailDocument:
    """Draft a notice, or draft it again from what holds now. `holds` says why it is held."""
    row = draft_for_case(
        scope.connection,
        scope.client_id,
        case_id,
        wanted.channel,
        scope.principal.actor,
        wanted.explanation,
    )
    return _detail(scope, row)


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


@router.get("/v1/clients/{client_id}/notices/{notice_id}")
def get_notice(scope: InClient, notice_id: UUID) -> NoticeDetailDocument:
    """Read a notice with its text and history."""
    return _detail(scope, notice_store.get_notice(scope.connection, scope.client_id, notice_id))


@router.get("/v1/clients/{client_id}/notices/{notice_id}/text", response_class=PlainTextResponse)
def export_notice(scope: InClient, notice_id: UUID) -> PlainTextResponse:
    """Download a notice as the text to send."""
    row = notice_store.get_notice(scope.connection, scope.client_id, notice_id)
    name = f"{row.channel}-{row.notice_id}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    record(
        scope.connection,
        scope.client_id,
        scope.principal.doer,
        "notice.exported",
        str(notice_id),
    )
    return PlainTextResponse(letter(row.channel, row.fields), headers=headers)


@router.post("/v1/clients/{client_id}/notices/{notice_id}/changes", status_code=201)
def change_notice(scope: InClient, notice_id: UUID, change: NoticeChange) -> NoticeDetailDocument:
    """Report that you have sent the notice, or how the channel answered."""
    row = notice_store.change_state(
        scope.connection,
        scope.client_id,
        notice_id,
        change.state,
        change.note,
        scope.principal.actor,
        change.version,
    )
    return _detail(scope, row)


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
    )


def _check_case(scope: ClientScope, case_id: UUID) -> None:
    if case_lists.get_case(scope.connection, scope.client_id, case_id) is None:
        raise UnknownCase(f"client {scope.client_id} has no case {case_id}")


def _detail(scope: ClientScope, row: NoticeRow) -> NoticeDetailDocument:
    changes = notice_store.changes_of(scope.connection, scope.client_id, row.notice_id)
    return NoticeDetailDocument(
        **NoticeDocument.model_validate(row).model_dump(),
        text=letter(row.channel, row.fields),
        changes=named_documents(NoticeChangeDocument, scope, changes, "changed_by"),
    )
