"""Amazon's product and offer pages: what a search row does not say about a candidate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from infringement_dagster.domain.listing import Condition, Listing, Price, Seller
from infringement_dagster.domain.provider import Marketplace
from infringement_dagster.matching.text.store_line import brand_of_store_line
from resources.providers.plug_in import ListingRead, Question
from resources.providers.reading import (
    TITLE_MAX_CHARS,
    Fields,
    Json,
    make_price,
    read_condition,
    read_number,
)
from resources.text import clean_markup, clean_url

PRODUCT_ENDPOINT = "amazon/product"
OFFERS_ENDPOINT = "amazon/offers"
PAGE_CREDITS = 5
PHOTOS_MAX = 12
DESCRIPTION_MAX_CHARS = 4000

_PLACEHOLDER_IMAGE = "transparent-pixel.gif"  # 2021-22: on every product
_DESCRIPTIONS = ("small_description", "full_description")
_IGNORED_IN_PRODUCT = (
    "aplus_present",
    "asin",
    "availability_quantity",
    "availability_status",
    "brand_url",
    "customization_options",
    "fast_track_message",
    "fulfilled_by_amazon",
    "high_res_images",
    "list_price",
    "product_information",
    "reviews",
    "shipping_price",
    "ships_from",
    "total_answered_questions",
)
_IGNORED_IN_OFFERS = ("item", "pagination", "next_pages")
_IGNORED_IN_OFFER = (
    "delivery",
    "fulfilled_by_amazon",
    "fullfilled_by_amazon",  # the vendor's spelling in part of its answers
    "price_symbol",
    "seller_percent_positive_ratings",
    "seller_star_rating",
    "seller_total_reviews",
    "shipping_price",
    "ships_from",
)


@dataclass(frozen=True, slots=True)
class Product:
    """Facts that a product page adds to a search row."""

    name: str | None
    brand: str | None
    price: Price | None
    seller: Seller | None
    image_urls: tuple[str, ...]
    category: str | None
    rating: float | None
    review_count: int | None
    description: str | None
    unread_fields: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Offer:
    """One seller's price for a listing."""

    seller: Seller
    price: Price | None
    condition: Condition | None


@dataclass(frozen=True, slots=True)
class Offers:
    """The offers for one listing, in the page's order."""

    offers: tuple[Offer, ...]
    unread_fields: Counter[str] = field(default_factory=Counter)


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
    """The listing with what its product page and its offers add."""
    product = read_product(documents[0], marketplace)
    offers = read_offers(documents[1], marketplace)
    read = enrich(listing, product, offers)
    return ListingRead(read, product.unread_fields + offers.unread_fields)


def read_product(document: Json, marketplace: Marketplace) -> Product:
    """Facts of a product page; every part may be missing, an empty page has none."""
    page = Fields(document)
    price = make_price(page.pop_number("pricing"), None, marketplace.currency)
    product = Product(
        name=page.pop_text("name", TITLE_MAX_CHARS),
        brand=clean_brand(page.pop_text("brand")),
        price=price,
        seller=_pop_seller(page),
        image_urls=_image_urls(page.pop_list("images")),
        category=page.pop_text("product_category", 500),
        rating=page.pop_rating("average_rating"),
        review_count=page.pop_count("total_reviews"),
        description=_pop_description(page),
    )
    page.ignore(_IGNORED_IN_PRODUCT)
    return replace(product, unread_fields=page.unread())


def _pop_description(page: Fields) -> str | None:
    """The page's own words about the product, its points first."""
    points = [bullet for bullet in page.pop_list("feature_bullets") if isinstance(bullet, str)]
    texts = (page.pop_text(name, DESCRIPTION_MAX_CHARS) for name in _DESCRIPTIONS)
    told = "\n".join([*points, *(text for text in texts if text)])
    return clean_markup(told, DESCRIPTION_MAX_CHARS) or None


def clean_brand(written: str | None) -> str | None:
    """The brand in "Visit the X Store" or "Brand: X", in every marketplace's language."""
    return brand_of_store_line(written or "") or None


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
    first = offers.offers[0] if offers.offers else None
    return replace(
        listing,
        brand=product.brand or listing.brand,
        image_urls=tuple(dict.fromkeys((*listing.image_urls, *product.image_urls)))[:PHOTOS_MAX],
        price=listing.price or product.price or (first.price if first else None),
        seller=product.seller or (first.seller if first else None) or listing.seller,
        condition=listing.condition or (first.condition if first else None),
        category=product.category or listing.category,
        rating=listing.rating if listing.rating is not None else product.rating,
        review_count=listing.review_count
        if listing.review_count is not None
        else product.review_count,
        description=product.description or listing.description,
    )


def _read_offer(row: Fields, marketplace: Marketplace) -> Offer | None:
    price = row.pop_number("price")
    written = read_number(row.pop("price_with_currency"))
    condition = read_condition(row.pop_text("condition"))
    seller = _pop_seller(row)
    row.ignore(_IGNORED_IN_OFFER)
    if seller is None:
        return None
    return Offer(seller, make_price(price or written, None, marketplace.currency), condition)


def _pop_seller(fields: Fields) -> Seller | None:
    seller_id = fields.pop_text("seller_id")
    name, older_name = fields.pop_text("seller_name"), fields.pop_text("sold_by")
    found = name or older_name
    return Seller(found, seller_id) if found else None


def _image_urls(urls: list[Json]) -> tuple[str, ...]:
    cleaned = (clean_url(url) for url in urls if isinstance(url, str))
    kept = (url for url in cleaned if url and _PLACEHOLDER_IMAGE not in url)
    return tuple(dict.fromkeys(kept))[:PHOTOS_MAX]
