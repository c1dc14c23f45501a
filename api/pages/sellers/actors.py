"""Who is behind the listings: a page for all actors, one for each, and one for each seller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Form, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from api.access import ClientScope, InClient
from api.http.cursors import (
    actor_position,
    actor_position_parts,
    list_tag,
    read_cursor,
    write_cursor,
)
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, NonEmptyText, ProviderName
from api.pages.rendering import client_frame, go_to, render, render_part
from api.pages.sellers.network_picture import SIDE, network_picture
from api.pages.sellers.weeks_plot import HEIGHT, WIDTH, weeks_plot
from infringement_dagster.matching.actors.traces import KEY_CHARS_MAX, SellerKey
from infringement_dagster.reviewing import actors
from resources.postgres.actors import actor_lists, seller_lists
from resources.postgres.actors.seller_lists import SellerSummaryRow, UnknownSeller
from resources.postgres.cases import review_query
from resources.postgres.cases.case_lists import CaseSummaryRow
from resources.postgres.clients.principals import principal_names

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
_ONE_KEYS = [
    ("j / k", "next / previous row"),
    ("q", "back to the actors"),
    ("?", "show and hide this list"),
]
Key = Annotated[str, Path(min_length=1, max_length=KEY_CHARS_MAX, pattern=r"^[^\x00]+$")]


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
        picture=network_picture(actor.sellers, actor.links),
        side=SIDE,
        others=[row for row in others if row.actor_id != actor_id],
        names=_names(scope, actor.sellers),
        thumbnails=_thumbnails(scope, actor.cases),
        width=WIDTH,
        height=HEIGHT,
        keys=_ONE_KEYS,
        plot=weeks_plot(actor.weeks),
    )


@router.get("/clients/{client_id}/sellers/named")
def find_seller(
    scope: InClient,
    provider: Annotated[ProviderName, Query()],
    name: Annotated[NonEmptyText, Query()],
) -> Response:
    """Leads to the page of the seller of this name; raises UnknownSeller."""
    found = seller_lists.key_of_name(scope.connection, scope.client_id, provider, name)
    if found is None:
        raise UnknownSeller(scope.client_id, SellerKey(provider, name))
    return RedirectResponse(seller_address(scope.client_id, found), 303)


@router.get("/clients/{client_id}/sellers/{provider}/{seller_key:path}")
def show_seller(
    request: Request, scope: InClient, provider: ProviderName, seller_key: Key
) -> Response:
    """The seller: the actor behind it, its links, its listings over time, its risk, its cases."""
    found = actors.read_seller(scope.connection, scope.client_id, SellerKey(provider, seller_key))
    return render(
        "seller.html",
        client_frame(request, scope, "cases"),
        seller=found,
        rows={found.row.seller: found.row} | dict(found.others),
        names=_names(scope, [found.row]),
        thumbnails=_thumbnails(scope, found.cases),
        width=WIDTH,
        height=HEIGHT,
        keys=_ONE_KEYS,
        plot=weeks_plot(found.weeks),
    )


@router.get("/clients/{client_id}/cases/{case_id}/sold-by")
def show_case_seller(scope: InClient, case_id: UUID) -> Response:
    """Who sells a case's listing and who is behind it, as a part of its page."""
    found = seller_lists.sellers_of_cases(scope.connection, scope.client_id, [case_id])
    return render_part("case_seller.html", client_id=scope.client_id, seller=found.get(case_id))


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


def seller_address(client_id: str, seller: SellerKey) -> str:
    """Where the seller's page is."""
    return f"/clients/{client_id}/sellers/{seller.provider}/{quote(seller.key, safe='')}"


def _names(scope: ClientScope, rows: Sequence[SellerSummaryRow]) -> Mapping[str, str]:
    signed = [row.pinned_by for row in rows if row.pinned_by is not None]
    return principal_names(scope.connection, scope.client_id, signed)


def _thumbnails(scope: ClientScope, cases: Sequence[CaseSummaryRow]) -> Mapping[UUID, str]:
    case_ids = [case.case_id for case in cases]
    return review_query.thumbnails(scope.connection, scope.client_id, case_ids)
