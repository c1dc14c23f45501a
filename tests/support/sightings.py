"""Listings that one scan has seen, for tests of what was kept."""

from __future__ import annotations

from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.listing import Listing, Provider
from resources.postgres.listings import listing_store
from resources.postgres.statements import fetch_all


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
    rows = (listing_store.get_listing(c, client_id, provider, one) for one in seen)
    return [row.listing() for row in rows if row is not None]


def _listing_id(*, listing_id: str) -> str:
    return listing_id
