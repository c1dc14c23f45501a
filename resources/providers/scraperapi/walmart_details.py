"""Walmart's product pages, as the vendor structures them; no answer has been verified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from infringement_dagster.domain.listing import Condition, Listing, Price, Seller
from infringement_dagster.domain.listing_pages.details import ListingDetails, gtin_of
from infringement_dagster.domain.provider import Marketplace
from resources.providers.listing_facts import (
    DESCRIPTION_MAX_CHARS,
    all_photos,
    brand_in,
    bullets,
    clean_brand,
    first_text,
    gtin_in,
    labelled,
    mpn_in,
    percent_in,
    photo_urls,
)
from resources.providers.plug_in import ListingRead, Question
from resources.providers.reading import Fields, Json, make_price, read_condition

PRODUCT_ENDPOINT = "walmart/product"
PAGE_CREDITS = 1

_IGNORED: Final[Mapping[str, str]] = {
    "product_name": "the search row has it, and its own stays",
    "name": "the search row has it, and its own stays",
    "product_url": "the listing's own address has no trace of a search",
    "url": "the listing's own address has no trace of a search",
    "sku": "the shop's own number, which changes with the seller",
    "related_products": "other listings",
    "price_currency": "the marketplace tells the currency, as $ may be any of a dozen",
}
_IGNORED_IN_OFFER: Final[Mapping[str, str]] = {
    "available_delivery_method": "an estimate for one postcode",
    "delivery": "an estimate for one postcode",
    "price_currency": "the marketplace tells the currency, as $ may be any of a dozen",
    "url": "the listing's own address has no trace of a search",
}
_IGNORED_IN_REVIEWS: Final[Mapping[str, str]] = {"reviews": "of the product, whoever sells it"}
_AVAILABILITY_AS_ADDRESS = ("https://schema.org/", "http://schema.org/")


@dataclass(frozen=True, slots=True)
class _Offer:
    price: Price | None
    seller: Seller | None
    condition: Condition | None
    availability: str | None


def listing_questions(listing: Listing, marketplace: Marketplace) -> tuple[Question, ...]:
    """The question for the product's page."""
    params = {
        "product_id": listing.listing_id,
        "tld": marketplace.tld,
        "country_code": marketplace.country_code,
    }
    return (Question(PRODUCT_ENDPOINT, params, PAGE_CREDITS),)


def read_listing_pages(
    listing: Listing, documents: Sequence[Json], marketplace: Marketplace
) -> ListingRead:
    """The listing with what its page adds; of another product's page nothing is taken."""
    page = Fields(documents[0])
    named = first_text(page, ("product_id", "item_id", "us_item_id"))
    read, unread = _read(listing, page, marketplace)
    is_number = named is not None and named.isdecimal() and listing.listing_id.isdecimal()
    if named == listing.listing_id or not is_number:
        return ListingRead(read, unread)
    told = f"{PRODUCT_ENDPOINT} answered with the page of {named}, of which nothing is taken"
    return ListingRead(listing, unread, (told,))


def _read(listing: Listing, page: Fields, marketplace: Marketplace) -> tuple[Listing, Counter[str]]:
    offer, unread_offer = _pop_offer(page, marketplace)
    rating, review_count, unread_reviews = _pop_reviews(page)
    table = labelled(page.pop_list("specifications"))
    photos = photo_urls((*page.pop_list("images"), page.pop("image")))
    brand = clean_brand(page.pop_text("brand")) or brand_in(table)
    gtin = gtin_of(first_text(page, ("gtin", "gtin13", "upc")))
    description = first_text(
        page, ("product_description", "description", "short_description"), DESCRIPTION_MAX_CHARS
    )
    availability = page.pop_text("availability")
    details = ListingDetails(
        bullets=bullets(page.pop_list("highlights")),
        specifics=table,
        gtin=gtin or gtin_in(table),
        mpn=first_text(page, ("mpn", "model")) or mpn_in(table),
        availability=offer.availability or availability,
        item_count=page.pop_count("available_quantity"),
        seller_rating_percent=percent_in(page.pop("seller_rating_percent")),
    )
    ships_from = first_text(page, ("ships_from", "shipping_location"))
    read = replace(
        listing,
        image_urls=all_photos(listing, photos),
        price=listing.price or offer.price,
        seller=listing.seller or offer.seller,
        brand=brand or listing.brand,
        condition=listing.condition or offer.condition,
        category=page.pop_text("category", 500) or listing.category,
        rating=rating if listing.rating is None else listing.rating,
        review_count=review_count if listing.review_count is None else listing.review_count,
        description=description or listing.description,
        ships_from=ships_from or listing.ships_from,
        details=details or listing.details,
    )
    page.ignore(_IGNORED)
    return read, page.unread() + unread_offer + unread_reviews


def _pop_offer(page: Fields, marketplace: Marketplace) -> tuple[_Offer, Counter[str]]:
    """The first offer: the price may stand in it and nowhere else."""
    rows = page.pop_list("offers") or [page.pop("offers")]
    seller = first_text(page, ("seller", "seller_name"))
    price = page.pop_number("price")
    found, unread = _Offer(None, None, None, None), Counter[str]()
    for row in reversed([Fields(row, "offers.") for row in rows]):
        named = first_text(row, ("seller", "seller_name"))
        written = row.pop_text("availability") or ""
        found = _Offer(
            make_price(row.pop_number("price"), None, marketplace.currency),
            Seller(named) if named else None,
            read_condition(first_text(row, ("item_condition", "condition"))),
            _availability(written),
        )
        row.ignore(_IGNORED_IN_OFFER)
        unread += row.unread()
    return (
        replace(
            found,
            price=found.price or make_price(price, None, marketplace.currency),
            seller=found.seller or (Seller(seller) if seller else None),
        ),
        unread,
    )


def _availability(written: str) -> str | None:
    for address in _AVAILABILITY_AS_ADDRESS:
        written = written.removeprefix(address)
    return written or None


def _pop_reviews(page: Fields) -> tuple[float | None, int | None, Counter[str]]:
    value = page.pop("reviews")
    reviews = Fields(value, "reviews.")  # a list of single ones tells no figures
    rating = [reviews.pop_rating(name) for name in ("average_rating", "rating")]
    counts = [reviews.pop_count(name) for name in ("number_of_reviews", "total_reviews")]
    reviews.ignore(_IGNORED_IN_REVIEWS)
    return (
        next((found for found in rating if found is not None), None),
        next((found for found in counts if found is not None), None),
        reviews.unread(),
    )
