"""Drafts notices from the pages of groups and actors in one go, and submits what was drafted."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.backend import Backed, Backend
from api.http.operation_route import OperationRoute
from api.http.schemas import Text
from api.pages.rendering import client_frame, go_to, render
from infringement_dagster.notices.channels import RULES, Channel
from infringement_dagster.reviewing.notices_at_once import (
    AT_ONCE_MAX,
    DraftedAtOnce,
    draft_for_actor,
    draft_for_group,
)
from infringement_dagster.reviewing.submissions.asking import (
    SubmissionChoices,
    choices_for,
    submit_notices,
)

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
_UUID_CHARS = 36
NoticeSeen = Annotated[
    str, StringConstraints(pattern=rf"^[0-9a-f-]{{{_UUID_CHARS}}}:[0-9]{{1,9}}$")
]


class DraftAllForm(BaseModel):
    """Through which channel, and why the listings infringe where no decision says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Channel
    explanation: Text = ""


class SubmitAllForm(BaseModel):
    """The notices as they were shown, and that whoever submits makes the declarations."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    notice: Annotated[list[NoticeSeen], Field(min_length=1, max_length=AT_ONCE_MAX)]
    reason_code: str = Field(pattern=r"^[0-9]{1,10}$")
    confirmed: Literal["yes"]


@router.post("/clients/{client_id}/groups/{group_id}/draft")
def draft_of_group(
    request: Request,
    scope: InClient,
    backend: Backed,
    group_id: UUID,
    form: Annotated[DraftAllForm, Form()],
) -> Response:
    """Drafts the notices of a group and shows what came of it, as a part of its page."""
    c, client_id, actor = scope.connection, scope.client_id, scope.principal.actor
    drafted = draft_for_group(c, client_id, group_id, form.channel, actor, form.explanation)
    return _part(request, scope, backend, drafted)


@router.post("/clients/{client_id}/actors/{actor_id}/draft")
def draft_of_actor(
    request: Request,
    scope: InClient,
    backend: Backed,
    actor_id: UUID,
    form: Annotated[DraftAllForm, Form()],
) -> Response:
    """Drafts the notices of an actor, likewise."""
    c, client_id, actor = scope.connection, scope.client_id, scope.principal.actor
    drafted = draft_for_actor(c, client_id, actor_id, form.channel, actor, form.explanation)
    return _part(request, scope, backend, drafted)


@router.post("/clients/{client_id}/notices-drafted/submit")
def submit_drafted(
    scope: InClient, backend: Backed, form: Annotated[SubmitAllForm, Form()]
) -> Response:
    """Has all notices shown submitted, or none, and leads to the board."""
    seen = {UUID(item[:_UUID_CHARS]): int(item[_UUID_CHARS + 1 :]) for item in form.notice}
    c, client_id, actor = scope.connection, scope.client_id, scope.principal.actor
    submit_notices(c, backend.vero, client_id, seen, form.reason_code, actor)
    return go_to(f"/clients/{scope.client_id}/notices?state=drafted&channel=ebay_vero")


def _part(
    request: Request, scope: ClientScope, backend: Backend, drafted: DraftedAtOnce
) -> Response:
    ready = [notice for notice in drafted.notices if notice.state == "drafted"]
    choices = choices_for(backend.vero, scope.client_id, ready[0]) if ready else None
    return render(
        "drafted_notices.html",
        client_frame(request, scope, "notices"),
        drafted=drafted,
        ready=ready,
        rules=RULES[drafted.channel],
        choices=choices if isinstance(choices, SubmissionChoices) else None,
    )
