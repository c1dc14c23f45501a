"""The work on a case as a part of its page: who, until when, tags, and what the team wrote."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.http.operation_route import OperationRoute
from api.http.schemas import OR_NONE
from api.pages.cases.case_reading import found_case
from api.pages.rendering import client_frame, render
from infringement_dagster.domain.acting.team import COMMENT_MAX_CHARS, TAG_MAX_CHARS, TAGS_MAX
from infringement_dagster.reviewing import team_work
from infringement_dagster.reviewing.team_work import SharedWork, assignable, read_work
from resources.postgres.clients.principals import principal_names

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
Assignee = Annotated[str, StringConstraints(pattern=r"^user:[0-9a-f-]{36}$")]
_TAGS_MAX_CHARS = TAGS_MAX * (TAG_MAX_CHARS + 2)


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Versioned(_Form):
    version: int = Field(ge=0, le=2**31 - 2)


class AssignForm(_Versioned):
    """Whose work the case shall be."""

    assignee: Annotated[Assignee | None, OR_NONE] = None


class DueForm(_Versioned):
    """By when the case shall be done."""

    due_on: Annotated[date | None, OR_NONE] = None


class TagsForm(_Versioned):
    """The tags, with commas between them."""

    tags: Annotated[str, StringConstraints(max_length=_TAGS_MAX_CHARS, pattern=r"^[^\x00]*$")] = ""


class CommentForm(_Form):
    """A comment for the team."""

    comment: Annotated[
        str,
        StringConstraints(
            min_length=1, max_length=COMMENT_MAX_CHARS, pattern=r"^[^\x00]*\S[^\x00]*$"
        ),
    ]


@router.get("/clients/{client_id}/cases/{case_id}/team")
def show_team(request: Request, scope: InClient, case_id: UUID) -> Response:
    """The work on the case, as a part of the page."""
    return _part(request, scope, case_id)


@router.post("/clients/{client_id}/cases/{case_id}/team/assignee")
def assign_on_page(
    request: Request, scope: InClient, case_id: UUID, form: Annotated[AssignForm, Form()]
) -> Response:
    """Makes the case somebody's work, or nobody's."""
    c, client_id, actor = scope.connection, scope.client_id, scope.principal.actor
    team_work.assign(c, client_id, case_id, form.assignee, actor, form.version)
    return _part(request, scope, case_id)


@router.post("/clients/{client_id}/cases/{case_id}/team/due-date")
def set_due_on_page(
    request: Request, scope: InClient, case_id: UUID, form: Annotated[DueForm, Form()]
) -> Response:
    """Says by when the case is to be done."""
    c, client_id, actor = scope.connection, scope.client_id, scope.principal.actor
    team_work.set_due_date(c, client_id, case_id, form.due_on, actor, form.version)
    return _part(request, scope, case_id)


@router.post("/clients/{client_id}/cases/{case_id}/team/tags")
def set_tags_on_page(
    request: Request, scope: InClient, case_id: UUID, form: Annotated[TagsForm, Form()]
) -> Response:
    """Gives the case these tags and no others."""
    c, client_id, actor = scope.connection, scope.client_id, scope.principal.actor
    team_work.set_tags(c, client_id, case_id, form.tags.split(","), actor, form.version)
    return _part(request, scope, case_id)


@router.post("/clients/{client_id}/cases/{case_id}/team/comments")
def comment_on_page(
    request: Request, scope: InClient, case_id: UUID, form: Annotated[CommentForm, Form()]
) -> Response:
    """Keeps a comment."""
    c, client_id, actor = scope.connection, scope.client_id, scope.principal.actor
    team_work.add_comment(c, client_id, case_id, form.comment, actor)
    return _part(request, scope, case_id)


def _part(request: Request, scope: ClientScope, case_id: UUID) -> Response:
    c, client_id = scope.connection, scope.client_id
    case = found_case(scope, case_id)
    shared = read_work(c, client_id, case_id)
    due_on, today = shared.work.due_on, datetime.now(UTC).date()
    return render(
        "team.html",
        client_frame(request, scope, "cases"),
        case=case,
        work=shared.work,
        changes=shared.changes[::-1],
        names=principal_names(c, client_id, _named(shared)),
        people=assignable(c, client_id),
        me=scope.principal.actor,
        is_overdue=case.state == "open" and due_on is not None and due_on < today,
        comment_max_chars=COMMENT_MAX_CHARS,
        tags_max_chars=_TAGS_MAX_CHARS,
    )


def _named(shared: SharedWork) -> set[str]:
    """Everybody whose name the part shows."""
    assignees = (shared.work.assignee, *(change.assignee for change in shared.changes))
    named = {assignee for assignee in assignees if assignee is not None}
    return named | {change.changed_by for change in shared.changes}
