from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.domain.listing_pages.details import ListingDetails, gtin_of
from infringement_dagster.domain.listing_pages.page_read import PageRead

NINE = Price(Decimal(9), Decimal(9), "USD")
ROW = Listing(
    "ebay", "1", "Mug", "https://e.example/1", ("https://i.ebayimg.com/g/A/s-l140.jpg",), NINE
)
TOLD = replace(
    ROW,
    image_urls=(*ROW.image_urls, "https://i.ebayimg.com/g/B/s-l140.jpg"),
    seller=Seller("mugs4u"),
    brand="MUGGO",
    description="Made in the same factory.",
    details=ListingDetails(mpn="TJ-9"),
)
PAGE = PageRead(ROW, TOLD)


def test_what_a_page_added_is_carried_to_the_same_row() -> None:
    assert set(PAGE.added) == {"seller", "brand", "description", "details"}
    assert PAGE.changes(ROW) == frozenset()
    assert PAGE.carried_by(ROW) == TOLD


def test_the_same_photo_in_another_size_is_no_other_photo() -> None:
    larger = replace(ROW, image_urls=("https://i.ebayimg.com/g/A/s-l225.jpg",))
    assert PAGE.changes(larger) == frozenset()
    assert PAGE.carried_by(larger).image_urls == (*larger.image_urls, TOLD.image_urls[1])


def test_another_price_leaves_the_rest_as_it_was_read() -> None:
    dearer = replace(ROW, price=replace(NINE, low=Decimal(10), high=Decimal(10)))
    assert PAGE.changes(dearer) == {"price"}
    assert PAGE.carried_by(dearer) == replace(TOLD, price=dearer.price)


def test_another_photo_drops_the_pages_photos() -> None:
    other = replace(ROW, image_urls=("https://i.ebayimg.com/g/C/s-l140.jpg",))
    assert PAGE.changes(other) == {"photo"}
    assert PAGE.carried_by(other) == replace(TOLD, image_urls=other.image_urls)


@pytest.mark.parametrize(
    "other", [replace(ROW, title="Bottle"), replace(ROW, seller=Seller("somebody"))]
)
def test_nothing_is_carried_to_what_may_be_another_product(other: Listing) -> None:
    assert PAGE.carried_by(other) == other


def test_what_the_row_tells_now_goes_before_what_the_page_once_filled_in() -> None:
    page = PageRead(replace(ROW, price=None), replace(TOLD, price=NINE))
    told = replace(ROW, price=replace(NINE, low=Decimal(7)))
    assert page.carried_by(told).price == told.price
    assert page.carried_by(replace(ROW, price=None)).price == NINE


@pytest.mark.parametrize(
    ("written", "gtin"),
    [
        ("4006381333931", "4006381333931"),
        ("EAN: 40 06381 33393 1", "4006381333931"),
        ("036000291452", "036000291452"),
        ("96385074", "96385074"),
        ("4006381333932", None),
        ("0000000000000", None),
        ("Does not apply", None),
        ("", None),
        (None, None),
    ],
)
def test_a_gtin_is_one_whose_check_digit_is_right(written: str | None, gtin: str | None) -> None:
    assert gtin_of(written) == gtin
