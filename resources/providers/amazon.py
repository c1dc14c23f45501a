"""Amazon's search pages, as the vendor structures them.

A search row names neither brand nor seller.
"""

from __future__ import annotations

import re
from collections import Counter

from infringement_dagster.domain.listing import Listing
from resources.providers.marketplaces import Marketplace
from resources.providers.reading import (
    TITLE_MAX_CHARS,
    Fields,
    Json,
    Page,
    ReadRow,
    Skipped,
    make_price,
    pages_in_urls,
    read_rows,
    results_of,
)

SEARCH_ENDPOINT = "amazon/search"

_IGNORED_IN_PAGE = ("ads", "explore_more_items", "amazons_choice")
_IGNORED_IN_ROW = (
    "availability_quantity",
    "has_prime",
    "is_amazon_choice",
    "is_best_seller",
    "is_limited_deal",
    "original_price",
    "position",
    "price_symbol",
    "purchase_history_message",
    "spec",
    "type",
)
_ASIN = re.compile(r"[A-Z0-9]{10}")
_ASIN_IN_URL = re.compile(r"/(?:dp|gp/product)/([A-Z0-9]{10})(?![A-Z0-9])")


def read_page(document: Json, marketplace: Marketplace, page: int) -> Page:
    """The listings of one search page; advertising rows without an ASIN are skipped."""
    results, body = results_of(document, "results")
    rows, unread = read_rows(results, lambda row, key: _read_row(row, key, marketplace))
    links = [*body.pop_list("next_pages"), *body.pop_list("pagination")]
    body.ignore(_IGNORED_IN_PAGE)
    later = tuple(number for number in pages_in_urls(links, "page") if number > page)
    return Page(rows, later, unread + body.unread())


def listing_url(asin: str, marketplace: Marketplace) -> str:
    """The address of a product's page, without a trace of the search that found it."""
    return f"https://www.amazon.{marketplace.tld}/dp/{asin}"


def _read_row(row: Fields, key: str, marketplace: Marketplace) -> tuple[ReadRow, Counter[str]]:
    asin, detail = _pop_asin(row)
    title = row.pop_text("name", TITLE_MAX_CHARS)
    photo = row.pop_url("image")
    number, written = row.pop_number("price"), row.pop_number("price_string")
    price = make_price(number or written, None, marketplace.currency)
    rating, review_count = row.pop_rating("stars"), row.pop_count("total_reviews")
    row.ignore(_IGNORED_IN_ROW)
    unread = row.unread()
    if asin is None:
        return Skipped(key, "no_listing_id", detail), unread
    if title is None:
        return Skipped(asin, "no_title", f"{key} has no readable name"), unread
    listing = Listing(
        provider="amazon",
        listing_id=asin,
        title=title,
        url=listing_url(asin, marketplace),
        image_urls=(photo,) if photo else (),
        price=price,
        rating=rating,
        review_count=review_count,
    )
    return listing, unread


def _pop_asin(row: Fields) -> tuple[str | None, str]:
    """The row's ASIN, or None and why."""
    named = (row.pop_text("asin") or "").upper()
    url = row.pop_text("url", 4096) or ""
    section = row.pop_text("section_name")
    if _ASIN.fullmatch(named):
        return named, ""
    if section is not None:
        return None, f"advertising row of the section {section!r}"
    if "/sspa/click" in url:
        return None, "advertising row with a click-through address"
    # Rows of 2021-22 carry no asin; their address does.
    in_url = _ASIN_IN_URL.search(url)
    return (in_url.group(1), "") if in_url else (None, "neither an asin nor an address with one")
