"""The page of a case: look, decide, take back, go on."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.http.operation_route import OperationRoute
from api.http.schemas import Text
from api.pages.cases.case_reading import found_case, neighbours, read_case
from api.pages.cases.list_filter import Wanted, wanted_cases
from api.pages.cases.reason_presets import REASON_PRESETS
from api.pages.cases.title_highlights import notes_of
from api.pages.cases.toasts import decided_just_before
from api.pages.rendering import client_frame, frame_of, go_to, render, render_part
from infringement_dagster.domain.case import Decision, StaleCase
from infringement_dagster.notices.channels import RULES
from infringement_dagster.reviewing.decide import decide, take_back
from resources.postgres.cases import decision_store
from resources.postgres.clients.principals import principal_names
from resources.postgres.listings import history_query

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
SELLER_CASES_SHOWN = 8
InList = Annotated[Wanted, Depends(wanted_cases)]
_KEYS = [
    ("i", "decide: infringing"),
    ("n", "decide: not infringing"),
    ("u", "unsure: leave it open and go on"),
    ("z", "take the last decision back"),
    ("1 to 6", "take a usual reason"),
    ("r", "write a reason (Esc leaves the field)"),
    ("j / k", "next / previous case without deciding"),
    ("o", "open the listing at the marketplace"),
    ("b", "download the bundle of evidence"),
    ("a", "assign it to somebody"),
    ("w", "write a comment for the team"),
    ("c", "next way to compare: side by side, slider, blink, difference"),
    (", / .", "previous / next photo of the listing"),
    ("m", "matched part, or the whole photo"),
    ("+ - 0", "zoom in, out, back"),
    ("f", "photos in the full window, and back"),
    ("q", "back to the queue"),
    ("?", "show and hide this list"),
]


class DecisionForm(BaseModel):
    """A person's decision about the version of the case that the page showed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decision: Decision
    reason: Text = ""
    version: int = Field(ge=1, le=2**31 - 2)


class UndoForm(BaseModel):
    """The version whose decision is taken back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=1, le=2**31 - 2)


@router.get("/clients/{client_id}/cases/{case_id}")
def show_case(
    request: Request, scope: InClient, case_id: UUID, wanted: InList, decided: UUID | None = None
) -> Response:
    """The case within the list that the address asks for; `decided` was decided just before."""
    view = read_case(scope, case_id, wanted)
    names = principal_names(scope.connection, scope.client_id, view.signed_by)
    return render(
        "case.html",
        client_frame(request, scope, "cases"),
        view=view,
        names=names,
        notes=notes_of(view.title),
        wanted=wanted,
        toast=decided_just_before(scope, decided),
        presets=REASON_PRESETS,
        rules=RULES,
        keys=_KEYS,
    )


@router.post("/clients/{client_id}/cases/{case_id}/decide")
def decide_on_page(
    request: Request,
    scope: InClient,
    case_id: UUID,
    wanted: InList,
    form: Annotated[DecisionForm, Form()],
) -> Response:
    """Decides and goes on to the next case of the list, or back to the queue after the last."""
    case = found_case(scope, case_id)
    actor = scope.principal.actor
    try:
        decide(
            scope.connection,
            scope.client_id,
            case_id,
            form.decision,
            form.reason,
            actor,
            form.version,
        )
    except StaleCase:
        return _decided_meanwhile(request, scope, case_id, wanted)
    _, after = neighbours(scope, case, wanted)
    place = f"/{after}" if after else ""
    return go_to(f"{_cases(scope)}{place}?{wanted.address}&decided={case_id}")


@router.post("/clients/{client_id}/cases/{case_id}/undo")
def undo_on_page(
    request: Request,
    scope: InClient,
    case_id: UUID,
    wanted: InList,
    form: Annotated[UndoForm, Form()],
) -> Response:
    """Takes the last decision back, which stays in the history, and shows the case."""
    actor = scope.principal.actor
    try:
        take_back(scope.connection, scope.client_id, case_id, actor, form.version)
    except StaleCase:
        return _decided_meanwhile(request, scope, case_id, wanted)
    return go_to(f"{_cases(scope)}/{case_id}?{wanted.address}")


@router.get("/clients/{client_id}/cases/{case_id}/seller")
def show_seller_cases(scope: InClient, case_id: UUID, wanted: InList) -> Response:
    """The seller's other cases, as a part of the page: over many cases it takes a while."""
    case = found_case(scope, case_id)
    others = history_query.cases_of_seller(
        scope.connection,
        scope.client_id,
        case.provider,
        case.seller_name or "",
        but=case_id,
        limit=SELLER_CASES_SHOWN + 1,
    )
    return render_part(
        "seller_cases.html",
        client_id=scope.client_id,
        case=case,
        others=others[:SELLER_CASES_SHOWN],
        has_more=len(others) > SELLER_CASES_SHOWN,
        wanted=wanted,
    )


def _decided_meanwhile(
    request: Request, scope: ClientScope, case_id: UUID, wanted: Wanted
) -> Response:
    """The refusal with the decision that came first, by whom and when."""
    decisions = decision_store.decisions_of(scope.connection, scope.client_id, case_id)
    signed = [decision.decided_by for decision in decisions[-1:]]
    names = principal_names(scope.connection, scope.client_id, signed)
    return render(
        "stale_case.html",
        frame_of(request, scope.principal),
        status=409,
        newest=decisions[-1] if decisions else None,
        name=names[signed[0]] if signed else "",
        address=f"{_cases(scope)}/{case_id}?{wanted.address}",
    )


def _cases(scope: ClientScope) -> str:
    return f"/clients/{scope.client_id}/cases"
