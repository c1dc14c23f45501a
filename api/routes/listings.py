"""Listings as last seen."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from api.access import InClient
from api.http.cursors import list_tag, read_cursor, write_cursor
from api.http.problems import UNKNOWN_ITEM, Problem
from api.http.schemas import Cursor, Document, Limit, NonEmptyText, Page
from infringement_dagster.domain.listing import Condition, Provider
from resources.postgres.listings import listing_query
from resources.postgres.listings.listing_query import ListingFilter

router = APIRouter(tags=["listings"])


class ListingDocument(Document):
    """One item of a provider."""

    provider: Provider
    listing_id: str
    title: str
    url: str
    price_low: Decimal | None
    price_high: Decimal | None
    currency: str | None
    seller_name: str | None
    seller_id: str | None
    brand: str | None
    condition: Condition | None
    category: str | None
    rating: float | None
    review_count: int | None
    image_urls: list[str]
    first_seen_at: datetime
    last_seen_at: datetime
    first_scan_id: UUID
    last_scan_id: UUID


@router.get("/v1/clients/{client_id}/listings")
def list_listings(
    scope: InClient,
    provider: Provider | None = None,
    seller: Annotated[NonEmptyText | None, Query(description="Name, without case.")] = None,
    text: Annotated[NonEmptyText | None, Query(description="Anywhere in the title.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ListingDocument]:
    """List listings in order of provider and id."""
    tag = list_tag(scope.client_id, "listings", provider, seller, text)
    after = read_cursor(tag, cursor, 2) if cursor else ["", ""]
    wanted = ListingFilter(provider, seller, text)
    rows = listing_query.listing_page(
        scope.connection, scope.client_id, wanted, limit, (after[0], after[1])
    )
    full = len(rows) == limit
    return Page(
        items=[ListingDocument.model_validate(row) for row in rows],
        next_cursor=write_cursor(tag, [rows[-1].provider, rows[-1].listing_id]) if full else None,
    )


@router.get("/v1/clients/{client_id}/listings/{provider}/{listing_id}")
def get_listing(
    scope: InClient,
    provider: Provider,
    listing_id: Annotated[NonEmptyText, Path(description="The provider's own id.")],
) -> ListingDocument:
    """Read a listing."""
    row = listing_query.get_listing(scope.connection, scope.client_id, provider, listing_id)
    if row is None:
        detail = f"client {scope.client_id} knows no listing {listing_id} of {provider}"
        raise Problem(UNKNOWN_ITEM, detail)
    return ListingDocument.model_validate(row)
