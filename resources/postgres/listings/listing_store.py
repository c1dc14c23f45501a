"""Listings of a client as they were last seen, and which scan saw which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.listing import (
    LISTING_COLUMNS,
    Listing,
    PhotoRank,
    Provider,
    Rank,
    columns_of,
)
from resources.postgres.listings.records import ListingCounts, ListingRow
from resources.postgres.listings.title_search import title_condition
from resources.postgres.scans.run_store import lock_run
from resources.postgres.statements import Staging, execute, fetch_all, fetch_count, fetch_one


class UnknownListing(PermanentError):
    """The client has no such listing."""

    problem = ProblemKind(404, "unknown-listing", "No such listing", "List the client's listings.")


# The first half of a two-number advisory lock; one-number locks are another space.
_LISTINGS_LOCK = 1

_FACTS: LiteralString = (
    "title, url, price_low, price_high, currency, seller_name, seller_id, brand, condition, "
    "category, rating, review_count, image_urls"
)
COLUMNS: LiteralString = "provider, listing_id, " + _FACTS
_SEEN: LiteralString = "first_seen_at, last_seen_at, first_scan_id, last_scan_id"
_TYPES = {str: "text", Decimal: "numeric", float: "float8", int: "int4", tuple: "text[]"}
_RANK = {"query": "text", "page": "int4", "position": "int4", "reference_id": "uuid"}
# Among all results for its words; no page has a thousand of them.
_SEARCH_PLACE: LiteralString = (
    "CASE WHEN i.query IS NOT NULL THEN (i.page - 1) * 1000 + i.position END"
)
_INCOMING = Staging(
    "incoming_listings", {name: _TYPES[kind] for name, kind in LISTING_COLUMNS.items()} | _RANK
)
_UNRANKED: Mapping[str, Rank | PhotoRank] = {}


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """Which listings are wanted; None asks for nothing in particular."""

    provider: Provider | None = None
    seller: str | None = None  # compared without case
    text: str | None = None  # anywhere in the title, without case


def put_listings(
    c: Connection,
    client_id: str,
    scan_id: UUID,
    listings: Sequence[Listing],
    ranks: Mapping[str, Rank | PhotoRank] = _UNRANKED,
) -> ListingCounts:
    """How many listings were added and how many were known; the scan has seen all of them.

    A known listing takes over every fact of the newer one, also that a fact is gone. Of two with
    one id the later counts. `ranks` say, by listing id, where this scan first found them. Raises
    RefusedRow and UnknownRun.
    """
    distinct = {(listing.provider, listing.listing_id): listing for listing in listings}
    _claim(c, client_id, scan_id, {provider for provider, _ in distinct})
    rows = [(*_row(found), *_rank(ranks.get(found.listing_id))) for found in distinct.values()]
    _INCOMING.load(c, client_id, rows)
    updated = execute(c, _UPDATE_KNOWN, client_id=client_id, scan_id=scan_id)
    inserted = execute(c, _INSERT_MISSING, client_id=client_id, scan_id=scan_id)
    execute(c, _INSERT_SIGHTINGS, client_id=client_id, scan_id=scan_id)
    return ListingCounts(inserted, updated)


def first_seen_by(c: Connection, client_id: str, scan_id: UUID, provider: Provider) -> set[str]:
    """The provider's listings that no earlier scan had seen."""
    return set(
        fetch_all(
            c,
            _listing_id,
            """
            SELECT listing_id FROM listings
            WHERE client_id = %(client_id)s AND provider = %(provider)s
                AND first_scan_id = %(scan_id)s
            """,
            client_id=client_id,
            provider=provider,
            scan_id=scan_id,
        )
    )


def _listing_id(*, listing_id: str) -> str:
    return listing_id


def listing_page(
    c: Connection,
    client_id: str,
    wanted: ListingFilter,
    limit: int,
    after: tuple[str, str] = ("", ""),
) -> list[ListingRow]:
    """At most `limit` listings after the provider and id, in that order, which never changes."""
    title = title_condition(c, wanted.text)
    query = _SELECT + title.sql
    for name, condition in _CONDITIONS.items():
        if getattr(wanted, name) is not None:
            query += condition
    return fetch_all(
        c,
        ListingRow.of,
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


def get_listing(c: Connection, client_id: str, provider: Provider, listing_id: str) -> ListingRow:
    """The listing as it was last seen; raises UnknownListing when no scan has seen it."""
    found = fetch_one(
        c,
        ListingRow.of,
        _SELECT + " AND provider = %(provider)s AND listing_id = %(listing_id)s",
        client_id=client_id,
        provider=provider,
        listing_id=listing_id,
    )
    if found is None:
        raise UnknownListing(
            f"client {client_id} knows no listing {listing_id} of {provider}; list its listings "
            "for their ids"
        )
    return found


def count_listings(c: Connection, client_id: str, provider: Provider | None = None) -> int:
    """How many listings of the client are known, over all providers or at one."""
    return fetch_count(
        c,
        """
        SELECT count(*) FROM listings WHERE client_id = %(client_id)s
            AND (%(provider)s::text IS NULL OR provider = %(provider)s)
        """,
        client_id=client_id,
        provider=provider,
    )


# Update, then insert what is missing: a third faster than ON CONFLICT, which inserts each row
# speculatively, and its row counts are the answer. `_claim` makes it safe.
# Composed of literals alone, as their type says.
_UPDATE_KNOWN: LiteralString = f"""
    UPDATE listings known SET ({_FACTS}, last_seen_at, last_scan_id, search_place)
        = (i.{_FACTS.replace(", ", ", i.")}, now(), %(scan_id)s,
            CASE WHEN known.last_scan_id = %(scan_id)s THEN known.search_place
                ELSE {_SEARCH_PLACE} END)
    FROM incoming_listings i
    WHERE known.client_id = %(client_id)s AND known.provider = i.provider
        AND known.listing_id = i.listing_id
"""  # noqa: S608
_INSERT_MISSING: LiteralString = f"""
    INSERT INTO listings (client_id, {COLUMNS}, {_SEEN}, search_place)
    SELECT %(client_id)s, {COLUMNS}, now(), now(), %(scan_id)s, %(scan_id)s, {_SEARCH_PLACE}
    FROM incoming_listings i
    WHERE NOT EXISTS (SELECT FROM listings known WHERE known.client_id = %(client_id)s
        AND known.provider = i.provider AND known.listing_id = i.listing_id)
"""  # noqa: S608
_SELECT: LiteralString = f"SELECT {COLUMNS}, {_SEEN} FROM listings WHERE client_id = %(client_id)s"  # noqa: S608
_CONDITIONS: dict[str, LiteralString] = {
    "provider": " AND provider = %(provider)s",
    "seller": " AND lower(seller_name) = lower(%(seller)s)",
}
_INSERT_SIGHTINGS = """
    INSERT INTO sightings (client_id, scan_id, provider, listing_id, price_low, price_high,
        currency, seen_at, query, page, position, reference_id)
    SELECT %(client_id)s, %(scan_id)s, provider, listing_id, price_low, price_high,
        currency, now(), query, page, position, reference_id
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


def _row(listing: Listing) -> tuple[object, ...]:
    columns = columns_of(listing)
    values = (getattr(columns, name) for name in LISTING_COLUMNS)
    return tuple(list(value) if isinstance(value, tuple) else value for value in values)


def _rank(rank: Rank | PhotoRank | None) -> tuple[str | int | UUID | None, ...]:
    if rank is None:
        return (None, None, None, None)
    if isinstance(rank, PhotoRank):
        return (None, 1, rank.position, rank.reference_id)
    return (rank.query, rank.page, rank.position, None)


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
