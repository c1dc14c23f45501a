from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.domain.listing_pages.details import ListingDetails
from resources.providers.reading import Json
from resources.providers.scraperapi.ebay_details import listing_questions, read_listing_pages
from tests.resources.providers.rows import US

FOUND = Listing(
    "ebay",
    "123456789012",
    "Mug",
    "https://www.ebay.com/itm/123456789012",
    ("https://i.ebayimg.com/images/g/VgAA/s-l140.webp",),
)


def item(**changes: Json) -> dict[str, Json]:
    return {
        "title": "Mug",
        "price": {"value": Decimal("19.5"), "currency": "US $or Best Offer"},
        "condition": "Brand New",
        "brand": "MUGGO",
        "model": "TJ-9",
        "images": [
            "https://i.ebayimg.com/images/g/VgAA/s-l1600.webp",
            "https://i.ebayimg.com/images/g/XyBB/s-l1600.webp",
        ],
        "item_specifics": [
            {"label": "Colour:", "value": "blue &amp; white"},
            {"label": "MPN", "value": "Does not apply"},
            {"label": "EAN", "value": "4006381333931"},
            "no row",
        ],
        "seller": {"name": "mugs4u", "seller_review": "99.2% positive feedback (1,204)"},
        "available_quantity": 4,
        "shipping_costs": "Free",
        "reviews": [],
        **changes,
    }


def test_an_item_page_adds_all_that_a_search_row_lacks() -> None:
    read = read_listing_pages(FOUND, [item()], US)
    assert read.unread_fields == Counter()
    assert read.listing == replace(
        FOUND,
        # The photo of the search row is the first of the page in another size.
        image_urls=(*FOUND.image_urls, "https://i.ebayimg.com/images/g/XyBB/s-l1600.webp"),
        price=Price(Decimal("19.5"), Decimal("19.5"), "USD"),
        seller=Seller("mugs4u"),
        brand="MUGGO",
        condition="new",
        details=ListingDetails(
            specifics=(
                ("Colour", "blue & white"),
                ("MPN", "Does not apply"),
                ("EAN", "4006381333931"),
            ),
            gtin="4006381333931",
            mpn="TJ-9",
            item_count=4,
            seller_rating_percent=99.2,
            seller_review_count=1204,
        ),
    )


def test_what_the_search_row_said_stays_and_the_seller_gains_an_id() -> None:
    price = Price(Decimal(5), Decimal(5), "USD")
    row = replace(FOUND, price=price, seller=Seller("mugs4u"), condition="used")
    page = item(seller={"name": "mugs4u", "id": "m4u-1"})
    read = read_listing_pages(row, [page], US).listing
    assert (read.price, read.condition, read.seller) == (price, "used", Seller("mugs4u", "m4u-1"))
    other = read_listing_pages(replace(row, seller=Seller("somebody")), [page], US).listing
    assert other.seller == Seller("somebody")


@pytest.mark.parametrize("document", [None, {}, [], "text"])
def test_a_page_that_says_nothing_changes_nothing(document: Json) -> None:
    assert read_listing_pages(FOUND, [document], US).listing == FOUND


def test_nothing_is_taken_of_another_items_page() -> None:
    read = read_listing_pages(FOUND, [item(item_id="999999999999")], US)
    assert read.listing == FOUND
    assert "999999999999" in read.faults[0]


def test_it_is_asked_for_by_its_number() -> None:
    (question,) = listing_questions(FOUND, US)
    assert (question.endpoint, question.credits) == ("ebay/product", 1)
    assert question.params["product_id"] == FOUND.listing_id
