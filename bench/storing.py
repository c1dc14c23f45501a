"""Storing listings through the store, and the same rows by bare binary COPY.

The bare side copies into tables of the same definition (keys, checks, no row-level security), which
the owner fills in one transaction.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import psycopg
from psycopg import sql

from bench.installation import PROVIDER, Installation
from infringement_dagster.domain.listing import Listing, Price, Seller
from resources.postgres.database import Database
from resources.postgres.listings import listing_store
from resources.postgres.scans import run_store

_LISTING_COLUMNS = {
    "client_id": "text",
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
    "first_seen_at": "timestamptz",
    "last_seen_at": "timestamptz",
    "first_scan_id": "uuid",
    "last_scan_id": "uuid",
}
_SIGHTING_COLUMNS = {
    "client_id": "text",
    "scan_id": "uuid",
    "provider": "text",
    "listing_id": "text",
    "price_low": "numeric",
    "price_high": "numeric",
    "currency": "text",
    "seen_at": "timestamptz",
}


def copy_and_store_seconds(place: Installation, rows: int, number: int) -> tuple[float, float]:
    """The seconds of the bare COPY and of the store, for `rows` listings not stored before."""
    client_id = f"storing-{number}"
    place.add_client(client_id, ["mug"])
    scan_id = place.request_scan(client_id)
    listings = [_listing(row_no) for row_no in range(rows)]
    copied = _copy_seconds(place.urls.owner, client_id, scan_id, listings)
    return copied, _store_seconds(place, client_id, scan_id, listings)


def _store_seconds(
    place: Installation, client_id: str, scan_id: UUID, listings: Sequence[Listing]
) -> float:
    with Database(place.urls) as database:
        with database.client(client_id) as connection:
            run_store.start_run(connection, client_id, scan_id, PROVIDER, f"bench-{scan_id}")
        began = time.perf_counter()
        with database.client(client_id) as connection:
            counts = listing_store.put_listings(connection, client_id, scan_id, listings)
        seconds = time.perf_counter() - began
    assert counts.inserted == len(listings)
    return seconds


def _copy_seconds(url: str, client_id: str, scan_id: UUID, listings: Sequence[Listing]) -> float:
    now = datetime.now(UTC)
    with psycopg.connect(url) as connection:
        for table in ("listings", "sightings"):
            connection.execute(f"DROP TABLE IF EXISTS bare_{table}")
            connection.execute(f"CREATE TABLE bare_{table} (LIKE {table} INCLUDING ALL)")
        connection.commit()
        began = time.perf_counter()
        rows = [_listing_row(client_id, scan_id, now, listing) for listing in listings]
        _copy(connection, "bare_listings", _LISTING_COLUMNS, rows)
        rows = [_sighting_row(client_id, scan_id, now, listing) for listing in listings]
        _copy(connection, "bare_sightings", _SIGHTING_COLUMNS, rows)
        connection.commit()
        return time.perf_counter() - began


def _copy(
    connection: psycopg.Connection,
    table: str,
    columns: dict[str, str],
    rows: Sequence[tuple[object, ...]],
) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)


def _listing(row_no: int) -> Listing:
    return Listing(
        provider=PROVIDER,
        listing_id=f"{10**11 + row_no}",
        title=f"Northpine Steel Mug No. {row_no}, insulated, 500 ml, with lid and carabiner",
        url=f"https://www.ebay.com/itm/{10**11 + row_no}",
        image_urls=(f"https://i.ebayimg.example/images/g/{row_no:024x}/s-l500.jpg",),
        price=Price(Decimal("19.99"), Decimal("24.99"), "USD"),
        seller=Seller(f"seller-{row_no % 500}"),
        condition="new",
    )


def _listing_row(
    client_id: str, scan_id: UUID, now: datetime, listing: Listing
) -> tuple[object, ...]:
    price, seller = listing.price, listing.seller
    assert price is not None
    assert seller is not None
    return (
        *(client_id, listing.provider, listing.listing_id, listing.title, listing.url),
        *(price.low, price.high, price.currency, seller.name, seller.seller_id, listing.brand),
        *(listing.condition, listing.category, listing.rating, listing.review_count),
        *(list(listing.image_urls), now, now, scan_id, scan_id),
    )


def _sighting_row(
    client_id: str, scan_id: UUID, now: datetime, listing: Listing
) -> tuple[object, ...]:
    price = listing.price
    assert price is not None
    identity = (client_id, scan_id, listing.provider, listing.listing_id)
    return (*identity, price.low, price.high, price.currency, now)
