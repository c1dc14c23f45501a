"""Listings of a client as they were last seen, and which scan saw which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypedDict, Unpack
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.listing import Condition, Listing, Price, Provider, Seller
from resources.postgres.listings.records import ListingCounts, ListingRow
from resources.postgres.scans.run_store import lock_run
from resources.postgres.statements import Staging, execute, fetch_all, fetch_count, fetch_one

# The first half of a two-number advisory lock; one-number locks are another space.
_LISTINGS_LOCK = 1

_INCOMING = Staging(
    "incoming_listings",
    {
        "provider": "text",
        "listing_id": "text",
        "title": "text",
        "url": "text",
        "price_low": "numeric",
        "price_high": "numeric",
        "currency": "text",
        "seller_name": "text",
        "seller_id": "text",
        "brand": "text",
        "condition": "text",
        "category": "text",
        "rating": "float8",
        "review_count": "int4",
        "image_urls": "text[]",
    },
)


def put_listings(
    c: Connection, client_id: str, scan_id: UUID, listings: Sequence[Listing]
) -> ListingCounts:
    """How many listings were added and how many were known; the scan has seen all of them.

    A known listing takes over every fact of the newer one, also that a fact is gone. Of two with
    one id the later counts. Raises RefusedRow and UnknownRun.
    """
    distinct = {(listing.provider, listing.listing_id): listing for listing in listings}
    _claim(c, client_id, scan_id, {provider for provider, _ in distinct})
    _INCOMING.load(c, client_id, [_columns(listing) for listing in distinct.values()])
    updated = execute(c, _UPDATE_KNOWN, client_id=client_id, scan_id=scan_id)
    inserted = execute(c, _INSERT_MISSING, client_id=client_id, scan_id=scan_id)
    execute(c, _INSERT_SIGHTINGS, client_id=client_id, scan_id=scan_id)
    return ListingCounts(inserted, updated)


def get_listing(
    c: Connection, client_id: str, provider: Provider, listing_id: str
) -> ListingRow | None:
    """The listing as it was last seen, or None when no scan has seen it."""
    return fetch_one(
        c,
        _listing_row,
        """
        SELECT provider, listing_id, title, url, price_low, price_high, currency, seller_name,
            seller_id, brand, condition, category, rating, review_count, image_urls,
            first_seen_at, last_seen_at, first_scan_id, last_scan_id
        FROM listings
        WHERE client_id = %(client_id)s AND provider = %(provider)s AND listing_id = %(listing_id)s
        """,
        client_id=client_id,
        provider=provider,
        listing_id=listing_id,
    )


def listings_of_scan(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider
) -> list[Listing]:
    """The listings that the scan has seen, in order of id, with the facts last known of each."""
    return fetch_all(
        c,
        _listing,
        """
        SELECT provider, listing_id, l.title, l.url, l.price_low, l.price_high, l.currency,
            l.seller_name, l.seller_id, l.brand, l.condition, l.category, l.rating,
            l.review_count, l.image_urls
        FROM sightings s JOIN listings l USING (client_id, provider, listing_id)
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
        ORDER BY listing_id
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
    )


def count_listings(c: Connection, client_id: str) -> int:
    """How many listings of the client are known, over all providers."""
    return fetch_count(
        c, "SELECT count(*) FROM listings WHERE client_id = %(client_id)s", client_id=client_id
    )


# Update, then insert what is missing: a third faster than ON CONFLICT, which inserts each row
# speculatively, and its row counts are the answer. `_claim` makes it safe.
_UPDATE_KNOWN = """
    UPDATE listings known SET
        (title, url, price_low, price_high, currency, seller_name, seller_id, brand, condition,
        category, rating, review_count, image_urls, last_seen_at, last_scan_id)
        = (i.title, i.url, i.price_low, i.price_high, i.currency, i.seller_name, i.seller_id,
        i.brand, i.condition, i.category, i.rating, i.review_count, i.image_urls, now(),
        %(scan_id)s)
    FROM incoming_listings i
    WHERE known.client_id = %(client_id)s AND known.provider = i.provider
        AND known.listing_id = i.listing_id
"""
_INSERT_MISSING = """
    INSERT INTO listings (client_id, provider, listing_id, title, url, price_low, price_high,
        currency, seller_name, seller_id, brand, condition, category, rating, review_count,
        image_urls, first_seen_at, last_seen_at, first_scan_id, last_scan_id)
    SELECT %(client_id)s, provider, listing_id, title, url, price_low, price_high,
        currency, seller_name, seller_id, brand, condition, category, rating, review_count,
        image_urls, now(), now(), %(scan_id)s, %(scan_id)s
    FROM incoming_listings i
    WHERE NOT EXISTS (SELECT FROM listings known WHERE known.client_id = %(client_id)s
        AND known.provider = i.provider AND known.listing_id = i.listing_id)
"""
_INSERT_SIGHTINGS = """
    INSERT INTO sightings (client_id, scan_id, provider, listing_id, price_low, price_high,
        currency, seen_at)
    SELECT %(client_id)s, %(scan_id)s, provider, listing_id, price_low, price_high,
        currency, now()
    FROM incoming_listings i
    WHERE NOT EXISTS (SELECT FROM sightings known WHERE known.client_id = %(client_id)s
        AND known.scan_id = %(scan_id)s AND known.provider = i.provider
        AND known.listing_id = i.listing_id)
"""


def _claim(c: Connection, client_id: str, scan_id: UUID, providers: Iterable[Provider]) -> None:
    """Guarantees that the runs exist and that nobody else writes these providers' listings.

    Until the transaction ends. Stands for the foreign keys that the two tables do without.
    """
    for provider in sorted(providers):
        lock_run(c, client_id, scan_id, provider)
        execute(
            c,
            "SELECT pg_advisory_xact_lock(%(purpose)s, hashtext(%(key)s))",
            purpose=_LISTINGS_LOCK,
            key=f"{client_id}/{provider}",
        )


def _columns(listing: Listing) -> tuple[object, ...]:
    price, seller = listing.price, listing.seller
    return (
        listing.provider,
        listing.listing_id,
        listing.title,
        listing.url,
        price and price.low,
        price and price.high,
        price and price.currency,
        seller and seller.name,
        seller and seller.seller_id,
        listing.brand,
        listing.condition,
        listing.category,
        listing.rating,
        listing.review_count,
        list(listing.image_urls),
    )


class _Facts(TypedDict):
    """The columns of `listings` that make a Listing."""

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


class _Row(_Facts):
    first_seen_at: datetime
    last_seen_at: datetime
    first_scan_id: UUID
    last_scan_id: UUID


def _listing(**row: Unpack[_Facts]) -> Listing:
    return _from_facts(row)


def _listing_row(**row: Unpack[_Row]) -> ListingRow:
    return ListingRow(
        _from_facts(row),
        first_seen_at=row["first_seen_at"],
        last_seen_at=row["last_seen_at"],
        first_scan_id=row["first_scan_id"],
        last_scan_id=row["last_scan_id"],
    )


def _from_facts(row: _Facts) -> Listing:
    return Listing(
        provider=row["provider"],
        listing_id=row["listing_id"],
        title=row["title"],
        url=row["url"],
        image_urls=tuple(row["image_urls"]),
        price=_price(row["price_low"], row["price_high"], row["currency"]),
        seller=Seller(row["seller_name"], row["seller_id"]) if row["seller_name"] else None,
        brand=row["brand"],
        condition=row["condition"],
        category=row["category"],
        rating=row["rating"],
        review_count=row["review_count"],
    )


def _price(low: Decimal | None, high: Decimal | None, currency: str | None) -> Price | None:
    if low is None or high is None or currency is None:
        return None
    return Price(low, high, currency)
