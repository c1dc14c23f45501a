"""Notices about all infringing listings of a group or an actor: drafted and submitted in one go."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.access import InClient
from api.backend import Backed
from api.http.names import named_documents
from api.http.operation_route import OperationRoute
from api.http.schemas import Document, SeenVersion
from api.http.schemas import Request as Body
from api.routes.cases.notice_submissions import SubmissionDocument
from api.routes.cases.notices import NewNotice, NoticeDocument
from infringement_dagster.reviewing import notices_at_once
from infringement_dagster.reviewing.notices_at_once import AT_ONCE_MAX
from infringement_dagster.reviewing.submissions import asking

router = APIRouter(tags=["notices"], route_class=OperationRoute)


class LeftOutDocument(Document):
    """An infringing case that got no draft."""

    case_id: UUID
    reason: str


class DraftedDocument(Document):
    """The notices that were drafted in one go, and the cases that got none."""

    notices: list[NoticeDocument]
    left_out: list[LeftOutDocument]
    text: str | None


class SeenNotice(Body):
    """A notice at the version that was read."""

    notice_id: UUID
    version: SeenVersion = Field(description="Of the notice that was read.")


class NewSubmissions(Body):
    """The notices, the reason that holds for all, and that the declarations do."""

    notices: list[SeenNotice] = Field(
        min_length=1, max_length=AT_ONCE_MAX, description="All of one channel with an API."
    )
    reason_code: str = Field(pattern=r"^[0-9]{1,10}$", examples=["9001"])
    confirmed: Literal[True] = Field(description="Whoever submits makes the declarations.")


@router.post("/v1/clients/{client_id}/groups/{group_id}/notices", status_code=201)
def draft_group_notices(scope: InClient, group_id: UUID, wanted: NewNotice) -> DraftedDocument:
    """Draft a notice about each infringing case of a group; `left_out` says which got none."""
    c, client_id, actor = scope.connection, scope.client_id, scope.principal.actor
    drafted = notices_at_once.draft_for_group(
        c, client_id, group_id, wanted.channel, actor, wanted.explanation
    )
    return DraftedDocument.model_validate(drafted)


@router.post("/v1/clients/{client_id}/actors/{actor_id}/notices", status_code=201)
def draft_actor_notices(scope: InClient, actor_id: UUID, wanted: NewNotice) -> DraftedDocument:
    """Draft a notice about each infringing case of an actor's sellers, likewise."""
    c, client_id, actor = scope.connection, scope.client_id, scope.principal.actor
    drafted = notices_at_once.draft_for_actor(
        c, client_id, actor_id, wanted.channel, actor, wanted.explanation
    )
    return DraftedDocument.model_validate(drafted)


@router.post("/v1/clients/{client_id}/notice-submissions", status_code=201)
def submit_notices(
    scope: InClient, backend: Backed, wanted: NewSubmissions
) -> list[SubmissionDocument]:
    """Submit several notices to the channel's API, all or none. Each is a report of its own."""
    seen = {notice.notice_id: notice.version for notice in wanted.notices}
    c, client_id, actor = scope.connection, scope.client_id, scope.principal.actor
    rows = asking.submit_notices(c, backend.vero, client_id, seen, wanted.reason_code, actor)
    return named_documents(SubmissionDocument, scope, rows, "asked_by")
