"""People's decisions about the sellers of a run, as scoring asks for them."""

from __future__ import annotations

from collections.abc import Iterable

from infringement_dagster.domain.listing import Provider
from infringement_dagster.matching.scan_context import Decided
from resources.postgres.database import Database
from resources.postgres.listings import seller_store
from resources.postgres.listings.seller_store import DecidedSeller


def decided_at(database: Database, client_id: str, provider: Provider) -> dict[str, Decided]:
    """How many cases of each of the provider's sellers the client's people decided so."""
    with database.client(client_id) as c:
        return decided_by_seller(seller_store.decided_sellers(c, client_id, provider))


def decided_by_seller(rows: Iterable[DecidedSeller]) -> dict[str, Decided]:
    """How many cases of each seller were decided so, by its name."""
    return {row.seller_name: Decided(row.infringing_count, row.lawful_count) for row in rows}
