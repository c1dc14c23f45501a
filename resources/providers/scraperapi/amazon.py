"""Amazon's search pages, as the vendor structures them.

A search row names neither brand nor seller.
"""

from __future__ import annotations

import re
from collections import Counter

from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.provider import Marketplace, ProviderDescription
from resources.providers.marketplaces import marketplaces
from resources.providers.plug_in import ListingPages, ProviderPlugIn
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
from resources.providers.scraperapi.amazon_details import listing_questions, read_listing_pages
from resources.providers.scraperapi.questions import search_question

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
_ASIN_IN_URL = re.compile(r"/(?:dp|gp/product)/(?P<id>[A-Z0-9]{10})(?![A-Z0-9])")

DESCRIPTION = ProviderDescription(
    name="amazon",
    title="Amazon",
    marketplaces=marketplaces(
        "com",
        "ca",
        "com.mx",
        "com.br",
        "co.uk",
        "ie",
        "de",
        "fr",
        "it",
        "es",
        "nl",
        "com.be",
        "se",
        "pl",
        "com.tr",
        "ae",
        "sa",
        "eg",
        "co.za",
        "in",
        "co.jp",
        "cn",
        "sg",
        "com.au",
    ),
    search_page_credits=5,
    listing_page_credits=10,
    listing_urls=(_ASIN_IN_URL,),
)


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
        provider=DESCRIPTION.name,
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
    in_url = DESCRIPTION.listing_id_in(url)
    return (in_url, "") if in_url else (None, "neither an asin nor an address with one")


PROVIDER = ProviderPlugIn(
    DESCRIPTION,
    search_question=search_question(SEARCH_ENDPOINT, DESCRIPTION),
    read_search_page=read_page,
    listing_pages=ListingPages(listing_questions, read_listing_pages),
    priced_url="https://www.amazon.{tld}/s?k=mug",
)
