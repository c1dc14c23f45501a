"""The price on the page of a case, in words, without a browser."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from api.pages.cases.price_wording import PriceShown
from infringement_dagster.domain.client import PriceFloor
from infringement_dagster.domain.score import NotRecorded, PriceCompared, RateUsed

DOLLARS = PriceFloor(Decimal(80), "USD")
RATE = RateUsed("USD", "EUR", Decimal("0.500000"), date(2026, 3, 2), "the bank", "60 days old")


@pytest.mark.parametrize(
    ("compared", "words"),
    [
        (
            PriceCompared(Decimal(200), "USD", "other_offers", 0.3, 6),
            "the $200.00 that others ask for such a product (6 offers in the scan)",
        ),
        (
            PriceCompared(Decimal(200), "USD", "allowed_sellers", 0.3, 1),
            "the $200.00 that your allowed sellers ask for such a product (1 offer in the scan)",
        ),
        (
            PriceCompared(Decimal(80), "USD", "floor", 0.3, floor=DOLLARS),
            "your floor of $80.00",
        ),
        (
            PriceCompared(Decimal(40), "EUR", "floor", 0.3, floor=DOLLARS, rates=(RATE,)),
            "your floor of $80.00, €40.00",
        ),
    ],
)
def test_the_page_names_what_decided_and_no_floor_that_did_not(
    compared: PriceCompared, words: str
) -> None:
    shown = PriceShown(compared, Decimal(60), compared.currency)
    assert (shown.share, shown.of) == (0.3, words)


def test_the_rate_stands_there_with_its_day_source_and_doubt() -> None:
    compared = PriceCompared(Decimal(40), "EUR", "floor", 0.3, floor=DOLLARS, rates=(RATE,))
    (said,) = PriceShown(compared, Decimal(12), "EUR").rates
    assert said == "1 USD = 0.5 EUR, 2026-03-02, the bank (60 days old)"


def test_a_floor_of_an_older_score_is_compared_where_currencies_agree() -> None:
    assert PriceShown(DOLLARS, Decimal(20), "USD").share == 0.25
    assert PriceShown(DOLLARS, Decimal(20), "EUR").share is None
    assert PriceShown(DOLLARS, None, None).share is None


def test_what_was_not_recorded_has_no_share() -> None:
    for unknown in (NotRecorded(), None):
        assert PriceShown(unknown, Decimal(20), "USD").share is None


def test_a_share_of_another_price_than_the_listings_names_it() -> None:
    piece = PriceCompared(Decimal(30), "USD", "other_offers", 1 / 3, 6)
    assert PriceShown(piece, Decimal(40), "USD").asked == "$10.00"  # a pack of four
    assert PriceShown(piece, Decimal(10), "USD").asked is None
    assert PriceShown(DOLLARS, Decimal(40), "USD").asked is None
