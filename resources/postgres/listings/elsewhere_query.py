"""Listings that show the same photos, and listings that people decided about, over all scans."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import Connection

from infringement_dagster.domain.listing import Provider
from infringement_dagster.matching.elsewhere import KnownListing, Verdict
from resources.postgres.statements import fetch_all

PLACES_MAX = 30  # listings of one photo; more of them tell no more
DECIDED_MAX = 20_000  # listings; the newest decisions count


def listings_by_photo(
    c: Connection, client_id: str, sha256s: Sequence[str]
) -> list[tuple[str, KnownListing]]:
    """The client's listings, of every marketplace, that show each of these photos, by SHA-256.

    At most 30 of each photo. A reference of the client, byte for byte, is left out: dealers show
    it with good reason.
    """
    return fetch_all(
        c,
        _shown,
        """
        SELECT asked.sha256, found.provider, found.listing_id, l.title, l.seller_name, k.decision
        FROM unnest(%(sha256s)s::text[]) AS asked (sha256)
        CROSS JOIN LATERAL (
            SELECT i.provider, i.listing_id FROM listing_photos i
            WHERE i.client_id = %(client_id)s AND i.sha256 = asked.sha256
            ORDER BY i.provider, i.listing_id LIMIT %(places_max)s
        ) found
        JOIN listings l ON l.client_id = %(client_id)s AND l.provider = found.provider
            AND l.listing_id = found.listing_id
        LEFT JOIN cases k ON k.client_id = %(client_id)s AND k.provider = found.provider
            AND k.listing_id = found.listing_id AND k.state = 'decided'
            AND k.decided_by_rule IS NULL
        WHERE NOT EXISTS (SELECT FROM reference_photos r
            WHERE r.client_id = %(client_id)s AND r.sha256 = asked.sha256)
        ORDER BY asked.sha256, found.provider, found.listing_id
        """,
        client_id=client_id,
        sha256s=list(sha256s),
        places_max=PLACES_MAX,
    )


def decided_listings(c: Connection, client_id: str) -> list[KnownListing]:
    """The listings of every marketplace about which people decided last, 20,000 at most."""
    return fetch_all(
        c,
        _known,
        """
        SELECT k.provider, k.listing_id, l.title, l.seller_name, k.decision
        FROM cases k JOIN listings l USING (client_id, provider, listing_id)
        WHERE k.client_id = %(client_id)s AND k.state = 'decided'
            AND k.decision IN ('infringing', 'not_infringing') AND k.decided_by_rule IS NULL
        ORDER BY k.last_flagged_at DESC, k.case_id LIMIT %(decided_max)s
        """,
        client_id=client_id,
        decided_max=DECIDED_MAX,
    )


_VERDICTS: dict[str | None, Verdict] = {"infringing": "infringing", "not_infringing": "lawful"}


def _known(
    *,
    provider: Provider,
    listing_id: str,
    title: str,
    seller_name: str | None,
    decision: str | None,
) -> KnownListing:
    return KnownListing(provider, listing_id, title, seller_name, _VERDICTS.get(decision))


def _shown(
    *,
    sha256: str,
    provider: Provider,
    listing_id: str,
    title: str,
    seller_name: str | None,
    decision: str | None,
) -> tuple[str, KnownListing]:
    known = _known(
        provider=provider,
        listing_id=listing_id,
        title=title,
        seller_name=seller_name,
        decision=decision,
    )
    return sha256, known
