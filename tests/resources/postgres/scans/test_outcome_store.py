from __future__ import annotations

import pytest

from infringement_dagster.domain.counts import ItemOutcome
from resources.postgres.database import Database
from resources.postgres.scans.outcome_store import item_outcomes, merge_counts, put_item_outcomes
from resources.postgres.scans.run_store import UnknownRun
from resources.postgres.scans.scan_store import get_scan
from resources.postgres.statements import RefusedRow
from tests.support.scene import begin

AD = ItemOutcome("row 7", "skipped", "no_listing_id", "an advertisement")
TWICE = ItemOutcome("B01", "skipped", "repeated")
BROKEN = ItemOutcome("query 'x' page 2", "failed", "timed_out", "after 3 tries")


def test_counts_are_merged_under_the_assets_name(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        for asset, counts in (("a", {"n": 1, "why": {"x": 2}}), ("b", {"n": 2}), ("a", {"n": 3})):
            merge_counts(c, "acme", scene.scan_id, "amazon", scene.run.epoch, asset, counts)
        amazon, ebay = get_scan(c, "acme", scene.scan_id).runs
    assert amazon.counts == {"a": {"n": 3}, "b": {"n": 2}}
    assert ebay.counts == {}


def test_outcomes_add_up_even_under_one_key(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        outcomes = [AD, TWICE, TWICE, BROKEN]
        put_item_outcomes(c, "acme", scene.scan_id, "amazon", "raw_listings", outcomes)
        kept = item_outcomes(c, "acme", scene.scan_id, "amazon", "raw_listings")
    assert kept == [TWICE, TWICE, BROKEN, AD]


def test_a_repeated_step_replaces_its_own_outcomes_only(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        put_item_outcomes(c, "acme", scene.scan_id, "amazon", "raw_listings", [AD, TWICE])
        put_item_outcomes(c, "acme", scene.scan_id, "amazon", "image_hashes", [BROKEN])
        put_item_outcomes(c, "acme", scene.scan_id, "ebay", "raw_listings", [AD])
        put_item_outcomes(c, "acme", scene.scan_id, "amazon", "raw_listings", [BROKEN])
        put_item_outcomes(c, "acme", scene.scan_id, "ebay", "raw_listings", [])
        assert item_outcomes(c, "acme", scene.scan_id, "amazon", "raw_listings") == [BROKEN]
        assert item_outcomes(c, "acme", scene.scan_id, "amazon", "image_hashes") == [BROKEN]
        assert item_outcomes(c, "acme", scene.scan_id, "ebay", "raw_listings") == []


def test_the_outcome_that_postgres_cannot_keep_is_named(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
    poisoned = ItemOutcome("row 8", "failed", "malformed", "half \udc00")
    with (
        pytest.raises(RefusedRow, match="client acme, row 2: detail holds half a surrogate"),
        database.client("acme") as c,
    ):
        put_item_outcomes(c, "acme", scene.scan_id, "amazon", "raw_listings", [AD, poisoned])
    with pytest.raises(UnknownRun), database.client("acme") as c:
        put_item_outcomes(c, "acme", scene.scan_id, "walmart", "raw_listings", [AD])
