"""One item of eBay's `getItem`, read into the listing that a search has found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.listing_pages.details import ListingDetails, gtin_of
from infringement_dagster.domain.provider import Marketplace
from resources.providers.ebay_browse.summaries import (
    item_number,
    read_image,
    read_place,
    read_price,
    read_seller,
)
from resources.providers.listing_facts import (
    brand_in,
    gtin_in,
    labelled,
    mpn_in,
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
    "gender",
    "giftOptions",
    "hazardousMaterialsLabels",
    "immediatePay",
    "inferredEpid",
    "itemAffiliateWebUrl",
    "itemCreationDate",
    "itemEndDate",
    "itemOriginDate",
    "itemWebUrl",
    "listingMarketplaceId",
    "lotSize",
    "manufacturer",
    "marketingPrice",
    "material",
    "minimumPriceToBid",
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


_IGNORED_OF_STOCK: Final = (
    "availabilityThreshold",
    "availabilityThresholdType",
    "deliveryOptions",
    "estimatedRemainingQuantity",
    "estimatedSoldQuantity",  # how often it was bought changes by the hour
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
    place_shown, unread_place = read_place(item)
    details, unread_details = _details(item, Fields(document).pop_fields("seller"))
    read = replace(
        listing,
        title=item.pop_text("title", TITLE_MAX_CHARS) or listing.title,
        image_urls=photos or listing.image_urls,
        price=price or listing.price,
        seller=seller or listing.seller,
        brand=item.pop_text("brand") or brand_in(details.specifics) or listing.brand,
        condition=read_condition(item.pop_text("condition")) or listing.condition,
        category=item.pop_text("categoryPath") or listing.category,
        description=_description(item.pop("description")) or listing.description,
        ships_from=place_shown or listing.ships_from,
        details=details or listing.details,
    )
    item.ignore(_IGNORED)
    others = unread + unread_price + unread_seller + unread_details + unread_place
    return ListingRead(read, item.unread() + others)


def _details(item: Fields, seller: Fields) -> tuple[ListingDetails, Counter[str]]:
    """The facts that only the item tells; how buyers rate the seller stands in every row, too."""
    table = labelled(item.pop_list("localizedAspects"), "name")
    stock, *_ = [*map(Fields, item.pop_list("estimatedAvailabilities")), Fields({})]
    rating = seller.pop_number("feedbackPercentage")
    details = ListingDetails(
        specifics=table,
        gtin=gtin_of(item.pop_text("gtin")) or gtin_in(table),
        mpn=mpn_in((("MPN", item.pop_text("mpn") or ""),)) or mpn_in(table),
        availability=stock.pop_text("estimatedAvailabilityStatus"),
        item_count=stock.pop_count("estimatedAvailableQuantity"),
        seller_rating_percent=None if rating is None or rating > 100 else float(rating),
        seller_review_count=seller.pop_count("feedbackScore"),
    )
    stock.ignore(_IGNORED_OF_STOCK)
    return details, stock.unread()


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
