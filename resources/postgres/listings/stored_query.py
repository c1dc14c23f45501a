"""Listings that a client has ever found, as they were last seen: counted, named, read in part."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import Connection

from infringement_dagster.domain.listing import ListingColumns, Provider
from resources.postgres.listings.listing_store import COLUMNS
from resources.postgres.statements import fetch_all


def counts_by_provider(c: Connection, client_id: str) -> dict[Provider, int]:
    """How many listings of each provider are stored; those that have none are left out."""
    counted = fetch_all(
        c,
        _count,
        """
        SELECT provider, count(*) AS listings FROM listings WHERE client_id = %(client_id)s
        GROUP BY provider ORDER BY provider
        """,
        client_id=client_id,
    )
    return dict(counted)


def listing_ids(c: Connection, client_id: str, provider: Provider) -> list[str]:
    """The ids of all the provider's listings that are stored, in their order."""
    return fetch_all(
        c,
        _listing_id,
        """
        SELECT listing_id FROM listings
        WHERE client_id = %(client_id)s AND provider = %(provider)s ORDER BY listing_id
        """,
        client_id=client_id,
        provider=provider,
    )


def listings_named(
    c: Connection, client_id: str, provider: Provider, wanted: Sequence[str]
) -> list[ListingColumns]:
    """Those of the provider's listings that are stored, in order of their ids."""
    return fetch_all(
        c,
        ListingColumns,
        f"""
        SELECT {COLUMNS} FROM listings
        WHERE client_id = %(client_id)s AND provider = %(provider)s
            AND listing_id = ANY(%(wanted)s) ORDER BY listing_id
        """,  # noqa: S608 - a literal
        client_id=client_id,
        provider=provider,
        wanted=list(wanted),
    )


def _count(*, provider: Provider, listings: int) -> tuple[Provider, int]:
    return provider, listings


def _listing_id(*, listing_id: str) -> str:
    return listing_id
