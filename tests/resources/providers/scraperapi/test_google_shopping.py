from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from infringement_dagster.domain.listing import Listing, Price, Seller
from resources.providers.reading import Json
from resources.providers.scraperapi import google_shopping
from tests.resources.providers.rows import US, google_row, listing, only


def test_a_google_row_becomes_a_listing() -> None:
    page = google_shopping.read_page({"shopping_results": [google_row()]}, US, 1)
    assert only(page) == Listing(
        provider="google_shopping",
        listing_id="7361294905872830495",
        title="Mug",
        url="https://shop.example/mug",
        image_urls=("https://img.example/1.jpg",),
        price=Price(Decimal(1027), Decimal(1027), "USD"),
        seller=Seller("Mug Shop"),
    )
    assert (page.later_pages, page.unread_fields) == ((), Counter())


def test_a_google_link_through_the_vendor_is_unwrapped() -> None:
    link = "https://api.scraperapi.com/?api_key=SECRET&url=https%3A%2F%2Fshop.example%2Fm"
    read = listing(google_shopping.read_page([google_row(link=link)], US, 1))
    assert read.url == "https://shop.example/m"


def test_a_google_row_without_an_id_gets_a_stable_one_from_its_offer() -> None:
    row = google_row(product_id=None)
    first, again = (listing(google_shopping.read_page([row], US, 1)) for _ in range(2))
    other = listing(google_shopping.read_page([google_row(product_id="", source="B")], US, 1))
    assert first.listing_id == again.listing_id != other.listing_id


def test_an_embedded_google_thumbnail_is_no_address() -> None:
    row = google_row(thumbnail="data:image/png;base64,AAAA")
    assert listing(google_shopping.read_page([row], US, 1)).image_urls == ()


@pytest.mark.parametrize(
    ("paging", "later"),
    [
        ({"pages_count": 3}, (2, 3)),
        ({"next_page_url": "https://www.google.com/?start=40"}, (2,)),
        ({"pages_count": 10**9}, tuple(range(2, 101))),
        ({}, ()),
    ],
)
def test_google_pages(paging: dict[str, Json], later: tuple[int, ...]) -> None:
    document: Json = {"shopping_results": [google_row()], "pagination": paging}
    assert google_shopping.read_page(document, US, 1).later_pages == later


def test_a_page_is_asked_for_by_its_first_row_and_only_the_first_one_is() -> None:
    asked = [google_shopping.search_question(US, "mug", page) for page in (1, 2)]
    assert [(q.params["num"], q.params["start"]) for q in asked] == [("100", "0"), ("100", "100")]
    assert "page" not in asked[0].params
    assert google_shopping.DESCRIPTION.search_pages(3) == 1
