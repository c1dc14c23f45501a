"""Submits the notice of a page to its channel's API, and takes a person's word on how that went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Form
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.pages.rendering import go_to
from infringement_dagster.notices.vero import VERO_CHANNEL
from infringement_dagster.reviewing.submissions.asking import (
    NotPossible,
    Settlement,
    SubmissionChoices,
    choices_for,
    settle_submission,
    settlements_of,
    submit_notice,
)
from resources.postgres.cases.acting import submission_store
from resources.postgres.cases.acting.submission_store import SubmissionRow, SubmissionState
from resources.postgres.cases.notice_store import NoticeRow
from resources.vero.desk import VeroDesk

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
_WORDS: Final[dict[SubmissionState, str]] = {
    "waiting": "On its way to eBay",
    "unsure": "Nobody knows whether it arrived",
    "sent": "eBay has it",
    "answered": "Answered",
    "refused": "Not taken",
    "withdrawn": "Taken back",
}


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """How the notice goes out by API, as its page shows it."""

    choices: SubmissionChoices | None
    impossible_because: str | None
    newest: SubmissionRow | None
    words: str  # of the newest one's state; empty where there is none
    settlements: frozenset[Settlement]


class SubmitForm(BaseModel):
    """The reason, and that whoever submits makes the declarations shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason_code: str = Field(pattern=r"^[0-9]{1,10}$")
    version: int = Field(ge=1, le=2**31 - 2)
    confirmed: Literal["yes"]


class SettleForm(BaseModel):
    """A person's word on a submission."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    submission_id: UUID
    settlement: Settlement


def submission_view(scope: ClientScope, desk: VeroDesk, notice: NoticeRow) -> SubmissionView | None:
    """How the notice goes out by API; None for channels that have none."""
    if notice.channel != VERO_CHANNEL:
        return None
    c, client_id = scope.connection, scope.client_id
    newest = next(iter(submission_store.submissions_of(c, client_id, notice.notice_id)), None)
    is_open = newest is not None and newest.state in ("waiting", "unsure")
    choices = choices_for(desk, client_id, notice) if notice.state == "drafted" else None
    return SubmissionView(
        choices if isinstance(choices, SubmissionChoices) and not is_open else None,
        choices.reason if isinstance(choices, NotPossible) else None,
        newest,
        "" if newest is None else _WORDS[newest.state],
        frozenset() if newest is None else settlements_of(newest),
    )


@router.post("/clients/{client_id}/notices/{notice_id}/submit")
def submit_on_notice_page(
    scope: InClient, backend: Backed, notice_id: UUID, form: Annotated[SubmitForm, Form()]
) -> Response:
    """Has the notice submitted; the page tells how it fares."""
    submit_notice(
        scope.connection,
        backend.vero,
        scope.client_id,
        notice_id,
        form.reason_code,
        scope.principal.actor,
        form.version,
    )
    return go_to(f"/clients/{scope.client_id}/notices/{notice_id}")


@router.post("/clients/{client_id}/notices/{notice_id}/settle")
def settle_on_notice_page(
    scope: InClient, notice_id: UUID, form: Annotated[SettleForm, Form()]
) -> Response:
    """Keeps a person's word on a submission."""
    settle_submission(
        scope.connection,
        scope.client_id,
        notice_id,
        form.submission_id,
        form.settlement,
        scope.principal.actor,
    )
    return go_to(f"/clients/{scope.client_id}/notices/{notice_id}")
