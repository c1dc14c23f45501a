"""The sellers of the client's cases: listed and read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.access import InClient
from api.http.cursors import (
    list_tag,
    read_cursor,
    seller_position,
    seller_position_parts,
    write_cursor,
)
from api.http.documents.actors import (
    SellerDetailDocument,
    SellerDocument,
    seller_detail,
    seller_document,
)
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, Limit, Page, ProviderName
from infringement_dagster.domain.actors.sellers import KEY_CHARS_MAX, SellerKey
from infringement_dagster.reviewing import actors
from resources.postgres.actors import seller_lists

router = APIRouter(tags=["cases"], route_class=OperationRoute)
Key = Annotated[
    str,
    Path(
        min_length=1,
        max_length=KEY_CHARS_MAX,
        pattern=r"^[^\x00]+$",
        description="The seller's key at the marketplace.",
    ),
]


@router.get("/v1/clients/{client_id}/sellers")
def list_sellers(scope: InClient, limit: Limit = 50, cursor: Cursor = None) -> Page[SellerDocument]:
    """List the sellers of the client's cases, those with most cases first."""
    tag = list_tag(scope.client_id, "sellers")
    rows = seller_lists.seller_page(
        scope.connection,
        scope.client_id,
        limit,
        seller_position(read_cursor(tag, cursor, 3)) if cursor else None,
    )
    last = seller_position_parts(rows[-1]) if len(rows) == limit else None
    return Page(
        items=[seller_document(row) for row in rows],
        next_cursor=write_cursor(tag, last) if last else None,
    )


@router.get("/v1/clients/{client_id}/sellers/{provider}/{seller_key:path}")
def get_seller(scope: InClient, provider: ProviderName, seller_key: Key) -> SellerDetailDocument:
    """Read a seller with the actor behind it, its links and its risk."""
    seller = SellerKey(provider, seller_key)
    found = actors.read_seller(scope.connection, scope.client_id, seller)
    return seller_detail(scope, found)
