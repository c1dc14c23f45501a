"""Who is behind the listings: a page for all actors, and one for each."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import InClient
from api.http.cursors import (
    actor_position,
    actor_position_parts,
    list_tag,
    read_cursor,
    write_cursor,
)
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor
from api.pages.rendering import client_frame, go_to, render
from api.pages.sellers.network_drawing import SIDE, network_drawing
from api.pages.sellers.sellers import KEYS, names_signed, thumbnails_of_cases
from api.pages.sellers.weeks_plot import HEIGHT, WIDTH, weeks_plot
from infringement_dagster.domain.actors.sellers import KEY_CHARS_MAX, SellerKey
from infringement_dagster.reviewing import actors
from resources.postgres.actors import actor_lists

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
ROWS: Final = 50
_MERGED_WITH_SHOWN: Final = 100
_LIST_KEYS = [
    ("j / k", "next / previous actor"),
    ("Enter", "open the actor"),
    ("l", "next page"),
    ("q", "the queue"),
    ("?", "show and hide this list"),
]


class ActorSplitForm(BaseModel):
    """The ticked sellers, each as `provider/key`, which become an actor of their own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seller: Annotated[
        list[Annotated[str, Field(max_length=KEY_CHARS_MAX + 70, pattern=r"^[^/\x00]+/[^\x00]+$")]],
        Field(max_length=1000),
    ] = []


class ActorMergeForm(BaseModel):
    """The actor that becomes one with the one on show."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    other_actor_id: UUID


@router.get("/clients/{client_id}/actors")
def show_actors(request: Request, scope: InClient, cursor: Cursor = None) -> Response:
    """Actors of several sellers, those with most cases to review first."""
    tag = list_tag(scope.client_id, "actors page")
    after = actor_position(read_cursor(tag, cursor, 2)) if cursor else None
    rows = actor_lists.actor_page(scope.connection, scope.client_id, ROWS + 1, after=after)
    shown = rows[:ROWS]
    has_more = len(rows) > ROWS
    return render(
        "actors.html",
        client_frame(request, scope, "cases"),
        actors=shown,
        cursor=cursor,
        next_cursor=write_cursor(tag, actor_position_parts(shown[-1])) if has_more else None,
        keys=_LIST_KEYS,
    )


@router.get("/clients/{client_id}/actors/{actor_id}")
def show_actor(request: Request, scope: InClient, actor_id: UUID) -> Response:
    """The actor: its sellers and what links them, its listings over time, its risk, its cases."""
    c, client_id = scope.connection, scope.client_id
    actor = actors.read_actor(c, client_id, actor_id)
    others = actor_lists.actor_page(c, client_id, _MERGED_WITH_SHOWN, sellers_min=1)
    return render(
        "actor.html",
        client_frame(request, scope, "cases"),
        actor=actor,
        numbers={row.seller: number for number, row in enumerate(actor.sellers, start=1)},
        rows={row.seller: row for row in actor.sellers} | dict(actor.others),
        drawing=network_drawing(actor.sellers, actor.links),
        side=SIDE,
        others=[row for row in others if row.actor_id != actor_id],
        names=names_signed(scope, actor.sellers),
        thumbnails=thumbnails_of_cases(scope, actor.cases),
        width=WIDTH,
        height=HEIGHT,
        keys=KEYS,
        plot=weeks_plot(actor.weeks),
    )


@router.post("/clients/{client_id}/actors/{actor_id}/split")
def split_actor_on_page(
    scope: InClient, actor_id: UUID, form: Annotated[ActorSplitForm, Form()]
) -> Response:
    """Makes the ticked sellers an actor of their own and shows it."""
    sellers = [SellerKey(*named.split("/", 1)) for named in form.seller]
    new_id = actors.split_actor(
        scope.connection, scope.client_id, actor_id, sellers, scope.principal.actor
    )
    return go_to(f"/clients/{scope.client_id}/actors/{new_id}")


@router.post("/clients/{client_id}/actors/{actor_id}/merge")
def merge_actor_on_page(
    scope: InClient, actor_id: UUID, form: Annotated[ActorMergeForm, Form()]
) -> Response:
    """Makes the two actors one and shows it."""
    kept = actors.merge_actors(
        scope.connection, scope.client_id, actor_id, form.other_actor_id, scope.principal.actor
    )
    return go_to(f"/clients/{scope.client_id}/actors/{kept}")
