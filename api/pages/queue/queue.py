"""The queue: the cases of a client that somebody should look at, or has; decided row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.http.operation_route import OperationRoute
from api.http.problems import Problem
from api.http.schemas import Text
from api.pages.cases.list_filter import Wanted, wanted_cases
from api.pages.cases.reason_presets import REASON_PRESETS
from api.pages.cases.toasts import Toast, decided_at_once, decided_just_before, taken_back
from api.pages.queue.bulk import CHANGED_LIST
from api.pages.queue.queue_rows import cases_wanted, queue_page, tabs_of
from api.pages.queue.saved_views import views_of
from api.pages.rendering import client_frame, render
from infringement_dagster.domain.case import Decision, StaleCase
from infringement_dagster.reviewing.decide import decide_many, take_back_many

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
SELECTED_MAX = 200  # a page shows fewer
InList = Annotated[Wanted, Depends(wanted_cases)]
_UUID_CHARS = 36
CaseSeen = Annotated[str, StringConstraints(pattern=rf"^[0-9a-f-]{{{_UUID_CHARS}}}:[0-9]{{1,9}}$")]
_KEYS = [
    ("j / k", "next / previous case"),
    ("Enter", "open the case"),
    ("x", "select the case, or not"),
    ("J / K", "select on, down / up"),
    ("a", "select all on this page, or none"),
    ("i n u", "decide what is selected, else the case in focus"),
    ("r", "write a reason for what is selected"),
    ("Esc", "leave the selection or a field"),
    ("z", "take the last decision back"),
    ("t", "filter by words of the title"),
    ("/", "search everything"),
    ("l", "next page"),
    ("d", "show more rows, or more of each"),
    ("1 to 9", "apply a saved view"),
    ("v", "save the list on show, rename or delete views"),
    ("?", "show and hide this list"),
]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A queue that somebody asks for."""

    request: Request
    scope: ClientScope
    wanted: Wanted


class SelectionForm(BaseModel):
    """A decision on the cases that were ticked, at the versions that the list showed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    case: Annotated[list[CaseSeen], Field(min_length=1, max_length=SELECTED_MAX)]
    decision: Decision
    reason: Text = ""


class TakeBackForm(BaseModel):
    """The moment whose decisions are taken back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decided_at: AwareDatetime


@router.get("/clients/{client_id}/cases")
def show_queue(
    request: Request,
    scope: InClient,
    wanted: InList,
    decided: UUID | None = None,
    decided_at: AwareDatetime | None = None,
) -> Response:
    """The queue that the address asks for; `decided`, or all of `decided_at`, just before."""
    toast = decided_just_before(scope, decided) or decided_at_once(scope, decided_at)
    page = _page(_Asked(request, scope, wanted), toast)
    # Forms send their empty fields too; the address shall name what is asked for alone.
    page.headers["HX-Push-Url"] = f"/clients/{scope.client_id}/cases?{wanted.address}"
    return page


@router.post("/clients/{client_id}/selection")
def decide_selection(
    request: Request, scope: InClient, wanted: InList, form: Annotated[SelectionForm, Form()]
) -> Response:
    """Decides on the cases that were ticked, all or none, and shows the list as it then is."""
    actor = scope.principal.actor
    try:
        decided = decide_many(
            scope.connection, scope.client_id, _seen(form.case), form.decision, form.reason, actor
        )
    except StaleCase:
        raise Problem(
            CHANGED_LIST,
            "Somebody has decided on one of them since this list was loaded. Nothing was written.",
        ) from None
    return _page(_Asked(request, scope, wanted), decided_at_once(scope, decided.decided_at))


@router.post("/clients/{client_id}/selection/undo")
def take_back_at_once(
    request: Request, scope: InClient, wanted: InList, form: Annotated[TakeBackForm, Form()]
) -> Response:
    """Takes back the caller's decisions of one moment and shows the list as it then is."""
    number = take_back_many(
        scope.connection, scope.client_id, scope.principal.actor, form.decided_at
    )
    return _page(_Asked(request, scope, wanted), taken_back(number))


def _seen(ticked: Sequence[str]) -> dict[UUID, int]:
    return {UUID(seen[:_UUID_CHARS]): int(seen[_UUID_CHARS + 1 :]) for seen in ticked}


def _page(asked: _Asked, toast: Toast | None) -> Response:
    scope, wanted = asked.scope, asked.wanted
    rows, next_cursor = queue_page(scope, wanted)
    tabs = tabs_of(scope)
    return render(
        "queue.html",
        client_frame(asked.request, scope, "cases"),
        wanted=wanted,
        me=scope.principal.actor,
        today=datetime.now(UTC).date(),
        rows=rows,
        next_cursor=next_cursor,
        tabs=tabs,
        found=cases_wanted(scope, wanted, tabs),
        views=views_of(scope),
        toast=toast,
        presets=REASON_PRESETS,
        keys=_KEYS,
    )
