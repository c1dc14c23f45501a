"""One item of eBay's `getItem`, read into the listing that a search has found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.provider import Marketplace
from resources.providers.ebay_browse.summaries import (
    item_number,
    read_image,
    read_price,
    read_seller,
)
from resources.providers.listing_faults import TEXT_MAX_CHARS
from resources.providers.plug_in import ListingRead
from resources.providers.reading import TITLE_MAX_CHARS, Fields, Json, read_condition

PHOTOS_MAX: Final = 24  # as many as eBay lets a seller show
# Up to the next sign that opens one: nothing is looked at twice, whatever a seller writes.
_TAG = re.compile(r"<(?:script|style)\b[^<]*|<[^<>]*>", re.IGNORECASE)
_DESCRIPTION_READ_MAX_CHARS: Final = 200_000  # a seller's page of HTML

# Known, and no part of what a listing is to us yet.
_IGNORED: Final = (
    "addonServices",
    "adultOnly",
    "ageGroup",
    "authenticityGuarantee",
    "authenticityVerification",
    "availableCoupons",
    "bidCount",
    "buyingOptions",
    "categoryId",
    "categoryIdPath",
    "color",
    "conditionDescription",
    "conditionDescriptors",
    "conditionId",
    "ecoParticipationFee",
    "eligibleForInlineCheckout",
    "enabledForGuestCheckout",
    "energyEfficiencyClass",
    "epid",
    "estimatedAvailabilities",
    "gender",
    "giftOptions",
    "gtin",
    "hazardousMaterialsLabels",
    "immediatePay",
    "inferredEpid",
    "itemAffiliateWebUrl",
    "itemCreationDate",
    "itemEndDate",
    "itemLocation",
    "itemOriginDate",
    "itemWebUrl",
    "listingMarketplaceId",
    "localizedAspects",
    "lotSize",
    "manufacturer",
    "marketingPrice",
    "material",
    "minimumPriceToBid",
    "mpn",
    "pattern",
    "paymentMethods",
    "priceDisplayCondition",
    "primaryItemGroup",
    "primaryProductReviewRating",
    "priorityListing",
    "product",
    "productFicheWebUrl",
    "productSafetyLabels",
    "qualifiedPrograms",
    "quantityLimitPerBuyer",
    "repairScore",
    "reservePriceMet",
    "responsiblePersons",
    "returnTerms",
    "sellerCustomPolicies",
    "sellerItemRevision",
    "shipToLocations",
    "shippingOptions",
    "shortDescription",
    "size",
    "sizeSystem",
    "sizeType",
    "subtitle",
    "taxes",
    "topRatedBuyingExperience",
    "tyreLabelImageUrl",
    "uniqueBidderCount",
    "unitPrice",
    "unitPricingMeasure",
    "vatDetail",
    "warnings",
    "watchCount",
)


def item_endpoint(listing: Listing) -> str:
    """The endpoint of the item, whose RESTful id is made of its number."""
    return f"item/{quote(f'v1|{listing.listing_id}|0', safe='')}"


def read_item(listing: Listing, documents: Sequence[Json], place: Marketplace) -> ListingRead:
    """The listing with what its item says; as it was where the answer is another item's."""
    (document,) = documents
    item = Fields(document)
    number = item_number(item.pop_text("itemId"), item.pop_text("legacyItemId"))
    if number != listing.listing_id:
        return ListingRead(listing)
    photos, unread = _photos(item)
    price, unread_price = read_price(item, place)
    seller, unread_seller = read_seller(item)
    read = replace(
        listing,
        title=item.pop_text("title", TITLE_MAX_CHARS) or listing.title,
        image_urls=photos or listing.image_urls,
        price=price or listing.price,
        seller=seller or listing.seller,
        brand=item.pop_text("brand") or listing.brand,
        condition=read_condition(item.pop_text("condition")) or listing.condition,
        category=item.pop_text("categoryPath") or listing.category,
        description=_description(item.pop("description")) or listing.description,
    )
    item.ignore(_IGNORED)
    return ListingRead(read, item.unread() + unread + unread_price + unread_seller)


def _photos(item: Fields) -> tuple[tuple[str, ...], Counter[str]]:
    """All photos, each once, the main one first."""
    images = [item.pop_fields("image"), *map(Fields, item.pop_list("additionalImages"))]
    read = [read_image(image) for image in images]
    urls = dict.fromkeys(url for url, _ in read if url)
    return tuple(urls)[:PHOTOS_MAX], sum((unread for _, unread in read), Counter[str]())


def _description(value: Json) -> str | None:
    """The words of the seller's page, which is HTML more often than not."""
    if not isinstance(value, str):
        return None
    words = _TAG.sub(" ", value[:_DESCRIPTION_READ_MAX_CHARS])
    return Fields({"words": words}).pop_text("words", TEXT_MAX_CHARS)
