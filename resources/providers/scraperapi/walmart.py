"""Walmart's search pages, as the vendor documents them; no answer has been verified."""

from __future__ import annotations

import re
from collections import Counter

from infringement_dagster.domain.listing import Listing, Seller
from infringement_dagster.domain.provider import Marketplace, ProviderDescription
from resources.providers.marketplaces import marketplaces
from resources.providers.plug_in import ListingPages, ProviderPlugIn
from resources.providers.reading import (
    PAGES_LISTED_MAX,
    TITLE_MAX_CHARS,
    Fields,
    Json,
    Page,
    ReadRow,
    Skipped,
    make_price,
    read_rows,
    results_of,
)
from resources.providers.scraperapi.questions import search_question
from resources.providers.scraperapi.walmart_details import (
    PAGE_CREDITS,
    listing_questions,
    read_listing_pages,
)

SEARCH_ENDPOINT = "walmart/search"

_IGNORED_IN_ROW = ("availability", "price_currency", "sponsored", "position")
_ITEM_IN_URL = re.compile(r"/ip/(?:[^/?#]{1,300}/)?(?P<id>\d{4,15})(?!\d)")
_ITEM_ID = re.compile(r"[A-Za-z0-9_-]{4,40}")

DESCRIPTION = ProviderDescription(
    name="walmart",
    title="Walmart",
    marketplaces=marketplaces("com", "ca", "com.mx"),
    search_page_credits=1,
    listing_page_credits=PAGE_CREDITS,
    # An item without a number is named by the vendor's own token.
    listing_urls=(_ITEM_IN_URL, re.compile(r"/ip/(?P<id>[A-Za-z0-9_-]{4,40})$")),
)


def read_page(document: Json, marketplace: Marketplace, page: int) -> Page:
    """The listings of one search page."""
    items, body = results_of(document, "items", "results")
    rows, unread = read_rows(items, lambda row, key: _read_row(row, key, marketplace))
    meta = body.pop_fields("meta")
    last = meta.pop_count("pages") or page
    meta.ignore(("page",))
    later = tuple(range(page + 1, min(last, PAGES_LISTED_MAX) + 1))
    return Page(rows, later, unread + meta.unread() + body.unread())


def _read_row(row: Fields, key: str, marketplace: Marketplace) -> tuple[ReadRow, Counter[str]]:
    url = row.pop_url("url")
    item_id = _item_id(row.pop_text("id"), url)
    title = row.pop_text("name", TITLE_MAX_CHARS)
    photo = row.pop_url("image")
    price = make_price(row.pop_number("price"), None, marketplace.currency)
    seller = row.pop_text("seller")
    reviews = row.pop_fields("rating")
    rating, review_count = (
        reviews.pop_rating("average_rating"),
        reviews.pop_count("number_of_reviews"),
    )
    row.ignore(_IGNORED_IN_ROW)
    unread = row.unread() + reviews.unread()
    if item_id is None:
        return Skipped(key, "no_listing_id", "neither an id nor an address with one"), unread
    if title is None:
        return Skipped(item_id, "no_title", f"{key} has no readable name"), unread
    listing = Listing(
        provider=DESCRIPTION.name,
        listing_id=item_id,
        title=title,
        url=url or f"https://www.walmart.{marketplace.tld}/ip/{item_id}",
        image_urls=(photo,) if photo else (),
        price=price,
        seller=Seller(seller) if seller else None,
        rating=rating,
        review_count=review_count,
    )
    return listing, unread


def _item_id(named: str | None, url: str | None) -> str | None:
    # The number in the address names the item everywhere; `id` is the vendor's own token.
    in_url = _ITEM_IN_URL.search(url or "")
    if in_url:
        return in_url["id"]
    return named if _ITEM_ID.fullmatch(named or "") else None


PROVIDER = ProviderPlugIn(
    DESCRIPTION,
    search_question=search_question(SEARCH_ENDPOINT, DESCRIPTION),
    read_search_page=read_page,
    listing_pages=ListingPages(listing_questions, read_listing_pages),
    priced_url="https://www.walmart.{tld}/search?q=mug",
)
