"""The catalogue's eBay listings in the words of eBay's own Browse API."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote, urlencode

import numpy as np
from PIL import Image, UnidentifiedImageError

from resources.providers.sandbox.catalogue import Catalogue, Item
from resources.providers.sandbox.demo_brands import DEMO_BRANDS
from resources.providers.sandbox.drafts import product_shots
from resources.providers.sandbox.drawing import ProductShot, draw
from resources.providers.sandbox.wire import photo_url, rows_of

PATH = "/buy/browse/v1"
_CONDITION_IDS = {"Brand New": ("New", "1000"), "Pre-Owned": ("Used", "3000")}
_COUNTRIES = {"EBAY_GB": ("GBP", "GB"), "EBAY_DE": ("EUR", "DE"), "EBAY_AU": ("AUD", "AU")}
_SITES = {"EBAY_GB": "co.uk", "EBAY_AU": "com.au", "EBAY_HK": "com.hk", "EBAY_SG": "com.sg"}
_SIDE_PX = 16
_LIKENESS_MIN = 0.9  # correlation of two photos, reduced to 16 by 16 shades; strangers reach 0.8
_PIXELS_MAX = 50_000_000


@dataclass(frozen=True, slots=True)
class BrowseQuestion:
    """One page of a search, as it was asked."""

    limit: int
    offset: int
    marketplace_id: str
    base_url: str  # of this server, for photos and links
    params: dict[str, str]


class NotAPhoto(ValueError):
    """The bytes that were sent in the place of a photo are none."""


def items_for_words(catalogue: Catalogue, query: str) -> list[Item]:
    """The items that the words find, as the other vendor's pages show them."""
    return [row.item for row in rows_of(catalogue, "ebay", query)]


def items_for_photo(catalogue: Catalogue, image: str) -> list[Item]:
    """The items that show the product shot which the photo (base64) is like; raises NotAPhoto."""
    shades = _shades_of(_decoded(image))
    likeness, shot = max(
        ((_likeness(shades, known), shot) for shot, known in _known_shots(catalogue.seed).items()),
        key=lambda pair: pair[0],
    )
    return list(catalogue.showing("ebay", shot)) if likeness >= _LIKENESS_MIN else []


def search_answer(found: Sequence[Item], question: BrowseQuestion, endpoint: str) -> object:
    """One page; a search that finds nothing has no list of items at all."""
    here = f"{question.base_url}{PATH}/{endpoint}"
    page = {"limit": str(question.limit), "offset": str(question.offset)}
    answer: dict[str, object] = {
        "href": f"{here}?{urlencode({**question.params, **page})}",
        "total": len(found),
        "limit": question.limit,
        "offset": question.offset,
    }
    shown = found[question.offset : question.offset + question.limit]
    if question.offset + question.limit < len(found):
        later = {**page, "offset": str(question.offset + question.limit)}
        answer["next"] = f"{here}?{urlencode({**question.params, **later})}"
    if shown:
        answer["itemSummaries"] = [_summary(item, question) for item in shown]
    return answer


def item_answer(item: Item, marketplace_id: str, base_url: str) -> dict[str, object]:
    """One item with all that its page says."""
    name, condition_id = _CONDITION_IDS.get(item.condition, ("New", "1000"))
    main, *others = (_image(base_url, photo) for photo in item.photos)
    answer: dict[str, object] = {
        "itemId": f"v1|{item.listing_id}|0",
        "legacyItemId": item.listing_id,
        "title": item.title,
        "shortDescription": f"{name}. {item.brand}.",
        "description": f"<style>p {{color: red}}</style><p>{item.title}.</p><p>New &amp; boxed</p>",
        "price": _money(item, marketplace_id),
        "categoryPath": "Sporting Goods|Camping & Hiking|Canteens, Bottles & Flasks",
        "categoryId": "16037",
        "condition": name,
        "conditionId": condition_id,
        "itemLocation": {"city": "Portland", "country": "US", "postalCode": "972**"},
        "image": main,
        "additionalImages": others,
        "brand": item.brand,
        "mpn": "Does Not Apply",
        "seller": _seller(item),
        "estimatedAvailabilities": [{"estimatedAvailabilityStatus": "IN_STOCK"}],
        "localizedAspects": [{"type": "STRING", "name": "Brand", "value": item.brand}],
        "buyingOptions": ["FIXED_PRICE"],
        "itemWebUrl": _web_url(item, marketplace_id),
        "shippingOptions": [{"shippingCostType": "FIXED"}],
        "priorityListing": False,
        "adultOnly": False,
    }
    return {field: value for field, value in answer.items() if value is not None}


def _summary(item: Item, question: BrowseQuestion) -> dict[str, object]:
    name, condition_id = _CONDITION_IDS.get(item.condition, ("New", "1000"))
    item_id, base_url = f"v1|{item.listing_id}|0", question.base_url
    images = [_image(base_url, photo) for photo in item.photos]
    row: dict[str, object] = {
        "itemId": item_id,
        "title": item.title,
        "leafCategoryIds": ["16037"],
        "categories": [{"categoryId": "16037", "categoryName": "Canteens, Bottles & Flasks"}],
        "image": images[0],
        "price": _money(item, question.marketplace_id),
        "itemHref": f"{base_url}{PATH}/item/{quote(item_id, safe='')}",
        "seller": _seller(item),
        "condition": name,
        "conditionId": condition_id,
        "thumbnailImages": images[:1],
        "shippingOptions": [{"shippingCostType": "FIXED"}],
        "buyingOptions": ["FIXED_PRICE"],
        "itemWebUrl": _web_url(item, question.marketplace_id),
        "itemLocation": {"postalCode": "972**", "country": "US"},
        "additionalImages": images[1:],
        "adultOnly": False,
        "legacyItemId": item.listing_id,
        "availableCoupons": False,
        "itemCreationDate": "2026-05-04T12:04:38.000Z",
        "topRatedBuyingExperience": False,
        "priorityListing": False,
        "listingMarketplaceId": question.marketplace_id,
    }
    return {field: value for field, value in row.items() if value is not None}


def _money(item: Item, marketplace_id: str) -> dict[str, str] | None:
    if item.price_usd is None:
        return None
    currency, _ = _COUNTRIES.get(marketplace_id, ("USD", "US"))
    return {"value": f"{item.price_usd:.2f}", "currency": currency}


def _seller(item: Item) -> dict[str, object]:
    return {"username": item.seller, "feedbackPercentage": "98.6", "feedbackScore": 1541}


def _image(base_url: str, name: str) -> dict[str, str]:
    return {"imageUrl": photo_url(base_url, name)}


def _web_url(item: Item, marketplace_id: str) -> str:
    named = marketplace_id.removeprefix("EBAY_").lower()
    site = _SITES.get(marketplace_id, "com" if named == "us" else named)
    return f"https://www.ebay.{site}/itm/{item.listing_id}?hash=item{item.listing_id}"


def _decoded(image: str) -> Image.Image:
    try:
        photo = Image.open(io.BytesIO(base64.b64decode(image, validate=True)))
        if photo.width * photo.height > _PIXELS_MAX:
            raise NotAPhoto("the photo is too large")
        photo.load()
    except (binascii.Error, UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise NotAPhoto(str(error)) from None
    return photo


def _shades_of(photo: Image.Image) -> np.ndarray:
    reduced = photo.convert("L").resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BOX)
    return np.asarray(reduced, np.float64).ravel()


def _likeness(ours: np.ndarray, theirs: np.ndarray) -> float:
    if not ours.std() or not theirs.std():
        return 0.0
    return float(np.corrcoef(ours, theirs)[0, 1])


@cache
def _known_shots(seed: int) -> dict[ProductShot, np.ndarray]:
    return {
        shot: _shades_of(draw(shot))
        for brand in DEMO_BRANDS
        for product in brand.products
        for shot in product_shots(brand, product, seed)
    }
