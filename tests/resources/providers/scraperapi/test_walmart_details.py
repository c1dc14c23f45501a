from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.domain.listing_pages.details import ListingDetails
from resources.providers.reading import Json
from resources.providers.scraperapi.walmart_details import listing_questions, read_listing_pages
from tests.resources.providers.rows import US

FOUND = Listing("walmart", "10123456", "Mug", "https://www.walmart.com/ip/10123456")


def product(**changes: Json) -> dict[str, Json]:
    return {
        "product_name": "Mug",
        "product_description": "Made in the same factory.",
        "brand": "Brand: MUGGO",
        "image": "https://i5.walmartimages.com/asr/a.jpeg?odnHeight=180&odnWidth=180",
        "offers": [
            {
                "price": Decimal("9.98"),
                "availability": "https://schema.org/InStock",
                "available_delivery_method": "OnSitePickup",
                "item_condition": "https://schema.org/NewCondition",
            },
            {"price": Decimal(12), "seller": "Second"},
        ],
        "reviews": {"average_rating": Decimal("4.5"), "number_of_reviews": 12},
        **changes,
    }


def test_a_product_page_adds_all_that_a_search_row_lacks() -> None:
    read = read_listing_pages(FOUND, [product(seller="Mug Store")], US)
    assert read.unread_fields == Counter()
    assert read.listing == replace(
        FOUND,
        image_urls=("https://i5.walmartimages.com/asr/a.jpeg?odnHeight=180&odnWidth=180",),
        price=Price(Decimal("9.98"), Decimal("9.98"), "USD"),
        seller=Seller("Mug Store"),
        brand="MUGGO",
        condition="new",
        rating=4.5,
        review_count=12,
        description="Made in the same factory.",
        details=ListingDetails(availability="InStock"),
    )


def test_reviews_may_be_a_list_and_the_price_may_stand_beside_the_offers() -> None:
    page = product(reviews=[{"text": "good"}], offers=None, price=Decimal(7))
    read = read_listing_pages(FOUND, [page], US)
    assert read.unread_fields == Counter()
    assert read.listing.price == Price(Decimal(7), Decimal(7), "USD")
    assert (read.listing.rating, read.listing.details) == (None, None)


@pytest.mark.parametrize("document", [None, {}, [], "text"])
def test_a_page_that_says_nothing_changes_nothing(document: Json) -> None:
    assert read_listing_pages(FOUND, [document], US).listing == FOUND


def test_nothing_is_taken_of_another_products_page() -> None:
    read = read_listing_pages(FOUND, [product(product_id="99999999")], US)
    assert read.listing == FOUND
    assert "99999999" in read.faults[0]


def test_it_is_asked_for_by_its_number() -> None:
    (question,) = listing_questions(FOUND, US)
    assert (question.endpoint, question.credits) == ("walmart/product", 1)
    assert question.params["product_id"] == FOUND.listing_id
