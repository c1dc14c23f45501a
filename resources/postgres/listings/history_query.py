"""A listing's past, as its scans saw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.listing import Provider, Rank
from infringement_dagster.domain.listing_history import Look
from resources.postgres.statements import fetch_all, fetch_one

LOOKS_MAX = 100


def looks_at(c: Connection, client_id: str, provider: Provider, listing_id: str) -> list[Look]:
    """The listing as the provider's newest scans saw it, the oldest of them first.

    From its first sighting on; scans that failed, still run or asked no provider say nothing and
    are left out.
    """
    newest_first = fetch_all(
        c,
        Look,
        """
        SELECT r.scan_id, r.finished_at AS at, s.listing_id IS NOT NULL AS seen,
            s.price_low, s.price_high, s.currency,
            (
                SELECT count(*) FROM listing_photos i
                WHERE i.client_id = %(client_id)s AND i.provider = %(provider)s
                    AND i.listing_id = %(listing_id)s AND i.first_scan_id = r.scan_id
            ) AS photos_added,
            (
                SELECT count(*) FROM listing_photos i
                WHERE i.client_id = %(client_id)s AND i.provider = %(provider)s
                    AND i.listing_id = %(listing_id)s AND i.last_scan_id = r.scan_id
                    AND i.sha256 IS NOT NULL
            ) AS photos_left
        FROM runs r LEFT JOIN sightings s ON s.client_id = r.client_id AND s.scan_id = r.scan_id
            AND s.provider = r.provider AND s.listing_id = %(listing_id)s
        WHERE r.client_id = %(client_id)s AND r.provider = %(provider)s
            AND r.state IN ('succeeded', 'partial')
            AND EXISTS (
                SELECT FROM scans WHERE scans.client_id = r.client_id AND scans.scan_id = r.scan_id
                    AND trigger <> 'rescore'
            )
            AND r.finished_at >= (
                SELECT first_seen_at FROM listings WHERE client_id = %(client_id)s
                    AND provider = %(provider)s AND listing_id = %(listing_id)s
            )
        ORDER BY r.finished_at DESC, r.scan_id LIMIT %(looks_max)s
        """,
        client_id=client_id,
        provider=provider,
        listing_id=listing_id,
        looks_max=LOOKS_MAX,
    )
    return newest_first[::-1]


def rank_of(c: Connection, client_id: str, provider: Provider, listing_id: str) -> Rank | None:
    """Where words first found it in the last scan that saw it; None: not kept, or not by words."""
    return fetch_one(
        c,
        Rank,
        """
        SELECT query, page, position
        FROM listings l JOIN sightings s USING (client_id, provider, listing_id)
        WHERE l.client_id = %(client_id)s AND l.provider = %(provider)s
            AND l.listing_id = %(listing_id)s AND s.scan_id = l.last_scan_id
            AND query IS NOT NULL
        """,
        client_id=client_id,
        provider=provider,
        listing_id=listing_id,
    )


def ranks_of(
    c: Connection, client_id: str, provider: Provider, listing_ids: Sequence[str]
) -> dict[str, Rank]:
    """By listing id where the last scan that saw each of these first found it, if that was kept."""
    return dict(
        fetch_all(
            c,
            _ranked,
            """
            SELECT listing_id, query, page, position
            FROM listings l JOIN sightings s USING (client_id, provider, listing_id)
            WHERE l.client_id = %(client_id)s AND l.provider = %(provider)s
                AND l.listing_id = ANY(%(listing_ids)s) AND s.scan_id = l.last_scan_id
                AND query IS NOT NULL
            """,
            client_id=client_id,
            provider=provider,
            listing_ids=list(listing_ids),
        )
    )


def _ranked(*, listing_id: str, query: str, page: int, position: int) -> tuple[str, Rank]:
    return listing_id, Rank(query, page, position)


@dataclass(frozen=True, slots=True)
class FoundByPhoto:
    """The reference photo, in use or removed since, whose likeness found a listing."""

    reference_id: UUID
    file_name: str
    position: int  # among what looks like it, from 1


def photo_that_found(
    c: Connection, client_id: str, provider: Provider, listing_id: str
) -> FoundByPhoto | None:
    """The photo by which the last scan that saw the listing found it; None where words did."""
    return fetch_one(
        c,
        FoundByPhoto,
        """
        SELECT s.reference_id, r.file_name, s.position
        FROM listings l JOIN sightings s USING (client_id, provider, listing_id)
            JOIN reference_photos r USING (client_id, reference_id)
        WHERE l.client_id = %(client_id)s AND l.provider = %(provider)s
            AND l.listing_id = %(listing_id)s AND s.scan_id = l.last_scan_id
        """,
        client_id=client_id,
        provider=provider,
        listing_id=listing_id,
    )


@dataclass(frozen=True, slots=True)
class SellerCase:
    """Another case of the same seller."""

    case_id: UUID
    title: str
    state: str
    decision: str | None
    probability: float
    price_low: Decimal | None
    price_high: Decimal | None
    currency: str | None
    first_flagged_at: datetime


def cases_of_seller(
    c: Connection,
    client_id: str,
    provider: Provider,
    seller_name: str,
    *,
    but: UUID,
    limit: int,
) -> list[SellerCase]:
    """At most `limit` cases of the seller at the provider except one, the most probable first."""
    return fetch_all(
        c,
        SellerCase,
        """
        SELECT case_id, title, state, decision, probability, price_low, price_high, currency,
            first_flagged_at
        FROM cases JOIN listings USING (client_id, provider, listing_id)
        WHERE client_id = %(client_id)s AND cases.provider = %(provider)s
            AND seller_name = %(seller_name)s AND case_id <> %(but)s
        ORDER BY probability DESC, case_id LIMIT %(limit)s
        """,
        client_id=client_id,
        provider=provider,
        seller_name=seller_name,
        but=but,
        limit=limit,
    )
