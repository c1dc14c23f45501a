from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from infringement_dagster.domain.listing import Listing, Price, Seller
from resources.providers.reading import Json
from resources.providers.scraperapi import ebay
from tests.resources.providers.rows import US, ebay_row, listing, only, skipped


def test_an_ebay_row_becomes_a_listing() -> None:
    page = ebay.read_page([ebay_row()], US, 1)
    assert only(page) == Listing(
        provider="ebay",
        listing_id="227223470821",
        title="Mug, blue",
        url="https://www.ebay.com/itm/227223470821",
        image_urls=("https://img.example/1.webp",),
        price=Price(Decimal("9.99"), Decimal("9.99"), "USD"),
        seller=Seller("mugs4u"),
        condition="new",
    )
    assert page.unread_fields == Counter()


def test_an_ebay_price_range_and_its_own_currency() -> None:
    price: Json = {
        "from": {"value": Decimal("57.83"), "currency": "GBP"},
        "to": {"value": Decimal("63.18"), "currency": "GBP"},
    }
    read = listing(ebay.read_page([ebay_row(item_price=price)], US, 1))
    assert read.price == Price(Decimal("57.83"), Decimal("63.18"), "GBP")


@pytest.mark.parametrize("price", [None, {}, {"value": ""}, "", {"from": None}])
def test_an_ebay_row_without_a_price_keeps_its_place(price: Json) -> None:
    assert listing(ebay.read_page([ebay_row(item_price=price)], US, 1)).price is None


def test_a_bare_ebay_list_lets_expect_one_page_more_until_it_is_empty() -> None:
    assert ebay.read_page([ebay_row()], US, 2).later_pages == (3,)
    assert ebay.read_page([], US, 3).later_pages == ()


def test_an_ebay_object_names_its_pages() -> None:
    links: Json = ["https://www.ebay.com/sch/i.html?_nkw=x&_pgn=2"]
    page = ebay.read_page({"results": [ebay_row()], "next_pages": links}, US, 1)
    assert page.later_pages == (2,)
    assert ebay.read_page({"results": [ebay_row()], "next_pages": []}, US, 1).later_pages == ()


def test_an_ebay_placeholder_has_no_item_number() -> None:
    row = ebay_row(product_url="https://www.ebay.com/itm/123456")
    assert skipped(ebay.read_page([row], US, 1)).reason == "no_listing_id"


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        ("US $or Best Offer", "USD"),
        ("C $", "CAD"),
        ("GBP", "GBP"),
        ("\u20ac", "EUR"),
        ("$", "USD"),  # of the marketplace
        ("Best Offer", "USD"),
    ],
)
def test_an_ebay_currency_is_read_as_its_page_writes_it(written: str, currency: str) -> None:
    row = ebay_row(item_price={"value": "9.99", "currency": written})
    price = listing(ebay.read_page([row], US, 1)).price
    assert price == Price(Decimal("9.99"), Decimal("9.99"), currency)
