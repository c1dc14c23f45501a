"""People's decisions about the sellers of a run, as scoring asks for them."""

from __future__ import annotations

from collections.abc import Iterable

from infringement_dagster.matching.scan_context import Decided
from resources.postgres.listings.seller_store import DecidedSeller


def decided_by_seller(rows: Iterable[DecidedSeller]) -> dict[str, Decided]:
    """How many cases of each seller were decided so, by its name."""
    return {row.seller_name: Decided(row.infringing_count, row.lawful_count) for row in rows}
