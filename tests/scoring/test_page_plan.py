"""The plan of a scan against what the scan is charged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from infringement_dagster.domain.client import Search
from infringement_dagster.scoring.page_plan import page_plan, search_pages
from resources.postgres.scans import run_store
from resources.postgres.scans.outcome_store import merge_counts
from resources.providers.registry import installed
from resources.providers.scraperapi import amazon, google_shopping
from tests.support.scanner import CLIENT, Scanner


@pytest.mark.parametrize("provider", ["amazon", "ebay", "walmart"])
def test_the_ledger_is_within_a_tenth_of_the_plan(
    scanner: Callable[[str], Scanner], sandbox_url: str, provider: str
) -> None:
    here = scanner(sandbox_url)
    search = {"pages_max": 4, "details_max": 6, "details_credits_max": 45}
    first = here.scan(provider, **search)
    listings = [one.listing for one in here.found(first).values()]
    run = first.run
    with here.database.client(CLIENT) as c:
        counts = first.seen.as_document()
        merge_counts(c, CLIENT, run.scan_id, provider, run.epoch, "raw_listings", counts)
        run_store.finish_run(c, CLIENT, run.scan_id, provider, run.epoch, "succeeded")
    plan = page_plan(here.database, CLIENT, run.config, provider, listings, {})
    assert plan is not None
    second = here.scan(provider, **search)
    here.found(second)
    charged = here.charged(second.run.scan_id, provider)
    assert 0 < charged <= plan.credits_at_most
    assert abs(charged - plan.credits_expected) <= 0.1 * charged
    assert plan.credits_for_them <= 45
    assert plan.listing_pages == second.own_pages["chosen"]


def test_pages_that_were_not_there_are_not_expected_again() -> None:
    search = Search(("mug", "cup", "new"), pages_max=3)
    read = [["mug", 1], ["mug", 2], ["cup", 1], ["cup", 2], ["cup", 3], ["cup", 4]]
    assert search_pages(search, amazon.DESCRIPTION, read) == 2 + 3 + 3
    assert search_pages(search, amazon.DESCRIPTION, None) == 9
    assert search_pages(search, google_shopping.DESCRIPTION, read) == 3


def test_a_plan_is_made_with_the_vendor_that_the_search_names(
    scanner: Callable[[str], Scanner], sandbox_url: str
) -> None:
    here = scanner(sandbox_url)
    config = here.scan("ebay").run.config
    free = replace(config.searches["ebay"], vendor="ebay_browse")
    paid_plan = page_plan(here.database, CLIENT, config, "ebay", [], {})
    free_plan = page_plan(
        here.database, CLIENT, replace(config, searches={"ebay": free}), "ebay", [], {}
    )
    assert paid_plan is not None
    assert free_plan is not None
    assert paid_plan.credits_at_most > 0 == free_plan.credits_at_most


def test_a_provider_that_was_taken_away_has_no_plan(
    scanner: Callable[[str], Scanner], sandbox_url: str
) -> None:
    here = scanner(sandbox_url)
    run = here.scan("ebay").run
    gone = "gone" if "gone" not in installed().names else "away"
    searches = {gone: run.config.searches["ebay"]}
    config = type(run.config)(1, run.config.brands, searches)
    assert page_plan(here.database, CLIENT, config, gone, [], {}) is None
