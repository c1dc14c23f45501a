"""The actors behind the sellers of cases: listed, read, split, merged."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from api.access import ClientScope, InClient
from api.http.cursors import (
    actor_position,
    actor_position_parts,
    list_tag,
    read_cursor,
    write_cursor,
)
from api.http.documents.actors import (
    ActorDetailDocument,
    ActorDocument,
    actor_detail,
    actor_document,
)
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, Limit, Page, ProviderName
from api.http.schemas import Request as Body
from infringement_dagster.domain.actors.sellers import KEY_CHARS_MAX, SellerKey
from infringement_dagster.reviewing import actors
from resources.postgres.actors import actor_lists

router = APIRouter(tags=["cases"], route_class=OperationRoute)
SellersMin = Annotated[
    int, Query(ge=1, le=1000, description="Of at least so many sellers; 1: also those of one.")
]


class NamedSeller(Body):
    """A seller by its marketplace and its key there."""

    provider: ProviderName
    seller_key: str = Field(
        min_length=1,
        max_length=KEY_CHARS_MAX,
        pattern=r"^[^\x00]+$",
        description="Its key there.",
        examples=["name:kindly deals"],
    )


class ActorSplit(Body):
    """Sellers of the actor that become an actor of their own."""

    sellers: list[NamedSeller] = Field(
        min_length=1, max_length=1000, description="Some, not all of them."
    )


class ActorMerge(Body):
    """The actor that becomes one with this."""

    other_actor_id: UUID = Field(description="An actor of the same client.")


@router.get("/v1/clients/{client_id}/actors")
def list_actors(
    scope: InClient, sellers_min: SellersMin = 2, limit: Limit = 50, cursor: Cursor = None
) -> Page[ActorDocument]:
    """List who is behind the sellers of cases, those with most open cases first."""
    tag = list_tag(scope.client_id, "actors", sellers_min)
    rows = actor_lists.actor_page(
        scope.connection,
        scope.client_id,
        limit,
        sellers_min=sellers_min,
        after=actor_position(read_cursor(tag, cursor, 2)) if cursor else None,
    )
    last = actor_position_parts(rows[-1]) if len(rows) == limit else None
    return Page(
        items=[actor_document(row) for row in rows],
        next_cursor=write_cursor(tag, last) if last else None,
    )


@router.get("/v1/clients/{client_id}/actors/{actor_id}")
def get_actor(scope: InClient, actor_id: UUID) -> ActorDetailDocument:
    """Read an actor with its sellers, what links them, and its risk."""
    return _detail(scope, actor_id)


@router.post("/v1/clients/{client_id}/actors/{actor_id}/split", status_code=201)
def split_actor(scope: InClient, actor_id: UUID, split: ActorSplit) -> ActorDetailDocument:
    """Make some of an actor's sellers an actor of their own, which no later scan puts back."""
    sellers = [SellerKey(item.provider, item.seller_key) for item in split.sellers]
    new_id = actors.split_actor(
        scope.connection, scope.client_id, actor_id, sellers, scope.principal.actor
    )
    return _detail(scope, new_id)


@router.post("/v1/clients/{client_id}/actors/{actor_id}/merge")
def merge_actors(scope: InClient, actor_id: UUID, merge: ActorMerge) -> ActorDetailDocument:
    """Make two actors one, which bears the id of the older and stays one in later scans."""
    kept = actors.merge_actors(
        scope.connection, scope.client_id, actor_id, merge.other_actor_id, scope.principal.actor
    )
    return _detail(scope, kept)


def _detail(scope: ClientScope, actor_id: UUID) -> ActorDetailDocument:
    return actor_detail(scope, actors.read_actor(scope.connection, scope.client_id, actor_id))
