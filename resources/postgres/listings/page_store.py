"""Listings' own pages as they were read last.

A run writes a row after `put_listings` in one transaction, whose lock keeps other writers of the
provider's listings away until it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from infringement_dagster.domain.listing import Listing, Provider
from infringement_dagster.domain.listing_pages.page_read import PageRead
from resources.postgres.statements import Staging, execute, fetch_all, fetch_count

_LISTING = TypeAdapter(Listing)
_INCOMING = Staging(
    "incoming_listing_pages",
    {
        "provider": "text",
        "listing_id": "text",
        "page_keys": "text[]",
        "found": "jsonb",
        "told": "jsonb",
    },
)


@dataclass(frozen=True, slots=True)
class NewPage:
    """A listing's page, and the objects that hold it; none where its row of a file told all."""

    page: PageRead
    page_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptPage:
    """The page of a listing as it was read last."""

    page: PageRead
    page_keys: tuple[str, ...]
    scan_id: UUID
    read_at: datetime


def put_pages(c: Connection, client_id: str, scan_id: UUID, pages: Sequence[NewPage]) -> None:
    """Guarantees that these are the newest pages of their listings, of which the client has rows.

    Raises RefusedRow.
    """
    if not pages:
        return
    distinct = {(new.page.row.provider, new.page.row.listing_id): new for new in pages}
    _INCOMING.load(c, client_id, [_columns(new) for new in distinct.values()])
    execute(
        c,
        """
        INSERT INTO listing_pages (client_id, provider, listing_id, scan_id, page_keys, found, told)
        SELECT %(client_id)s, provider, listing_id, %(scan_id)s, page_keys, found, told
        FROM incoming_listing_pages
        ON CONFLICT (client_id, provider, listing_id) DO UPDATE SET
            (scan_id, page_keys, found, told, read_at)
            = (excluded.scan_id, excluded.page_keys, excluded.found, excluded.told, now())
        """,
        client_id=client_id,
        scan_id=scan_id,
    )


def pages_of(
    c: Connection, client_id: str, provider: Provider, listing_ids: Iterable[str]
) -> dict[str, KeptPage]:
    """By listing id the newest page of each of the provider's listings that has one."""
    found = fetch_all(
        c,
        _kept,
        """
        SELECT listing_id, scan_id, page_keys, found, told, read_at FROM listing_pages
        WHERE client_id = %(client_id)s AND provider = %(provider)s
            AND listing_id = ANY(%(listing_ids)s)
        """,
        client_id=client_id,
        provider=provider,
        listing_ids=list(listing_ids),
    )
    return dict(found)


def count_pages(c: Connection, client_id: str, provider: Provider, scan_id: UUID) -> int:
    """How many of the provider's listings have a page that this scan was the last to read."""
    return fetch_count(
        c,
        """
        SELECT count(*) FROM listing_pages
        WHERE client_id = %(client_id)s AND provider = %(provider)s AND scan_id = %(scan_id)s
        """,
        client_id=client_id,
        provider=provider,
        scan_id=scan_id,
    )


def _columns(new: NewPage) -> tuple[object, ...]:
    row, read = new.page.row, new.page.read
    return (row.provider, row.listing_id, list(new.page_keys), _document(row), _document(read))


def _document(listing: Listing) -> Jsonb:
    return Jsonb(_LISTING.dump_python(listing, mode="json", exclude_none=True))


def _kept(
    *,
    listing_id: str,
    scan_id: UUID,
    page_keys: list[str],
    found: Mapping[str, Any],
    told: Mapping[str, Any],
    read_at: datetime,
) -> tuple[str, KeptPage]:
    page = PageRead(_LISTING.validate_python(found), _LISTING.validate_python(told))
    return listing_id, KeptPage(page, tuple(page_keys), scan_id, read_at)
