"""Every order of cases, walked page by page both ways."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal
from typing import get_args

import pytest

from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.domain.listing import Price, Rank
from resources.postgres.cases.case_lists import (
    CaseFilter,
    CaseOrder,
    CasePosition,
    CaseSummaryRow,
    case_before,
    case_page,
    every_case,
    position_of_case,
)
from resources.postgres.cases.case_store import flag_cases
from resources.postgres.database import Database
from resources.postgres.listings.listing_store import put_listings
from tests.support.scene import a_listing, begin

PLACES = (4, None, 1, 1, 1002, None, 1)
AMOUNTS = ("3", "20", "20", None, "100.5", "20", None)
ORDERED = {
    "cheapest": lambda row: (row.price_low is None, row.price_low or 0, row.case_id),
    "most_visible": lambda row: (row.search_place is None, row.search_place or 0, row.case_id),
    "most_probable": lambda row: (-row.probability, row.case_id),
    "least_probable": lambda row: (row.probability, -row.case_id.int),
    "newest": lambda row: (-row.first_flagged_at.timestamp(), row.case_id),
    "oldest": lambda row: (row.first_flagged_at.timestamp(), -row.case_id.int),
}


@pytest.fixture
def priced(database: Database) -> Database:
    """Cases with and without price, several of one price and of one probability."""
    with database.client("acme") as c:
        scene = begin(c, "acme")
        listings = [
            replace(
                a_listing(f"P{number}"),
                price=None if amount is None else Price(Decimal(amount), Decimal(amount), "EUR"),
            )
            for number, amount in enumerate(AMOUNTS)
        ]
        ranks = {
            f"P{number}": Rank("bottle", 1 + place // 1000, place % 1000)
            for number, place in enumerate(PLACES)
            if place is not None
        }
        put_listings(c, "acme", scene.scan_id, listings, ranks)
        flags = [
            CaseFlag(item.listing_id, 0.5 + number // 3 / 10, None)
            for number, item in enumerate(listings)
        ]
        flag_cases(c, "acme", scene.scan_id, "amazon", 1, flags)
    return database


@pytest.mark.parametrize("order", get_args(CaseOrder))
def test_a_walk_meets_each_case_once_in_order_and_leads_back(
    priced: Database, order: CaseOrder
) -> None:
    walked: list[CaseSummaryRow] = []
    after: CasePosition | None = None
    with priced.client("acme") as c:
        while page := case_page(c, "acme", CaseFilter(), order, 2, after):
            walked += page
            after = position_of_case(page[-1])
        assert len({row.case_id for row in walked}) == len(walked) == len(AMOUNTS)
        assert walked == sorted(walked, key=ORDERED[order])
        for before, row in itertools.pairwise(walked):
            assert case_before(c, "acme", CaseFilter(), order, position_of_case(row)) == before
        assert case_before(c, "acme", CaseFilter(), order, position_of_case(walked[0])) is None


def test_the_walk_over_all_cases_is_planned_for_all_of_them(priced: Database) -> None:
    with priced.client("acme") as c:
        assert len(next(every_case(c, "acme", CaseFilter()))) == len(AMOUNTS)
        assert c.execute("SHOW cursor_tuple_fraction").fetchone() == ("1",)
    with priced.client("acme") as c:
        assert c.execute("SHOW cursor_tuple_fraction").fetchone() == ("0.1",)
