"""Answers of eBay's Browse API in their documented shapes, made for tests."""

from __future__ import annotations

from resources.providers.reading import Json

NUMBER = "227223470821"


def summary(**changes: Json) -> dict[str, Json]:
    return {
        "itemId": f"v1|{NUMBER}|0",
        "legacyItemId": NUMBER,
        "title": "Mug, blue &amp; green",
        "leafCategoryIds": ["20696"],
        "categories": [{"categoryId": "20696", "categoryName": "Mugs"}],
        "image": {"imageUrl": "https://i.ebayimg.com/images/g/abc/s-l225.jpg"},
        "price": {"value": "9.99", "currency": "USD"},
        "itemHref": f"https://api.ebay.com/buy/browse/v1/item/v1%7C{NUMBER}%7C0",
        "seller": {"username": "mugs4u", "feedbackPercentage": "98.6", "feedbackScore": 1541},
        "condition": "New",
        "conditionId": "1000",
        "thumbnailImages": [{"imageUrl": "https://i.ebayimg.com/images/g/abc/s-l1600.jpg"}],
        "shippingOptions": [{"shippingCostType": "FIXED"}],
        "buyingOptions": ["FIXED_PRICE"],
        "itemWebUrl": f"https://www.ebay.com/itm/{NUMBER}?hash=item1",
        "itemLocation": {"country": "CN"},
        "additionalImages": [{"imageUrl": "https://i.ebayimg.com/images/g/def/s-l225.jpg"}],
        "adultOnly": False,
        "availableCoupons": False,
        "topRatedBuyingExperience": False,
        "priorityListing": False,
        **changes,
    }


def page(*rows: Json, total: int | None = None, **changes: Json) -> dict[str, Json]:
    return {
        "href": "https://api.ebay.com/buy/browse/v1/item_summary/search?q=mug&limit=60&offset=0",
        "total": len(rows) if total is None else total,
        "limit": 60,
        "offset": 0,
        "itemSummaries": list(rows),
        **changes,
    }


def item(**changes: Json) -> dict[str, Json]:
    return {
        "itemId": f"v1|{NUMBER}|0",
        "legacyItemId": NUMBER,
        "title": "Mug, blue, 0.3 l",
        "description": "<style>p{}</style><p>Made in the <b>same</b> factory.</p>1:1 &amp; boxed",
        "price": {
            "value": "12.50",
            "currency": "USD",
            "convertedFromValue": "10.00",
            "convertedFromCurrency": "GBP",
        },
        "categoryPath": "Home|Kitchen|Mugs",
        "condition": "Used",
        "image": {"imageUrl": "https://i.ebayimg.com/images/g/abc/s-l1600.jpg", "height": 9},
        "additionalImages": [
            {"imageUrl": "https://i.ebayimg.com/images/g/def/s-l1600.jpg"},
            {"imageUrl": "https://i.ebayimg.com/images/g/abc/s-l1600.jpg"},
            {"imageUrl": "javascript:alert(1)"},
        ],
        "brand": "Kelvarra",
        "gtin": "0123456789012",
        "mpn": "K-1",
        "seller": {"username": "mugs4u", "userId": "u123", "feedbackScore": 3},
        "localizedAspects": [{"type": "STRING", "name": "Colour", "value": "Blue"}],
        "estimatedAvailabilities": [{"estimatedAvailabilityStatus": "IN_STOCK"}],
        **changes,
    }
