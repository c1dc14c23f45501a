"""The work on a case as a team shares it out: who, until when, tags and comments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from api.access import ClientScope, InClient
from api.http.names import named_documents
from api.http.operation_route import OperationRoute
from api.http.schemas import NUMBER, Day, Document
from api.http.schemas import Request as Body
from infringement_dagster.domain.acting.team import (
    COMMENT_MAX_CHARS,
    TAG_MAX_CHARS,
    TAG_PATTERN,
    TAGS_MAX,
    WorkChangeKind,
)
from infringement_dagster.reviewing import team_work
from infringement_dagster.reviewing.team_work import read_work
from resources.postgres.cases import case_lists
from resources.postgres.cases.case_store import UnknownCase
from resources.postgres.clients.principals import principal_names

router = APIRouter(tags=["cases"], route_class=OperationRoute)
Assignee = Annotated[str, StringConstraints(pattern=r"^user:[0-9a-f-]{36}$")]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=TAG_MAX_CHARS, pattern=TAG_PATTERN)]
Comment = Annotated[
    str,
    StringConstraints(min_length=1, max_length=COMMENT_MAX_CHARS, pattern=r"^[^\x00]*\S[^\x00]*$"),
]


class WorkChangeDocument(Document):
    """A change of the work on a case, or a comment."""

    change_no: int
    kind: WorkChangeKind
    assignee: str | None
    due_on: date | None
    tags: list[str] | None
    comment: str | None
    changed_by: str
    changed_by_name: str
    changed_at: datetime


class CaseWorkDocument(Document):
    """Who is on a case until when, and how that came about."""

    version: int = Field(ge=0, description="Name it when you change any of it.", examples=[2])
    assignee: str | None
    assignee_name: str | None
    due_on: date | None
    tags: list[str]
    changes: list[WorkChangeDocument] = Field(description="And comments; the first one first.")


class _Versioned(Body):
    version: Annotated[int, Field(ge=0, le=2**31 - 2), NUMBER] = Field(
        description="The work's `version` when it was read.", examples=[2]
    )


class NewAssignee(_Versioned):
    """Whose work the case shall be."""

    assignee: Assignee | None


class NewDueDate(_Versioned):
    """By when the case shall be done."""

    due_on: Day | None


class NewTags(_Versioned):
    """The tags that the case shall have."""

    tags: Sequence[Tag] = Field(max_length=TAGS_MAX)


class NewComment(Body):
    """A comment for the team."""

    comment: Comment = Field(examples=["Ask the seller for an invoice first."])


@router.get("/v1/clients/{client_id}/cases/{case_id}/work")
def get_case_work(scope: InClient, case_id: UUID) -> CaseWorkDocument:
    """Read who is on a case until when, its tags, and all changes and comments."""
    if case_lists.get_case(scope.connection, scope.client_id, case_id) is None:
        raise UnknownCase(f"client {scope.client_id} has no case {case_id}")
    return _document(scope, case_id)


@router.put("/v1/clients/{client_id}/cases/{case_id}/assignee")
def assign_case(scope: InClient, case_id: UUID, wanted: NewAssignee) -> CaseWorkDocument:
    """Make a case somebody's work, or nobody's."""
    actor, version = scope.principal.actor, wanted.version
    team_work.assign(scope.connection, scope.client_id, case_id, wanted.assignee, actor, version)
    return _document(scope, case_id)


@router.put("/v1/clients/{client_id}/cases/{case_id}/due-date")
def set_due_date(scope: InClient, case_id: UUID, wanted: NewDueDate) -> CaseWorkDocument:
    """Say by which day a case is to be done, or that there is no hurry."""
    actor, version = scope.principal.actor, wanted.version
    team_work.set_due_date(
        scope.connection, scope.client_id, case_id, wanted.due_on, actor, version
    )
    return _document(scope, case_id)


@router.put("/v1/clients/{client_id}/cases/{case_id}/tags")
def set_tags(scope: InClient, case_id: UUID, wanted: NewTags) -> CaseWorkDocument:
    """Give a case these tags and no others."""
    actor, version = scope.principal.actor, wanted.version
    team_work.set_tags(scope.connection, scope.client_id, case_id, wanted.tags, actor, version)
    return _document(scope, case_id)


@router.post("/v1/clients/{client_id}/cases/{case_id}/comments", status_code=201)
def add_comment(scope: InClient, case_id: UUID, written: NewComment) -> CaseWorkDocument:
    """Write a comment on a case. It stays as it was written."""
    actor = scope.principal.actor
    team_work.add_comment(scope.connection, scope.client_id, case_id, written.comment, actor)
    return _document(scope, case_id)


def _document(scope: ClientScope, case_id: UUID) -> CaseWorkDocument:
    shared = read_work(scope.connection, scope.client_id, case_id)
    assignee = shared.work.assignee
    names = principal_names(scope.connection, scope.client_id, [assignee] if assignee else [])
    return CaseWorkDocument(
        version=shared.work.version,
        assignee=assignee,
        assignee_name=names[assignee] if assignee else None,
        due_on=shared.work.due_on,
        tags=list(shared.work.tags),
        changes=named_documents(WorkChangeDocument, scope, shared.changes, "changed_by"),
    )
