"""What a scan has stored, read back for tests."""

from __future__ import annotations

from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.listing import Listing, Provider
from infringement_dagster.domain.score import Score
from resources.postgres.listings import listing_store, score_store
from resources.postgres.scans import scan_store
from resources.postgres.statements import fetch_all, fetch_count


def listings_of_scan(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider
) -> list[Listing]:
    """The listings that the scan has seen, in order of id, with the facts last known of each."""
    seen = fetch_all(
        c,
        _listing_id,
        """
        SELECT listing_id FROM sightings
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
        ORDER BY listing_id
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
    )
    rows = (listing_store.get_listing(c, client_id, provider, item) for item in seen)
    return [row.listing() for row in rows]


def _listing_id(*, listing_id: str) -> str:
    return listing_id


def scores_of_scan(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider
) -> dict[str, Score]:
    """The scores that the scan gave at the provider, by listing id."""
    rows = score_store.score_page(c, client_id, scan_id, 0.0, 100_000)
    return {row.listing_id: row.score for row in rows if row.provider == provider}


def credits_of_scan(c: Connection, client_id: str, scan_id: UUID) -> dict[Provider, int]:
    """The credits that the scan was charged, for each provider that it covers."""
    runs = scan_store.get_scan(c, client_id, scan_id).runs
    return {run.provider: run.credits_charged for run in runs}


def unsettled_credits(c: Connection, client_id: str, scan_id: UUID) -> int:
    """The most that the scan may have cost beyond what it was charged."""
    return fetch_count(
        c,
        """
        SELECT coalesce(sum(credits_most), 0) FROM unsettled_charges
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s
        """,
        client_id=client_id,
        scan_id=scan_id,
    )
