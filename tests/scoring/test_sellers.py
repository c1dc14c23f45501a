from __future__ import annotations

from infringement_dagster.matching.scan_context import Decided
from infringement_dagster.scoring.sellers import decided_by_seller
from resources.postgres.listings.seller_store import DecidedSeller


def test_decisions_are_found_by_the_sellers_name() -> None:
    rows = [DecidedSeller("Cheap Deals", 3, 1), DecidedSeller("Fair Deals", 0, 2)]
    assert decided_by_seller(rows) == {
        "Cheap Deals": Decided(3, 1),
        "Fair Deals": Decided(0, 2),
    }
