"""Amazon's product and offer pages: what a search row does not say about a candidate."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from infringement_dagster.domain.listing import Condition, Listing, Price, Seller
from infringement_dagster.domain.listing_pages.details import ListingDetails
from infringement_dagster.domain.provider import Marketplace
from resources.providers.listing_facts import (
    DESCRIPTION_MAX_CHARS,
    Specifics,
    all_photos,
    brand_in,
    bullets,
    clean_brand,
    gtin_in,
    mpn_in,
    percent_in,
    photo_urls,
    specifics_of,
)
from resources.providers.plug_in import ListingRead, Question
from resources.providers.reading import (
    Fields,
    Json,
    make_price,
    read_condition,
    read_number,
)
from resources.text import clean_markup

PRODUCT_ENDPOINT = "amazon/product"
OFFERS_ENDPOINT = "amazon/offers"
PAGE_CREDITS = 5

_DESCRIPTIONS = ("small_description", "full_description")
_ASIN = re.compile(r"[A-Z0-9]{10}")
_LEFT = re.compile(r"\b(\d{1,4}) left\b")
_NO_LISTING: Final = "says nothing of this listing"
_SOLD_BY_OTHERS: Final = "of the product, whoever sells it"
_IGNORED_IN_PRODUCT: Final[Mapping[str, str]] = {
    "aplus_present": _NO_LISTING,
    "brand_url": "leads to a shop, whose name `brand` has",
    "customization_options": "other variants, which are listings of their own",
    "fast_track_message": "an estimate of delivery for one postcode",
    "fulfilled_by_amazon": "who packs it is neither seller nor maker",
    "name": "the search row has it, and its own stays",
    "list_price": "a price that nobody asks",
    "reviews": _SOLD_BY_OTHERS,
    "shipping_price": "an estimate for one postcode",
    "total_answered_questions": _SOLD_BY_OTHERS,
    # Of the data set in which the answers of 2021 are kept, not of the vendor.
    "query": _NO_LISTING,
    "page": _NO_LISTING,
}
_IGNORED_IN_OFFERS: Final[Mapping[str, str]] = {
    "item": "the product page tells more of it",
    "next_pages": "the first page has the seller of the purchase button",
    "pagination": "the first page has the seller of the purchase button",
}
_IGNORED_IN_OFFER: Final[Mapping[str, str]] = {
    "delivery": "an estimate for one postcode",
    "fulfilled_by_amazon": "who packs it is neither seller nor maker",
    "fullfilled_by_amazon": "the vendor's spelling of the same in part of its answers",
    "price_symbol": "the marketplace tells the currency, as $ may be any of a dozen",
    "seller_star_rating": "the share of positive ratings is finer",
    "shipping_price": "an estimate for one postcode",
}


@dataclass(frozen=True, slots=True)
class Product:
    """Facts that a product page adds to a search row."""

    asin: str | None
    brand: str | None
    price: Price | None
    seller: Seller | None
    image_urls: tuple[str, ...]
    category: str | None
    rating: float | None
    review_count: int | None
    description: str | None
    ships_from: str | None = None
    details: ListingDetails = field(default_factory=ListingDetails)
    unread_fields: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Offer:
    """One seller's price for a listing."""

    seller: Seller
    price: Price | None
    condition: Condition | None
    rating_percent: float | None = None
    review_count: int | None = None
    ships_from: str | None = None


@dataclass(frozen=True, slots=True)
class Offers:
    """The offers for one listing, in the page's order."""

    offers: tuple[Offer, ...]
    unread_fields: Counter[str] = field(default_factory=Counter)

    @property
    def first(self) -> Offer | None:
        """The offer of the purchase button, else the first of all."""
        return self.offers[0] if self.offers else None

    def of(self, seller: Seller | None) -> Offer | None:
        """The offer of this seller."""
        named = None if seller is None else seller.name
        return next((offer for offer in self.offers if offer.seller.name == named), None)


def listing_questions(listing: Listing, marketplace: Marketplace) -> tuple[Question, ...]:
    """The questions for the listing's product page and for its offers."""
    params = {
        "asin": listing.listing_id,
        "tld": marketplace.tld,
        "country_code": marketplace.country_code,
    }
    return tuple(
        Question(endpoint, params, PAGE_CREDITS) for endpoint in (PRODUCT_ENDPOINT, OFFERS_ENDPOINT)
    )


def read_listing_pages(
    listing: Listing, documents: Sequence[Json], marketplace: Marketplace
) -> ListingRead:
    """The listing with what its product page and its offers add.

    The product page may be that of another variant: then nothing of it is taken.
    """
    product = read_product(documents[0], marketplace)
    offers = read_offers(documents[1], marketplace)
    unread = product.unread_fields + offers.unread_fields
    if product.asin in (None, listing.listing_id):
        return ListingRead(enrich(listing, product, offers), unread)
    told = f"{PRODUCT_ENDPOINT} answered with the page of {product.asin}, of which nothing is taken"
    return ListingRead(enrich(listing, read_product(None, marketplace), offers), unread, (told,))


def read_product(document: Json, marketplace: Marketplace) -> Product:
    """Facts of a product page; every part may be missing, an empty page has none."""
    page = Fields(document)
    table = specifics_of(page.pop_fields("product_information"))
    larger, photos = page.pop_list("high_res_images"), page.pop_list("images")
    categories = [page.pop_text(name, 500) for name in ("product_category", "category")]
    product = Product(
        asin=_pop_asin(page, table),
        brand=clean_brand(page.pop_text("brand")) or brand_in(table),
        price=make_price(page.pop_number("pricing"), None, marketplace.currency),
        seller=_pop_seller(page),
        image_urls=photo_urls(larger) or photo_urls(photos),
        category=next(filter(None, categories), None),
        rating=page.pop_rating("average_rating"),
        review_count=page.pop_count("total_reviews"),
        details=_pop_details(page, table),
        ships_from=page.pop_text("ships_from"),
        description=_pop_description(page),
    )
    page.ignore(_IGNORED_IN_PRODUCT)
    return replace(product, unread_fields=page.unread())


def _pop_asin(page: Fields, table: Specifics) -> str | None:
    """The ASIN that the page names as its own; the table of the product is nearer to it."""
    given = (page.pop_text("asin") or "").upper()
    in_table = next((value for label, value in table if label.lower() == "asin"), "").upper()
    return next((asin for asin in (in_table, given) if _ASIN.fullmatch(asin)), None)


def _pop_details(page: Fields, table: Specifics) -> ListingDetails:
    availability = page.pop_text("availability_status")
    count, left = page.pop_count("availability_quantity"), _LEFT.search(availability or "")
    return ListingDetails(
        bullets=bullets(page.pop_list("feature_bullets")),
        specifics=tuple(row for row in table if row[0].lower() != "asin"),
        gtin=gtin_in(table),
        mpn=mpn_in(table),
        availability=availability,
        item_count=int(left[1]) if count is None and left else count,
    )


def _pop_description(page: Fields) -> str | None:
    texts = [page.pop_text(name, DESCRIPTION_MAX_CHARS) for name in _DESCRIPTIONS]
    told = "\n".join(filter(None, texts))
    return clean_markup(told, DESCRIPTION_MAX_CHARS) or None


def read_offers(document: Json, marketplace: Marketplace) -> Offers:
    """The offers of an offers page; one without a seller's name is left out."""
    page = Fields(document)
    pinned = page.pop("pinned_offer")
    rows = [*([pinned] if pinned else []), *page.pop_list("listings")]
    page.ignore(_IGNORED_IN_OFFERS)
    unread = page.unread()
    offers: list[Offer] = []
    for row in map(Fields, rows):
        offer = _read_offer(row, marketplace)
        unread += row.unread()
        if offer is not None:
            offers.append(offer)
    return Offers(tuple(offers), unread)


def enrich(listing: Listing, product: Product, offers: Offers) -> Listing:
    """The listing with what its pages add; what the search row said about itself stays.

    The seller is the one who wins the page's purchase button, else the first to offer.
    """
    offer = offers.first
    seller = product.seller or (offer.seller if offer else None) or listing.seller
    return replace(
        listing,
        brand=product.brand or listing.brand,
        image_urls=all_photos(listing, product.image_urls),
        price=listing.price or product.price or (offer.price if offer else None),
        seller=seller,
        condition=listing.condition or (offer.condition if offer else None),
        category=product.category or listing.category,
        rating=listing.rating if listing.rating is not None else product.rating,
        review_count=listing.review_count
        if listing.review_count is not None
        else product.review_count,
        description=product.description or listing.description,
        ships_from=_place(product, offers.of(seller)) or listing.ships_from,
        details=_with_offer(product.details, offers.of(seller)) or listing.details,
    )


def _place(product: Product, offer: Offer | None) -> str | None:
    return product.ships_from or (offer.ships_from if offer else None)


def _with_offer(details: ListingDetails, offer: Offer | None) -> ListingDetails:
    if offer is None:
        return details
    return replace(
        details,
        seller_rating_percent=offer.rating_percent,
        seller_review_count=offer.review_count,
    )


def _read_offer(row: Fields, marketplace: Marketplace) -> Offer | None:
    price = row.pop_number("price")
    written = read_number(row.pop("price_with_currency"))
    condition = read_condition(row.pop_text("condition"))
    seller = _pop_seller(row)
    rating_percent = percent_in(row.pop("seller_percent_positive_ratings"))
    review_count, ships_from = row.pop_count("seller_total_reviews"), row.pop_text("ships_from")
    row.ignore(_IGNORED_IN_OFFER)
    if seller is None:
        return None
    found = make_price(price or written, None, marketplace.currency)
    return Offer(seller, found, condition, rating_percent, review_count, ships_from)


def _pop_seller(fields: Fields) -> Seller | None:
    seller_id = fields.pop_text("seller_id")
    name, older_name = fields.pop_text("seller_name"), fields.pop_text("sold_by")
    found = name or older_name
    return Seller(found, seller_id) if found else None
