from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from infringement_dagster.domain.listing import Listing, Price
from resources.providers.marketplaces import marketplaces
from resources.providers.reading import Json
from resources.providers.scraperapi import amazon
from tests.resources.providers.rows import US, amazon_row, listing, only, skipped


def test_an_amazon_row_becomes_a_listing() -> None:
    page = amazon.read_page({"results": [amazon_row()], "explore_more_items": []}, US, 1)
    assert only(page) == Listing(
        provider="amazon",
        listing_id="B0TESTASIN",
        title="Blue & green mug",
        url="https://www.amazon.com/dp/B0TESTASIN",
        image_urls=("https://img.example/1.jpg",),
        price=Price(Decimal("12.50"), Decimal("12.50"), "USD"),
        rating=4.5,
        review_count=12,
    )
    assert page.unread_fields == Counter()


def test_amazon_currency_follows_the_marketplace() -> None:
    read = listing(amazon.read_page({"results": [amazon_row()]}, marketplaces("ca")["ca"], 1))
    assert read.price is not None
    assert read.price.currency == "CAD"
    assert read.url == "https://www.amazon.ca/dp/B0TESTASIN"


@pytest.mark.parametrize("price", [None, "", "N/A", 0, -1])
def test_an_amazon_row_without_a_price_keeps_its_place(price: Json) -> None:
    row = amazon_row(price=price, price_string="")
    assert listing(amazon.read_page({"results": [row]}, US, 1)).price is None


def test_an_amazon_price_is_read_from_its_text_where_the_number_is_missing() -> None:
    read = listing(amazon.read_page({"results": [amazon_row(price=None)]}, US, 1))
    assert read.price == Price(Decimal("12.50"), Decimal("12.50"), "USD")


@pytest.mark.parametrize(
    "changes",
    [
        {"asin": None, "section_name": "Highly rated"},
        {"asin": "", "url": "https://www.amazon.com/sspa/click?url=%2Fdp%2FB0TESTASIN"},
        {"asin": None, "url": "/gp/slredirect"},
        {"asin": "not an asin", "url": None},
    ],
)
def test_amazon_advertising_without_an_asin_is_skipped(changes: dict[str, Json]) -> None:
    assert skipped(amazon.read_page({"results": [amazon_row(**changes)]}, US, 1)).reason == (
        "no_listing_id"
    )


def test_an_amazon_row_with_an_asin_is_kept_although_it_is_sponsored() -> None:
    row = amazon_row(url="https://www.amazon.com/sspa/click?x=1", section_name="Sponsored")
    assert listing(amazon.read_page({"results": [row]}, US, 1)).listing_id == "B0TESTASIN"


def test_an_older_amazon_row_has_its_asin_in_the_address() -> None:
    row = amazon_row()
    del row["asin"]
    page = amazon.read_page({"results": [row], "ads": [], "pagination": ["/s?page=2"]}, US, 1)
    assert listing(page).listing_id == "B0TESTASIN"
    assert page.later_pages == (2,)


def test_amazon_drift_is_seen() -> None:
    page = amazon.read_page({"results": [amazon_row(brand="X")], "refinements": {}}, US, 1)
    assert page.unread_fields == Counter({"brand": 1, "refinements": 1})
