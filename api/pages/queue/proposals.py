"""Proposals of decided groups for their newcomers, looked through and confirmed at once."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.http.operation_route import OperationRoute
from api.pages.cases.toasts import decided_at_once
from api.pages.queue.groups import UndoForm
from api.pages.rendering import client_frame, go_to, render
from infringement_dagster.reviewing.decide import take_back_many
from infringement_dagster.reviewing.groups import PROPOSED_MAX, confirm_proposed, read_proposed
from resources.postgres.cases import review_query
from resources.postgres.cases.case_lists import cases_by_id
from resources.postgres.clients.principals import principal_names

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
_KEYS = [
    ("c", "confirm all but for those that are ticked"),
    ("z", "take the decision just before back"),
    ("j / k", "next / previous case"),
    ("Enter", "open the case"),
    ("q", "back to the groups"),
    ("?", "show and hide this list"),
]


class ConfirmForm(BaseModel):
    """Everything that the page showed, confirmed but for the cases that are ticked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seen: str
    case: Annotated[list[UUID], Field(max_length=PROPOSED_MAX)] = []


@router.get("/clients/{client_id}/proposals")
def show_proposals(
    request: Request, scope: InClient, decided_at: AwareDatetime | None = None
) -> Response:
    """The newcomers of decided groups with what is proposed; `decided_at` was just before."""
    c, client_id = scope.connection, scope.client_id
    proposed = read_proposed(c, client_id)
    ids = [item.case_id for item in proposed.cases]
    signed = sorted({proposal.decided_by for proposal in proposed.by_group.values()})
    return render(
        "proposals.html",
        client_frame(request, scope, "cases"),
        proposed=proposed,
        cases=cases_by_id(c, client_id, ids),
        names=principal_names(c, client_id, signed),
        thumbnails=review_query.thumbnails(c, client_id, ids),
        has_more=len(ids) == PROPOSED_MAX,
        toast=decided_at_once(scope, decided_at),
        keys=_KEYS,
    )


@router.post("/clients/{client_id}/proposals/confirm")
def confirm_on_page(scope: InClient, form: Annotated[ConfirmForm, Form()]) -> Response:
    """Decides exactly what the page showed but for the cases ticked, else nothing."""
    decided = confirm_proposed(
        scope.connection, scope.client_id, scope.principal.actor, form.seen, form.case
    )
    return _to_proposals(scope, f"?{urlencode({'decided_at': decided.decided_at.isoformat()})}")


@router.post("/clients/{client_id}/proposals/undo")
def undo_confirmed_on_page(scope: InClient, form: Annotated[UndoForm, Form()]) -> Response:
    """Takes back the caller's decisions of one moment and shows what is proposed again."""
    take_back_many(scope.connection, scope.client_id, scope.principal.actor, form.decided_at)
    return _to_proposals(scope, "")


def _to_proposals(scope: ClientScope, query: str) -> Response:
    return go_to(f"/clients/{scope.client_id}/proposals{query}")
