"""Notices that go out by a channel's API: how they may, how they fare, and a person's word."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.access import ClientScope, InClient
from api.backend import Backed
from api.http.names import named_document, named_documents
from api.http.operation_route import OperationRoute
from api.http.schemas import Document, SeenVersion
from api.http.schemas import Request as Body
from infringement_dagster.reviewing.submissions import asking
from infringement_dagster.reviewing.submissions.asking import (
    NotPossible,
    Settlement,
    choices_for,
    settle_submission,
)
from resources.postgres.cases import notice_store
from resources.postgres.cases.acting import submission_store
from resources.postgres.cases.acting.submission_store import SubmissionState

router = APIRouter(tags=["notices"], route_class=OperationRoute)


class ReasonDocument(Document):
    """A reason for which the channel takes reports."""

    reason_code: str = Field(examples=["9001"])
    brief: str = Field(description="The channel's own words.")
    detailed: str = Field(description="The same at length; empty where it has none.")


class SubmissionDocument(Document):
    """A notice on its way to the channel's API, or there."""

    submission_id: UUID
    reason_code: str = Field(examples=["9001"])
    state: SubmissionState = Field(
        description="`unsure`: nobody knows whether it arrived, a person is to settle it."
    )
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    tries: int = Field(description="That failed since the last one that did not.")
    next_try_at: datetime = Field(description="When the channel is asked again, unless it ended.")
    report_id: str | None = Field(description="The channel's number of it; null: not known.")
    item_status: str | None = Field(
        description="As the channel last said it; null: it has not.", examples=["RECEIVED"]
    )
    told: str | None = Field(description="Why it waits, was refused, or what the channel wants.")
    sent_at: datetime | None
    ended_at: datetime | None


class NoticeSubmissionDocument(Document):
    """How a notice may go out by API, and how it did."""

    impossible_because: str | None = Field(description="null: it may be submitted now.")
    is_sandbox: bool = Field(description="Whether reports go to a sandbox and to nobody else.")
    reasons: list[ReasonDocument]
    declarations: list[str] = Field(description="What whoever submits it declares.")
    submissions: list[SubmissionDocument] = Field(description="The newest first.")


class NewSubmission(Body):
    """The reason, and that the declarations hold."""

    reason_code: str = Field(pattern=r"^[0-9]{1,10}$", examples=["9001"])
    version: SeenVersion = Field(description="Of the notice that was read.")
    confirmed: Literal[True] = Field(description="Whoever submits makes the declarations.")


class SettledSubmission(Body):
    """A person's word on a submission."""

    settlement: Settlement = Field(
        description="`arrived`: the channel shows it; `withdrawn`: it is not to go by API."
    )


@router.get("/v1/clients/{client_id}/notices/{notice_id}/submission")
def get_notice_submission(
    scope: InClient, backend: Backed, notice_id: UUID
) -> NoticeSubmissionDocument:
    """Read how a notice may be submitted by API, or why not, and how submissions fared."""
    c, client_id = scope.connection, scope.client_id
    notice = notice_store.get_notice(c, client_id, notice_id)
    choices = choices_for(backend.vero, client_id, notice)
    submissions = _submissions(scope, notice_id)
    if isinstance(choices, NotPossible):
        return NoticeSubmissionDocument(
            impossible_because=choices.reason,
            is_sandbox=False,
            reasons=[],
            declarations=[],
            submissions=submissions,
        )
    return NoticeSubmissionDocument(
        impossible_because=None,
        is_sandbox=choices.is_sandbox,
        reasons=[ReasonDocument.model_validate(reason) for reason in choices.reasons],
        declarations=list(choices.declarations),
        submissions=submissions,
    )


@router.post("/v1/clients/{client_id}/notices/{notice_id}/submissions", status_code=201)
def submit_notice(
    scope: InClient, backend: Backed, notice_id: UUID, wanted: NewSubmission
) -> SubmissionDocument:
    """Submit the notice to the channel's API. It leaves within seconds, and never twice."""
    row = asking.submit_notice(
        scope.connection,
        backend.vero,
        scope.client_id,
        notice_id,
        wanted.reason_code,
        scope.principal.actor,
        wanted.version,
    )
    return named_document(SubmissionDocument, scope, row, "asked_by")


@router.post("/v1/clients/{client_id}/notices/{notice_id}/submissions/{submission_id}/settle")
def settle_notice_submission(
    scope: InClient, notice_id: UUID, submission_id: UUID, word: SettledSubmission
) -> list[SubmissionDocument]:
    """Say that a submission arrived, or take it back; the answer is all of the notice's."""
    settle_submission(
        scope.connection,
        scope.client_id,
        notice_id,
        submission_id,
        word.settlement,
        scope.principal.actor,
    )
    return _submissions(scope, notice_id)


def _submissions(scope: ClientScope, notice_id: UUID) -> list[SubmissionDocument]:
    rows = submission_store.submissions_of(scope.connection, scope.client_id, notice_id)
    return named_documents(SubmissionDocument, scope, rows, "asked_by")
