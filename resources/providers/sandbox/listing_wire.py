"""The pages of single items of the catalogue in the vendor's words."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Final

from infringement_dagster.domain.listing import Provider
from resources.providers.sandbox.catalogue import Item
from resources.providers.sandbox.demo_brands import DEMO_BRANDS
from resources.providers.sandbox.wire import Answer, photo_url

_PIXEL = "https://images-na.ssl-images-amazon.com/images/G/01/x-locale/common/transparent-pixel.gif"
_MARK = "\u200e"  # Amazon writes it before values of its table


def product_answer(item: Item, base_url: str) -> Answer:
    """An Amazon product page, with the oddities of several years."""
    price = f"${item.price_usd:,.2f}" if item.price_usd else ""
    store = f"Visit the {item.brand} Store" if len(item.brand) % 2 else f"Brand: {item.brand}"
    return {
        "name": item.title,
        "product_information": {
            "ASIN": f"{_MARK}{item.listing_id}",
            "Item model number": _model(item),
            "Best Sellers Rank": ["#8,224 in Home & Kitchen (See Top 100)"],
        },
        "brand": store,
        "full_description": _description(item),
        "pricing": price,
        "list_price": price * 2,
        "availability_status": f"Only {_count(item)} left in stock - order soon.",
        "images": [*_photos(item, base_url), _PIXEL],
        "product_category": "",
        "average_rating": item.stars,
        "feature_bullets": list(_POINTS),
        "total_reviews": item.review_count,
        "seller_id": "",
        "seller_name": item.seller,
        "fulfilled_by_amazon": False,
    }


def offers_answer(item: Item, base_url: str) -> Answer:
    """An Amazon offers page with the one seller of the item."""
    offer = {
        "price_symbol": "$",
        "price": float(item.price_usd) if item.price_usd else "",
        "shipping_price": 0,
        "condition": "New",
        "fullfilled_by_amazon": False,
        "seller_name": item.seller,
        "seller_id": "",
        "seller_percent_positive_ratings": 97,
        "seller_total_reviews": item.review_count,
    }
    photo = photo_url(base_url, item.photos[0])
    return {"item": {"name": item.title, "image": photo}, "listings": [offer]}


def ebay_answer(item: Item, base_url: str) -> Answer:
    """An eBay item page."""
    priced: dict[str, object] = {}
    if item.price_usd is not None:
        # As the vendor tells it of items with offers.
        priced = {"price": {"value": float(item.price_usd), "currency": "US $or Best Offer"}}
    return {
        "title": item.title,
        **priced,
        "condition": item.condition,
        "brand": _brand_field(item),
        "model": _model(item),
        "images": _photos(item, base_url),
        "item_specifics": [
            {"label": "Brand", "value": _brand_field(item)},
            {"label": "UPC", "value": _gtin(item)},
            {"label": "Condition", "value": f"{item.condition}: {_description(item)}"},
        ],
        "seller": {
            "name": item.seller,
            "seller_review": f"{_percent(item)}% positive feedback ({item.review_count:,})",
        },
        "available_quantity": _count(item),
        "shipping_costs": "Free delivery",
        "reviews": [],
    }


def walmart_answer(item: Item, base_url: str) -> Answer:
    """A Walmart product page: the price stands in its offer alone."""
    photos = _photos(item, base_url)
    offer: dict[str, object] = {
        "price": float(item.price_usd or 0),
        "price_currency": "USD",
        "availability": "https://schema.org/InStock",
        "available_delivery_method": "OnSitePickup",
    }
    return {
        "product_name": item.title,
        "product_description": _description(item),
        "brand": _brand_field(item),
        "image": photos[0],
        "images": photos,
        "offers": [offer],
        "reviews": {"average_rating": item.stars, "number_of_reviews": item.review_count},
    }


_DISGUISES = frozenset(name for brand in DEMO_BRANDS for name in brand.disguises)
_POINTS = ("Two year warranty from the seller", "Ships in plain packaging")
LISTING_PAGES: Final[Mapping[str, tuple[Provider, str, Callable[[Item, str], Answer]]]] = {
    "amazon/product": ("amazon", "asin", product_answer),
    "amazon/offers": ("amazon", "asin", offers_answer),
    "ebay/product": ("ebay", "product_id", ebay_answer),
    "walmart/product": ("walmart", "product_id", walmart_answer),
}


def _photos(item: Item, base_url: str) -> list[str]:
    return [photo_url(base_url, name) for name in item.photos]


def _description(item: Item) -> str:
    return f"Leaves our warehouse within {_number(item, 3) + 1} working days."


def _brand_field(item: Item) -> str:
    """As sellers fill it in: who writes a disguised name in the title keeps it out of the field."""
    return "Unbranded" if item.brand in _DISGUISES else item.brand


def _count(item: Item) -> int:
    return _number(item, 9) + 1


def _percent(item: Item) -> float:
    return 90 + _number(item, 100) / 10


def _model(item: Item) -> str:
    return f"TJ-{_number(item, 9000) + 1000}"


def _gtin(item: Item) -> str:
    """Twelve digits with a check digit that is right."""
    digits = [0, *map(int, f"{_number(item, 10**10):010}")]
    weighed = sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return "".join(map(str, [*digits, -weighed % 10]))


def _number(item: Item, below: int) -> int:
    """A number that stays the same for an item."""
    digest = hashlib.sha256(f"{item.provider}|{item.listing_id}|{below}".encode()).digest()
    return int.from_bytes(digest[:8]) % below
