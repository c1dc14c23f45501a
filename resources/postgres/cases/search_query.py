"""A client's things by a text or by the beginning of their id, a few of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.event import NoticeState
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.photo import ReferenceKind
from infringement_dagster.domain.scan import ScanState, Trigger
from infringement_dagster.domain.search.sought import IdRange, Sought
from infringement_dagster.notices.channels import Channel
from resources.postgres.listings.title_search import NAMED_MAX
from resources.postgres.statements import fetch_all


@dataclass(frozen=True, slots=True)
class FoundListing:
    """A listing that is no case."""

    provider: Provider
    listing_id: str
    title: str
    seller_name: str | None
    last_seen_at: datetime
    photo_sha256: str | None  # of the first photo that is kept


@dataclass(frozen=True, slots=True)
class FoundSeller:
    """A seller at one marketplace; of very many listings the first are counted."""

    provider: Provider
    seller_name: str
    listings: int
    cases: int
    is_all: bool  # whether the counts are of all its listings


@dataclass(frozen=True, slots=True)
class FoundNotice:
    """A notice with the title that it is about."""

    notice_id: UUID
    case_id: UUID
    channel: Channel
    state: NoticeState
    title: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FoundReference:
    """A reference photo in use."""

    reference_id: UUID
    sha256: str
    file_name: str
    brand: str | None
    kind: ReferenceKind


@dataclass(frozen=True, slots=True)
class FoundScan:
    """A scan."""

    scan_id: UUID
    state: ScanState
    trigger: Trigger
    requested_at: datetime


def listings_found(c: Connection, client_id: str, sought: Sought, most: int) -> list[FoundListing]:
    """At most `most` listings with the text in their title, or of the id, that are no case.

    The last seen first. Of a text in more than `NAMED_MAX` titles the first found count.
    """
    return fetch_all(
        c,
        FoundListing,
        _LISTINGS,
        client_id=client_id,
        text=sought.text,
        listing_ids=list(sought.listing_ids),
        read_max=NAMED_MAX,
        most=most,
    )


_LISTINGS: LiteralString = """
    WITH wanted AS (
        SELECT provider, listing_id FROM titled_listings(%(text)s, %(read_max)s)
        UNION
        SELECT provider, listing_id FROM listings
        WHERE client_id = %(client_id)s AND listing_id = ANY(%(listing_ids)s)
    ), found AS (
        SELECT provider, listing_id, title, seller_name, last_seen_at
        FROM listings JOIN wanted USING (provider, listing_id)
        WHERE client_id = %(client_id)s AND NOT EXISTS (
            SELECT FROM cases WHERE cases.client_id = %(client_id)s
                AND cases.provider = wanted.provider AND cases.listing_id = wanted.listing_id)
        ORDER BY last_seen_at DESC, provider, listing_id LIMIT %(most)s
    )
    SELECT found.*, (
        SELECT shown.sha256 FROM listing_photos AS shown
        WHERE shown.client_id = %(client_id)s AND shown.provider = found.provider
            AND shown.listing_id = found.listing_id AND shown.sha256 IS NOT NULL
        ORDER BY shown.position, shown.url_sha256 LIMIT 1) AS photo_sha256
    FROM found ORDER BY last_seen_at DESC, provider, listing_id"""


def sellers_found(c: Connection, client_id: str, text: str, most: int) -> list[FoundSeller]:
    """At most `most` sellers with the text in their name; those with most cases first."""
    return fetch_all(
        c,
        FoundSeller,
        """
        SELECT named.provider, named.seller_name, count(*) AS listings,
            count(cases.case_id) AS cases, sum(count(*)) OVER () <= %(read_max)s AS is_all
        FROM named_sellers(%(text)s, %(read_max)s + 1) AS named
            LEFT JOIN cases ON cases.client_id = %(client_id)s
                AND cases.provider = named.provider AND cases.listing_id = named.listing_id
        GROUP BY named.provider, named.seller_name
        ORDER BY cases DESC, listings DESC, named.seller_name, named.provider LIMIT %(most)s
        """,
        client_id=client_id,
        text=text,
        read_max=NAMED_MAX,
        most=most,
    )


def notices_found(c: Connection, client_id: str, sought: Sought, most: int) -> list[FoundNotice]:
    """At most `most` notices of the id, or about titles with the text; the last changed first."""
    return fetch_all(
        c,
        FoundNotice,
        """
        SELECT notice_id, case_id, channel, notices.state, title, changed_at
        FROM notices JOIN cases USING (client_id, case_id)
            JOIN listings USING (client_id, provider, listing_id)
        WHERE client_id = %(client_id)s AND (
            (cases.provider, cases.listing_id) IN (
                SELECT provider, listing_id FROM titled_listings(%(text)s, %(read_max)s))
            OR cases.listing_id = ANY(%(listing_ids)s)
            OR notice_id BETWEEN %(low)s AND %(high)s)
        ORDER BY changed_at DESC, notice_id LIMIT %(most)s
        """,
        client_id=client_id,
        text=sought.text,
        listing_ids=list(sought.listing_ids),
        read_max=NAMED_MAX,
        most=most,
        **_ends(sought.ids),
    )


def references_found(
    c: Connection, client_id: str, sought: Sought, most: int
) -> list[FoundReference]:
    """At most `most` references in use of the id, or with the text in file name or brand."""
    return fetch_all(
        c,
        FoundReference,
        """
        SELECT reference_id, sha256, file_name, brand, kind FROM reference_photos
        WHERE client_id = %(client_id)s AND removed_at IS NULL AND (
            strpos(lower(file_name), lower(%(text)s)) > 0
            OR strpos(lower(coalesce(brand, '')), lower(%(text)s)) > 0
            OR reference_id BETWEEN %(low)s AND %(high)s)
        ORDER BY file_name, reference_id LIMIT %(most)s
        """,
        client_id=client_id,
        text=sought.text,
        most=most,
        **_ends(sought.ids),
    )


def scans_found(c: Connection, client_id: str, ids: IdRange, most: int) -> list[FoundScan]:
    """At most `most` scans of the ids, newest first."""
    return fetch_all(
        c,
        FoundScan,
        """
        SELECT scan_id, state, trigger, requested_at FROM scans
        WHERE client_id = %(client_id)s AND scan_id BETWEEN %(low)s AND %(high)s
        ORDER BY requested_at DESC, scan_id LIMIT %(most)s
        """,
        client_id=client_id,
        most=most,
        **_ends(ids),
    )


def _ends(ids: IdRange | None) -> dict[str, UUID | None]:
    return {"low": ids.low if ids else None, "high": ids.high if ids else None}
