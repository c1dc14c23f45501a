"""Notices about cases, and what became of the listings that they are about.

Nothing here sends a notice: a person does, and reports it, or has it submitted by API.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import PlainTextResponse

from api.access import ClientScope, InClient
from api.http.names import named_documents
from api.http.operation_route import OperationRoute
from api.http.schemas import Document, Note, SeenVersion, Text
from api.http.schemas import Request as Body
from infringement_dagster.domain.event import NoticeState, Presence
from infringement_dagster.notices.channels import Channel
from infringement_dagster.notices.channels import Field as NoticeField
from infringement_dagster.notices.drafting import HoldReason
from infringement_dagster.notices.letter import letter
from infringement_dagster.notices.states import PersonsState
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
    version: SeenVersion


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
