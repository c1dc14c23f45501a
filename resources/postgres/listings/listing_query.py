"""Listings as the API lists and pages them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.listing import Condition, Provider
from resources.postgres.listings.title_search import title_condition
from resources.postgres.statements import fetch_all, fetch_count, fetch_one


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """Which listings are wanted; None asks for nothing in particular."""

    provider: Provider | None = None
    seller: str | None = None  # compared without case
    text: str | None = None  # anywhere in the title, without case


@dataclass(frozen=True, slots=True)
class ListingColumns:
    """A listing as its row says it."""

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


def listing_page(
    c: Connection,
    client_id: str,
    wanted: ListingFilter,
    limit: int,
    after: tuple[str, str] = ("", ""),
) -> list[ListingColumns]:
    """At most `limit` listings after the provider and id, in that order, which never changes."""
    title = title_condition(c, wanted.text)
    query = _SELECT + title.sql
    for name, condition in _CONDITIONS.items():
        if getattr(wanted, name) is not None:
            query += condition
    return fetch_all(
        c,
        ListingColumns,
        query
        + """
            AND (provider, listing_id) > (%(after_provider)s, %(after_listing_id)s)
        ORDER BY provider, listing_id LIMIT %(limit)s
        """,
        client_id=client_id,
        limit=limit,
        after_provider=after[0],
        after_listing_id=after[1],
        **{**asdict(wanted), **title.values},
    )


def get_listing(
    c: Connection, client_id: str, provider: Provider, listing_id: str
) -> ListingColumns | None:
    """The listing as it was last seen, or None when no scan has seen it."""
    return fetch_one(
        c,
        ListingColumns,
        _SELECT + " AND provider = %(provider)s AND listing_id = %(listing_id)s",
        client_id=client_id,
        provider=provider,
        listing_id=listing_id,
    )


_SELECT: LiteralString = """
    SELECT provider, listing_id, title, url, price_low, price_high, currency, seller_name,
        seller_id, brand, condition, category, rating, review_count, image_urls,
        first_seen_at, last_seen_at, first_scan_id, last_scan_id
    FROM listings WHERE client_id = %(client_id)s"""
_CONDITIONS: dict[str, LiteralString] = {
    "provider": " AND provider = %(provider)s",
    "seller": " AND lower(seller_name) = lower(%(seller)s)",
}


def count_first_seen(
    c: Connection,
    client_id: str,
    provider: Provider,
    listing_ids: Sequence[str],
    since: datetime,
) -> int:
    """How many of these listings were first seen since then."""
    return fetch_count(
        c,
        """
        SELECT count(*) FROM listings
        WHERE client_id = %(client_id)s AND provider = %(provider)s
            AND listing_id = ANY(%(listing_ids)s) AND first_seen_at >= %(since)s
        """,
        client_id=client_id,
        provider=provider,
        listing_ids=list(listing_ids),
        since=since,
    )
