from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.client import Search, Thresholds
from infringement_dagster.domain.listing import Listing, Price, Rank, Seller
from infringement_dagster.domain.listing_pages.details import ListingDetails
from infringement_dagster.domain.listing_pages.page_budget import PageBudget, page_budget
from infringement_dagster.domain.listing_pages.page_choice import (
    Prospect,
    chance_of_turn,
    chosen_pages,
    worth_credits,
)
from infringement_dagster.domain.listing_pages.page_read import RowPart

AT = Thresholds(0.5, 0.9)
ROW = Listing("amazon", "1", "Mug", "https://e.example/1")
PLENTY = PageBudget(1000, 10_000, 1)


def priced(amount: int) -> Listing:
    return replace(ROW, price=Price(Decimal(amount), Decimal(amount), "USD"))


def test_the_chance_is_largest_next_to_a_threshold() -> None:
    by_probability = [chance_of_turn(Prospect(ROW, p), AT) for p in (0.001, 0.1, 0.3, 0.5)]
    assert by_probability == sorted(by_probability)
    assert chance_of_turn(Prospect(ROW, 0.9), AT) > chance_of_turn(Prospect(ROW, 0.99), AT)
    assert chance_of_turn(Prospect(ROW, 0.0), AT) < 0.001 > chance_of_turn(Prospect(ROW, 1.0), AT)


def test_a_page_that_adds_nothing_is_worth_nothing() -> None:
    whole = replace(
        priced(9),
        image_urls=("https://e.example/1.jpg", "https://e.example/2.jpg"),
        seller=Seller("mugs4u"),
        brand="MUGGO",
        details=ListingDetails(bullets=("warm",)),
    )
    assert chance_of_turn(Prospect(whole, 0.5), AT) == 0.0
    assert chance_of_turn(Prospect(replace(whole, brand=None), 0.5), AT) > 0.0
    assert chosen_pages([Prospect(whole, 0.5)], AT, PLENTY, {}) == []


@pytest.mark.parametrize("part", ["title", "price", "photo", "seller"])
def test_a_page_that_was_read_is_worth_less_and_nothing_before_a_change(part: RowPart) -> None:
    never, changed = Prospect(ROW, 0.45), Prospect(ROW, 0.45, frozenset({part}))
    assert chance_of_turn(never, AT) > chance_of_turn(changed, AT) > 0
    assert chosen_pages([Prospect(ROW, 0.45, frozenset())], AT, PLENTY, {}) == []


def test_reach_and_price_raise_what_a_page_is_worth() -> None:
    usual = {"USD": 20.0}
    first, last = (Prospect(ROW, 0.45, rank=Rank("mug", page, 1)) for page in (1, 5))
    assert worth_credits(first, AT, usual) > worth_credits(last, AT, usual)
    dear, cheap = Prospect(priced(80), 0.45), Prospect(priced(5), 0.45)
    assert worth_credits(dear, AT, usual) > worth_credits(cheap, AT, usual)


def test_dear_pages_are_left_unread_where_they_hardly_matter() -> None:
    unlikely = Prospect(ROW, 0.03)
    assert chosen_pages([unlikely], AT, PageBudget(10, 1000, 1), {}) == [unlikely]
    assert chosen_pages([unlikely], AT, PageBudget(10, 1000, 10), {}) == []


@pytest.mark.parametrize(
    ("details_max", "credits_max", "page_credits", "pages"),
    [
        (10, None, 10, 10),
        (10, 35, 10, 3),
        (10, 0, 10, 0),
        (10, None, 0, 10),
        (10, None, None, 0),
        (0, None, 10, 0),
    ],
)
def test_a_search_bounds_pages_by_number_and_credits(
    details_max: int, credits_max: int | None, page_credits: int | None, pages: int
) -> None:
    search = Search(("mug",), details_max=details_max, details_credits_max=credits_max)
    budget = page_budget(search, page_credits)
    assert (budget.pages, budget.credits) == (pages, pages * (page_credits or 0))
    assert budget.within(-5).pages in (0, pages if not page_credits else 0)


CHANGES = st.none() | st.frozensets(st.sampled_from(["title", "price", "photo", "seller"]))
PROSPECTS = st.lists(
    st.builds(
        lambda number, probability, changed, price: Prospect(
            replace(priced(price) if price else ROW, listing_id=str(number)), probability, changed
        ),
        st.integers(0, 10**6),
        st.floats(0, 1),
        CHANGES,
        st.integers(0, 10_000),
    ),
    max_size=30,
    unique_by=lambda prospect: prospect.row.listing_id,
)
BUDGETS = st.builds(PageBudget, st.integers(0, 20), st.integers(0, 300), st.integers(0, 30))


@given(PROSPECTS, BUDGETS, st.floats(0.01, 0.98))
def test_no_choice_goes_beyond_its_budget(
    prospects: list[Prospect], budget: PageBudget, review: float
) -> None:
    chosen = chosen_pages(prospects, Thresholds(review, 0.99), budget, {"USD": 20.0})
    assert len(chosen) <= budget.pages_max
    assert len(chosen) * budget.page_credits <= budget.credits_max
    assert len({prospect.row.listing_id for prospect in chosen}) == len(chosen)
    assert all(prospect.changed != frozenset() for prospect in chosen)
    # The order in which a search tells of listings decides nothing.
    assert chosen_pages(prospects[::-1], Thresholds(review, 0.99), budget, {"USD": 20.0}) == chosen


def test_pages_that_a_scan_has_read_are_taken_from_its_budget() -> None:
    assert PageBudget(5, 100, 10).after(3) == PageBudget(2, 70, 10)
    assert PageBudget(5, 20, 10).after(3) == PageBudget(2, 0, 10)
    assert PageBudget(2, 100, 10).after(3).pages == 0
