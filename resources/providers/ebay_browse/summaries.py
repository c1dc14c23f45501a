"""Pages of eBay's `item_summary/search` and `search_by_image`."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.domain.provider import Marketplace
from resources.providers.reading import (
    TITLE_MAX_CHARS,
    Fields,
    Json,
    NotAPage,
    Page,
    ReadRow,
    Skipped,
    make_price,
    read_condition,
    read_rows,
)

PROVIDER_NAME: Final = "ebay"
# As many rows as a page of the other vendor has, so that a page costs the same photos to fetch and
# a rank means the same; the documentation allows 200.
PAGE_ROWS: Final = 60
_ROWS_MAX: Final = 10_000  # of one search, as documented
_ITEM_ID = re.compile(r"v1\|(?P<id>\d{9,15})\|\d{1,20}")
_LEGACY_ID = re.compile(r"\d{9,15}")

_IGNORED_IN_PAGE: Final = (
    "autoCorrections",
    "href",
    "next",
    "offset",
    "prev",
    "refinement",
    "warnings",
)
# In full: `additionalImages` are read with the item; in rows they would make eight photos of one.
_IGNORED_IN_ROW: Final = (
    "additionalImages",
    "adultOnly",
    "availableCoupons",
    "bidCount",
    "buyingOptions",
    "categories",  # ids and names in no order; the item tells its path
    "compatibilityMatch",
    "compatibilityProperties",
    "conditionId",  # `condition` says it in words
    "distanceFromPickupLocation",
    "energyEfficiencyClass",
    "epid",
    "itemAffiliateWebUrl",
    "itemCreationDate",
    "itemEndDate",
    "itemGroupHref",
    "itemGroupType",
    "itemHref",
    "itemOriginDate",
    "itemWebUrl",  # made of the id, as every other vendor's are
    "leafCategoryIds",
    "listingMarketplaceId",
    "marketingPrice",
    "pickupOptions",
    "priceDisplayCondition",
    "priorityListing",
    "qualifiedPrograms",
    "shippingOptions",
    "shortDescription",
    "topRatedBuyingExperience",
    "tyreLabelImageUrl",
    "unitPrice",
    "unitPricingMeasure",
    "watchCount",
)
_IGNORED_OF_SELLER: Final = (
    "feedbackPercentage",
    "feedbackScore",
    "sellerAccountType",
    "sellerLegalInfo",
)
_IGNORED_OF_PRICE: Final = ("convertedFromValue", "convertedFromCurrency")
_IGNORED_OF_PLACE: Final = ("addressLine1", "addressLine2", "county", "postalCode")
_IGNORED_OF_IMAGE: Final = ("height", "width", "imageId")


def read_page(document: Json, marketplace: Marketplace, page: int) -> Page:
    """The listings of one page; a search that finds nothing has a total of 0 and no rows."""
    body = Fields(document)
    rows, total = body.pop("itemSummaries"), body.pop_count("total")
    if rows is None and total is not None:
        rows = []
    if not isinstance(rows, list):
        raise NotAPage("the answer has no list itemSummaries")
    read, unread = read_rows(rows, lambda row, key: _read_row(row, key, marketplace))
    body.ignore(_IGNORED_IN_PAGE)
    last = -(-min(total or 0, _ROWS_MAX) // (body.pop_count("limit") or PAGE_ROWS))
    later = (page + 1,) if rows and page < last else ()
    return Page(read, later, unread + body.unread())


def item_number(item_id: str | None, legacy_id: str | None) -> str | None:
    """The number by which everybody knows the listing; of variants the same one."""
    if legacy_id is not None and _LEGACY_ID.fullmatch(legacy_id):
        return legacy_id
    found = _ITEM_ID.fullmatch(item_id or "")
    return found["id"] if found else None


def item_url(number: str, marketplace: Marketplace) -> str:
    """The listing's address at the site."""
    return f"https://www.ebay.{marketplace.tld}/itm/{number}"


def read_price(row: Fields, marketplace: Marketplace) -> tuple[Price | None, Counter[str]]:
    """The price, of an auction the highest bid, in the site's money; and what nobody read."""
    fixed, bid = row.pop_fields("price"), row.pop_fields("currentBidPrice")
    amounts = [(part.pop_number("value"), part.pop_currency("currency")) for part in (fixed, bid)]
    for part in (fixed, bid):
        part.ignore(_IGNORED_OF_PRICE)
    told = next(((value, code) for value, code in amounts if value), (None, None))
    price = make_price(told[0], None, told[1] or marketplace.currency)
    return price, fixed.unread() + bid.unread()


def read_seller(row: Fields) -> tuple[Seller | None, Counter[str]]:
    """Who offers it: the name of the account, which is the only id that eBay gives."""
    seller = row.pop_fields("seller")
    name, seller_id = seller.pop_text("username"), seller.pop_text("userId")
    seller.ignore(_IGNORED_OF_SELLER)
    return (Seller(name, seller_id) if name else None), seller.unread()


def read_place(row: Fields) -> tuple[str | None, Counter[str]]:
    """The place that it ships from: town, state and country as far as they are told."""
    place = row.pop_fields("itemLocation")
    parts = [place.pop_text(name) for name in ("city", "stateOrProvince", "country")]
    place.ignore(_IGNORED_OF_PLACE)
    return ", ".join(filter(None, parts)) or None, place.unread()


def read_image(image: Fields) -> tuple[str | None, Counter[str]]:
    """The address of a photo."""
    url = image.pop_url("imageUrl")
    image.ignore(_IGNORED_OF_IMAGE)
    return url, image.unread()


def _read_row(row: Fields, key: str, marketplace: Marketplace) -> tuple[ReadRow, Counter[str]]:
    number = item_number(row.pop_text("itemId"), row.pop_text("legacyItemId"))
    title = row.pop_text("title", TITLE_MAX_CHARS)
    photo, unread_image = read_image(row.pop_fields("image"))
    thumbnail = _thumbnail(row.pop_list("thumbnailImages"))
    price, unread_price = read_price(row, marketplace)
    seller, unread_seller = read_seller(row)
    place, unread_place = read_place(row)
    condition = read_condition(row.pop_text("condition"))
    row.ignore(_IGNORED_IN_ROW)
    unread = row.unread() + unread_image + unread_price + unread_seller + unread_place
    if number is None:
        return Skipped(key, "no_listing_id", "the row holds no item number"), unread
    if title is None:
        return Skipped(number, "no_title", f"{key} has no readable title"), unread
    listing = Listing(
        provider=PROVIDER_NAME,
        listing_id=number,
        title=title,
        url=item_url(number, marketplace),
        image_urls=tuple(filter(None, (photo or thumbnail,))),
        price=price,
        seller=seller,
        condition=condition,
        ships_from=place,
    )
    return listing, unread


def _thumbnail(images: list[Json]) -> str | None:
    return Fields(images[0] if images else None).pop_url("imageUrl")
