"""The provider `file`: a query names an import, and a page of results is a page of its listings."""

from __future__ import annotations

from collections import Counter
from typing import Final

from infringement_dagster.domain.listing import CONDITIONS, Condition, Listing, Seller
from infringement_dagster.domain.provider import FILE_PAGES_MAX, Marketplace, ProviderDescription
from resources.providers.listing_faults import ID_MAX_CHARS, TEXT_MAX_CHARS
from resources.providers.marketplaces import marketplaces
from resources.providers.plug_in import ProviderPlugIn, Question, Vendor
from resources.providers.reading import (
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

ENDPOINT: Final = "imports"
EVERY_IMPORT: Final = "*"  # the query for the newest file of each name

DESCRIPTION = ProviderDescription(
    name="file",
    title="Own listings",
    marketplaces=marketplaces(),  # whose currency rows without one have, and whose language
    search_page_credits=0,
    reads_whole=True,
)
OBJECT_STORE = Vendor("file", url="")  # `imported_pages.py` answers, with no account anywhere


def search_question(place: Marketplace, query: str, page: int) -> Question:
    """The question for one page of the import of this name, of all imports for `*`."""
    return Question(ENDPOINT, {"name": query, "page": str(page), "tld": place.tld}, 0)


def read_page(document: Json, place: Marketplace, page: int) -> Page:
    """The listings of one page as an import has kept them."""
    results, body = results_of(document, "rows")
    rows, unread = read_rows(results, lambda row, key: _read_row(row, key, place))
    pages = body.pop_count("pages") or page
    body.ignore(("file",))  # its name, digest and import, for evidence
    later = (page + 1,) if page < min(pages, FILE_PAGES_MAX) else ()
    return Page(rows, later, unread + body.unread())


def _read_row(row: Fields, key: str, place: Marketplace) -> tuple[ReadRow, Counter[str]]:
    listing_id = row.pop_text("listing_id", ID_MAX_CHARS)
    title = row.pop_text("title", TITLE_MAX_CHARS)
    url = row.pop_url("url")
    photos = [clean_url(photo) for photo in row.pop_list("image_urls") if isinstance(photo, str)]
    currency = row.pop_currency("currency") or place.currency
    price = make_price(row.pop_number("price_low"), row.pop_number("price_high"), currency)
    seller, seller_id = row.pop_text("seller_name"), row.pop_text("seller_id")
    found = row.pop_text("condition")
    brand, category = row.pop_text("brand"), row.pop_text("category")
    rating, review_count = row.pop_rating("rating"), row.pop_count("review_count")
    description = row.pop_text("description", TEXT_MAX_CHARS)
    row.ignore(("line",))
    unread = row.unread()
    if listing_id is None or url is None:
        missing = "address" if listing_id else "listing id"
        return Skipped(key, "no_listing_id", f"the row has no {missing}"), unread
    if title is None:
        return Skipped(listing_id, "no_title", f"{key} has no readable title"), unread
    listing = Listing(
        provider=DESCRIPTION.name,
        listing_id=listing_id,
        title=title,
        url=url,
        image_urls=tuple(filter(None, photos)),
        price=price,
        seller=Seller(seller, seller_id) if seller else None,
        brand=brand,
        condition=_condition(found),
        category=category,
        rating=rating,
        review_count=review_count,
        description=description,
    )
    return listing, unread


def _condition(text: str | None) -> Condition | None:
    return next((condition for condition in CONDITIONS if condition == text), None)


PROVIDER = ProviderPlugIn(
    DESCRIPTION,
    search_question=search_question,
    read_search_page=read_page,
    vendor=OBJECT_STORE,
)
