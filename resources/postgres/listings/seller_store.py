"""People's decisions about the listings of each seller."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection

from infringement_dagster.domain.listing import Provider
from resources.postgres.statements import fetch_all


@dataclass(frozen=True, slots=True)
class DecidedSeller:
    """How many cases of a seller were decided so by people."""

    seller_name: str
    infringing_count: int
    lawful_count: int


def decided_sellers(c: Connection, client_id: str, provider: Provider) -> list[DecidedSeller]:
    """The sellers at a provider with a decided case, by name."""
    return fetch_all(
        c,
        DecidedSeller,
        """
        SELECT listings.seller_name,
            count(*) FILTER (WHERE cases.decision = 'infringing') AS infringing_count,
            count(*) FILTER (WHERE cases.decision = 'not_infringing') AS lawful_count
        FROM cases JOIN listings USING (client_id, provider, listing_id)
        WHERE cases.client_id = %(client_id)s AND cases.provider = %(provider)s
            AND cases.state = 'decided' AND cases.decided_by_rule IS NULL
            AND listings.seller_name IS NOT NULL
        GROUP BY listings.seller_name ORDER BY listings.seller_name
        """,
        client_id=client_id,
        provider=provider,
    )
