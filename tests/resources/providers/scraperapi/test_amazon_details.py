from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.domain.listing_pages.details import ListingDetails
from resources.providers.listing_facts import clean_brand
from resources.providers.reading import Json
from resources.providers.scraperapi.amazon_details import (
    Offer,
    enrich,
    read_listing_pages,
    read_offers,
    read_product,
)
from tests.resources.providers.rows import US

PIXEL = "https://images-na.ssl-images-amazon.com/images/G/01/x-locale/common/transparent-pixel.gif"
FOUND = Listing(
    "amazon",
    "B0TESTASIN",
    "Mug",
    "https://www.amazon.com/dp/B0TESTASIN",
    ("https://i.example/0.jpg",),
)


def product(**changes: Json) -> dict[str, Json]:
    return {
        "name": "Mug",
        "product_information": {},
        "brand": "Visit the MUGGO Store",
        "pricing": "$19.99",
        "list_price": "$39.99$39.99",
        "images": ["https://i.example/1.jpg", "https://i.example/1.jpg", PIXEL, None],
        "average_rating": "",
        "total_reviews": "1,204",
        "seller_id": None,
        "seller_name": "Mug Store",
        **changes,
    }


def test_a_product_page_of_any_year() -> None:
    read = read_product(product(), US)
    assert read.brand == "MUGGO"
    assert read.price == Price(Decimal("19.99"), Decimal("19.99"), "USD")
    assert read.image_urls == ("https://i.example/1.jpg",)
    assert (read.rating, read.review_count) == (None, 1204)
    assert read.seller == Seller("Mug Store")
    assert read.unread_fields == Counter()


@pytest.mark.parametrize(
    ("written", "brand"),
    [
        ("Visit the X & Y Store", "X & Y"),
        ("Brand: X", "X"),
        ("Marque : X", "X"),
        ("Besuche den X-Store", "X"),
        ("Visita lo Store di X", "X"),
        ("Xのストアを表示", "X"),
        ("قم بزيارة متجر X", "X"),
        ("X", "X"),
        ("The Store", "The Store"),
        ("", None),
        (None, None),
    ],
)
def test_brands_lose_their_wrapping(written: str | None, brand: str | None) -> None:
    assert clean_brand(written) == brand


def test_offers_of_both_spellings_and_the_pinned_one_first() -> None:
    page: Json = {
        "item": {"name": "Mug"},
        "pinned_offer": {"seller_name": "First", "price": 9, "condition": "New"},
        "listings": [
            {
                "price_symbol": "$",
                "price": Decimal("8.5"),
                "condition": "Used - Like New",
                "fullfilled_by_amazon": False,
                "seller_name": "Second",
                "seller_id": "A2",
            },
            {"sold_by": "Third", "ships_from": "Amazon", "price_with_currency": "$7.00"},
            {"price": 1, "delivery": "no seller named"},
            "not an offer",
        ],
    }
    read = read_offers(page, US)
    assert read.offers == (
        Offer(Seller("First"), Price(Decimal(9), Decimal(9), "USD"), "new"),
        Offer(Seller("Second", "A2"), Price(Decimal("8.5"), Decimal("8.5"), "USD"), "used"),
        Offer(Seller("Third"), Price(Decimal(7), Decimal(7), "USD"), None, ships_from="Amazon"),
    )
    assert read.unread_fields == Counter()


def test_a_listing_gains_what_its_pages_know_and_keeps_its_own() -> None:
    own_price = Price(Decimal(5), Decimal(5), "USD")
    enriched = enrich(
        replace(FOUND, price=own_price, rating=0.0),
        read_product(product(product_category="Kitchen › Mugs", average_rating=4), US),
        read_offers({"listings": [{"seller_name": "Other", "price": 3, "condition": "New"}]}, US),
    )
    assert enriched == replace(
        FOUND,
        price=own_price,
        brand="MUGGO",
        seller=Seller("Mug Store"),
        image_urls=("https://i.example/0.jpg", "https://i.example/1.jpg"),
        condition="new",
        category="Kitchen › Mugs",
        rating=0.0,
        review_count=1204,
    )


def test_seller_and_price_come_from_the_first_offer_where_the_product_page_is_silent() -> None:
    silent = read_product(product(seller_name="", pricing=""), US)
    offers = read_offers({"listings": [{"seller_name": "Other", "price": 3}]}, US)
    enriched = enrich(FOUND, silent, offers)
    assert enriched.seller == Seller("Other")
    assert enriched.price == Price(Decimal(3), Decimal(3), "USD")


def test_pages_that_say_nothing_change_nothing() -> None:
    assert enrich(FOUND, read_product(None, US), read_offers({"listings": []}, US)) == FOUND


def test_a_listing_gains_the_words_of_its_product_page() -> None:
    page = product(
        feature_bullets=["Comes with no invoice", 7],
        small_description="Same as the original.",
        full_description="",
    )
    found = enrich(FOUND, read_product(page, US), read_offers({"listings": []}, US))
    assert found.own_words == "Comes with no invoice\nSame as the original."
    assert found.details == ListingDetails(bullets=("Comes with no invoice",))


def test_a_product_pages_table_names_maker_and_number() -> None:
    table: Json = {
        "ASIN\n   \u200f": "\u200e\n B0TESTASIN",
        "UPC": "036000291452",
        "Item model number": "TJ-9",
        "Best Sellers Rank": ["#8 in Mugs"],
        "Brand": "MUGGO",
    }
    page = product(
        product_information=table,
        brand="",
        availability_status="Only 7 left in stock - order soon.",
        high_res_images=["https://i.example/large.jpg"],
    )
    found = read_listing_pages(FOUND, [page, None], US)
    assert (found.listing.brand, found.faults) == ("MUGGO", ())
    assert found.listing.image_urls[1:] == ("https://i.example/large.jpg",)
    assert found.listing.details == ListingDetails(
        specifics=(
            ("UPC", "036000291452"),
            ("Item model number", "TJ-9"),
            ("Best Sellers Rank", "#8 in Mugs"),
            ("Brand", "MUGGO"),
        ),
        gtin="036000291452",
        mpn="TJ-9",
        availability="Only 7 left in stock - order soon.",
        item_count=7,
    )


@pytest.mark.parametrize("mark", ["", "\u200e", "\u200e\n "])
def test_nothing_is_taken_of_the_page_of_another_variant(mark: str) -> None:
    page = product(product_information={"ASIN": f"{mark}B0ANOTHER1"})
    offers: Json = {"listings": [{"seller_name": "Other", "price": 3}]}
    found = read_listing_pages(FOUND, [page, offers], US)
    price = Price(Decimal(3), Decimal(3), "USD")
    assert found.listing == replace(FOUND, seller=Seller("Other"), price=price)
    assert "B0ANOTHER1" in found.faults[0]
