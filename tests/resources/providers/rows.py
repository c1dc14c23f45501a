"""Rows of each provider's search page in their real shapes, made for tests."""

from __future__ import annotations

from decimal import Decimal

from infringement_dagster.domain.listing import Listing
from resources.providers.marketplaces import marketplaces
from resources.providers.reading import Json, Page, Skipped

US = marketplaces("com")["com"]


def amazon_row(**changes: Json) -> dict[str, Json]:
    return {
        "type": "search_product",
        "position": 1,
        "asin": "B0TESTASIN",
        "name": "Blue &amp; green  mug",
        "image": "https://img.example/1.jpg",
        "has_prime": True,
        "stars": Decimal("4.5"),
        "total_reviews": 12,
        "url": "https://www.amazon.com/Blue-Mug/dp/B0TESTASIN/ref=sr_1_1?keywords=mug",
        "spec": {},
        "price_string": "$12.50",
        "price_symbol": "$",
        "price": Decimal("12.5"),
        **changes,
    }


def ebay_row(**changes: Json) -> dict[str, Json]:
    return {
        "product_title": "Mug, blue",
        "image": "https://img.example/1.webp",
        "product_url": "https://www.ebay.com/itm/227223470821?hash=1",
        "condition": "Brand New",
        "item_price": {"value": Decimal("9.99"), "currency": "USD"},
        "seller_name": "mugs4u",
        "watchers": 3,
        **changes,
    }


def walmart_row(**changes: Json) -> dict[str, Json]:
    return {
        "id": "6524VXNB3SX1",
        "availability": "In stock",
        "image": "https://img.example/1.png",
        "name": "Mug",
        "price": Decimal("5.5"),
        "price_currency": "$",
        "rating": {"average_rating": 4, "number_of_reviews": 7},
        "seller": "Mug Maker Inc.",
        "url": "https://www.walmart.com/ip/Mug/123456789?x=1",
        **changes,
    }


def google_row(**changes: Json) -> dict[str, Json]:
    return {
        "position": 1,
        "product_id": "7361294905872830495",
        "title": "Mug",
        "link": "https://shop.example/mug",
        "source": "Mug Shop",
        "price": "$1,027.00",
        "extracted_price": 1027,
        "thumbnail": "https://img.example/1.jpg",
        **changes,
    }


def only(page: Page) -> Listing | Skipped:
    (row,) = page.rows
    return row


def listing(page: Page) -> Listing:
    row = only(page)
    assert isinstance(row, Listing)
    return row


def skipped(page: Page) -> Skipped:
    row = only(page)
    assert isinstance(row, Skipped)
    return row
