"""Google Shopping's search pages, as the vendor documents them; no answer has been verified."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from urllib.parse import parse_qs, urlsplit

from infringement_dagster.domain.listing import Listing, Seller
from infringement_dagster.domain.provider import Marketplace, ProviderDescription
from resources.providers.marketplaces import marketplaces
from resources.providers.plug_in import ProviderPlugIn, Question
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
from resources.text import clean_url

SEARCH_ENDPOINT = "google/shopping"

_IGNORED_IN_PAGE = ("ads", "filters", "related_searches", "search_information")
_IGNORED_IN_ROW = (
    "badge",
    "delivery",
    "delivery_options",
    "extensions",
    "extracted_old_price",
    "old_price",
    "position",
    "source_icon",
    "tag",
)
_PRODUCT_ID = re.compile(r"[A-Za-z0-9_:.-]{4,64}")

# Its listings lead to the shops of many merchants, so no address tells one.
DESCRIPTION = ProviderDescription(
    name="google_shopping",
    title="Google Shopping",
    marketplaces=marketplaces(),
    search_page_credits=25,
    # That `start` is obeyed was never tried with a key: page 2 may be page 1, 25 credits more.
    search_pages_max=1,
)
_ROWS_A_PAGE = 100  # the most that Google gives at once


def search_question(place: Marketplace, query: str, page: int) -> Question:
    """The question for one page of a query: by its first row, as there is no parameter `page`."""
    params = {
        "query": query,
        "num": str(_ROWS_A_PAGE),
        "start": str((page - 1) * _ROWS_A_PAGE),
        "tld": place.tld,
        "country_code": place.country_code,
        "gl": place.country_code,
    }
    return Question(SEARCH_ENDPOINT, params, DESCRIPTION.search_page_credits)


def read_page(document: Json, marketplace: Marketplace, page: int) -> Page:
    """The listings of one search page; links are unwrapped from the vendor's own proxy."""
    results, body = results_of(document, "shopping_results", "results")
    rows, unread = read_rows(results, lambda row, key: _read_row(row, key, marketplace))
    pagination = body.pop_fields("pagination")
    later = _later_pages(pagination, page)
    body.ignore(_IGNORED_IN_PAGE)
    return Page(rows, later, unread + pagination.unread() + body.unread())


def _later_pages(pagination: Fields, page: int) -> tuple[int, ...]:
    last = pagination.pop_count("pages_count") or 0
    follows = pagination.pop("next_page_url") or pagination.pop("next")
    pagination.ignore(("current_page", "pages"))
    if last > page:
        return tuple(range(page + 1, min(last, PAGES_LISTED_MAX) + 1))
    return (page + 1,) if follows and page < PAGES_LISTED_MAX else ()


def _read_row(row: Fields, key: str, marketplace: Marketplace) -> tuple[ReadRow, Counter[str]]:
    links = [_unwrapped(row.pop_url(name)) for name in ("link", "product_link")]
    url = next(filter(None, links), None)
    title = row.pop_text("title", TITLE_MAX_CHARS)
    seller = _pop_first(row, ("source", "seller", "merchant"))
    listing_id = _listing_id(_pop_first(row, ("product_id", "docid", "id")), url, seller)
    photos = [row.pop_url(name) for name in ("thumbnail", "image")]
    number, written = row.pop_number("extracted_price"), row.pop_number("price")
    rating, review_count = row.pop_rating("rating"), row.pop_count("reviews")
    row.ignore(_IGNORED_IN_ROW)
    unread = row.unread()
    if listing_id is None or url is None:
        missing = "link" if listing_id else "product id"
        return Skipped(key, "no_listing_id", f"the row has no {missing}"), unread
    if title is None:
        return Skipped(listing_id, "no_title", f"{key} has no readable title"), unread
    listing = Listing(
        provider=DESCRIPTION.name,
        listing_id=listing_id,
        title=title,
        url=url,
        image_urls=tuple(filter(None, photos)),
        price=make_price(number or written, None, marketplace.currency),
        seller=Seller(seller) if seller else None,
        rating=rating,
        review_count=review_count,
    )
    return listing, unread


def _pop_first(row: Fields, names: tuple[str, ...]) -> str | None:
    found = [row.pop_text(name) for name in names]
    return next(filter(None, found), None)


def _listing_id(product_id: str | None, url: str | None, seller: str | None) -> str | None:
    """The product's id, or a stable one made of the offer's address where Google gives none."""
    if _PRODUCT_ID.fullmatch(product_id or ""):
        return product_id
    if url is None:
        return None
    return f"url-{hashlib.sha256(f'{seller}|{url}'.encode()).hexdigest()[:24]}"


def _unwrapped(url: str | None) -> str | None:
    """The merchant's address in a link through the vendor, which would name our key."""
    parts = urlsplit(url or "")
    if not (parts.hostname or "").endswith("scraperapi.com"):
        return url
    return clean_url(parse_qs(parts.query).get("url", [""])[0])


PROVIDER = ProviderPlugIn(
    DESCRIPTION,
    search_question=search_question,
    read_search_page=read_page,
    priced_url="https://www.google.{tld}/search?tbm=shop&q=mug",
)
