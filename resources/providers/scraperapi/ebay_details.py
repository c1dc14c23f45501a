"""eBay's item pages, as the vendor structures them; no answer has been verified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.domain.listing_pages.details import ListingDetails, gtin_of
from infringement_dagster.domain.provider import Marketplace
from resources.providers.listing_facts import (
    DESCRIPTION_MAX_CHARS,
    all_photos,
    brand_in,
    bullets,
    clean_brand,
    count_in,
    first_text,
    gtin_in,
    labelled,
    mpn_in,
    percent_in,
    photo_urls,
)
from resources.providers.plug_in import ListingRead, Question
from resources.providers.reading import Fields, Json, make_price, read_condition, read_number

PRODUCT_ENDPOINT = "ebay/product"
PAGE_CREDITS = 1

_IGNORED: Final[Mapping[str, str]] = {
    "title": "the search row has it, and its own stays",
    "product_title": "the search row has it, and its own stays",
    "product_url": "the listing's own address has no trace of a search",
    "url": "the listing's own address has no trace of a search",
    "shipping_costs": "an estimate for one postcode",
    "shipping_cost": "an estimate for one postcode",
    "delivery": "an estimate for one postcode",
    "returns": "terms that eBay sets for all",
    "return_policy": "terms that eBay sets for all",
    "reviews": "of the product, whoever sells it",
    "sold_items": "how often it was bought changes by the hour",
    "watchers": "how often it is watched changes by the hour",
    "related_items": "other listings",
}


def listing_questions(listing: Listing, marketplace: Marketplace) -> tuple[Question, ...]:
    """The question for the item's page."""
    params = {
        "product_id": listing.listing_id,
        "tld": marketplace.tld,
        "country_code": marketplace.country_code,
    }
    return (Question(PRODUCT_ENDPOINT, params, PAGE_CREDITS),)


def read_listing_pages(
    listing: Listing, documents: Sequence[Json], marketplace: Marketplace
) -> ListingRead:
    """The listing with what its page adds; of another item's page nothing is taken."""
    page = Fields(documents[0])
    named = first_text(page, ("product_id", "item_id", "item_number"))
    read, unread = _read(listing, page, marketplace)
    if named is None or named == listing.listing_id or not named.isdecimal():
        return ListingRead(read, unread)
    told = f"{PRODUCT_ENDPOINT} answered with the page of {named}, of which nothing is taken"
    return ListingRead(listing, unread, (told,))


def _read(listing: Listing, page: Fields, marketplace: Marketplace) -> tuple[Listing, Counter[str]]:
    seller, rating, unread_seller = _pop_seller(page)
    price, unread_price = read_price(page.pop("price"), marketplace, "price.")
    table = labelled(page.pop_list("item_specifics"))
    brand, model = clean_brand(page.pop_text("brand")), page.pop_text("model")
    gtin = gtin_of(first_text(page, ("gtin", "ean", "upc")))
    photos = photo_urls((*page.pop_list("images"), page.pop("image")))
    description = first_text(
        page, ("description", "item_description", "product_description"), DESCRIPTION_MAX_CHARS
    )
    details = replace(
        rating,
        bullets=bullets(page.pop_list("highlights")),
        specifics=table,
        gtin=gtin or gtin_in(table),
        mpn=page.pop_text("mpn") or mpn_in(table) or model,
        availability=first_text(page, ("availability", "availability_status")),
        item_count=page.pop_count("available_quantity"),
    )
    ships_from = first_text(page, ("shipping_location", "item_location", "located_in"))
    condition = read_condition(page.pop_text("condition"))
    read = replace(
        listing,
        image_urls=all_photos(listing, photos),
        price=listing.price or price,
        seller=listing.seller or seller,
        brand=brand or brand_in(table) or listing.brand,
        condition=listing.condition or condition,
        category=first_text(page, ("category", "product_category"), 500) or listing.category,
        description=description or listing.description,
        ships_from=ships_from or listing.ships_from,
        details=details or listing.details,
    )
    page.ignore(_IGNORED)
    return _with_seller_id(read, seller), page.unread() + unread_price + unread_seller


def _with_seller_id(listing: Listing, seller: Seller | None) -> Listing:
    """The listing with the seller's own id, which no search row tells."""
    known = listing.seller
    if known is None or seller is None or known.name != seller.name or known.seller_id:
        return listing
    return replace(listing, seller=seller)


def _pop_seller(page: Fields) -> tuple[Seller | None, ListingDetails, Counter[str]]:
    """The seller, how buyers rate it, and what nobody read of it."""
    fields, named = page.pop_fields("seller"), page.pop_text("seller_name")
    name = first_text(fields, ("name", "username")) or named
    seller_id = first_text(fields, ("id", "seller_id"))
    review, count = fields.pop("seller_review"), fields.pop_count("feedback_score")
    details = ListingDetails(
        seller_rating_percent=percent_in(review),
        seller_review_count=count if count is not None else count_in(review),
    )
    fields.ignore({"url": "leads to the seller's other listings"})
    return (Seller(name, seller_id) if name else None), details, fields.unread()


def read_price(
    value: Json, marketplace: Marketplace, path: str
) -> tuple[Price | None, Counter[str]]:
    """A price written as `{value, currency}`, `{from: {}, to: {}}`, or one number."""
    if not isinstance(value, dict):
        return make_price(read_number(value), None, marketplace.currency), Counter()
    fields = Fields(value, path)
    low, high = fields.pop_fields("from"), fields.pop_fields("to")
    parts = (fields, low, high)
    amounts = [part.pop_number("value") for part in parts]
    currencies = [part.pop_currency("currency") for part in parts]
    currency = next(filter(None, currencies), marketplace.currency)
    single, cheapest, dearest = amounts
    unread = sum((part.unread() for part in parts), Counter[str]())
    return make_price(single or cheapest, single or dearest, currency), unread
