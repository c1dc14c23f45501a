"""eBay's search pages (v2), as the vendor structures them.

A page is a bare list of rows, or an object with `results` and `next_pages`.
"""

from __future__ import annotations

import re
from collections import Counter

from infringement_dagster.domain.listing import Listing, Seller
from infringement_dagster.domain.provider import Marketplace, ProviderDescription, SearchOption
from resources.providers.marketplaces import marketplaces
from resources.providers.plug_in import ListingPages, ProviderPlugIn
from resources.providers.reading import (
    TITLE_MAX_CHARS,
    Fields,
    Json,
    Page,
    ReadRow,
    Skipped,
    pages_in_urls,
    read_condition,
    read_rows,
    results_of,
)
from resources.providers.scraperapi.ebay_details import (
    PAGE_CREDITS,
    listing_questions,
    read_listing_pages,
    read_price,
)
from resources.providers.scraperapi.questions import search_question

SEARCH_ENDPOINT = "ebay/search/v2"

_IGNORED_IN_ROW = (
    "authenticity",
    "extra_info",
    "free_returns",
    "items_sold",
    "seller_has_top_rated_plus",
    "seller_rating",
    "seller_rating_count",
    "shipping_cost",
    "watchers",
)
_WORD = r"[a-z][a-z_]{1,39}"  # such as newly_listed; the vendor gives no list of them
# Item numbers have 11 to 15 digits; the promotional "Shop on eBay" rows carry 123456.
_ITEM_IN_URL = re.compile(r"/itm/(?:[^/?#]{1,300}/)?(?P<id>\d{9,15})(?!\d)")

DESCRIPTION = ProviderDescription(
    name="ebay",
    title="eBay",
    marketplaces=marketplaces(
        "com",
        "ca",
        "co.uk",
        "ie",
        "de",
        "at",
        "fr",
        "it",
        "es",
        "nl",
        "be",
        "ch",
        "pl",
        "com.au",
        "com.hk",
        "com.my",
        "com.sg",
        "ph",
        "in",
    ),
    search_page_credits=1,
    listing_page_credits=PAGE_CREDITS,
    search_options={
        "seller_id": SearchOption("Only of this seller", pattern=r"[\w.*-]{1,64}"),
        "condition": SearchOption("Only in this condition", pattern=_WORD),
        "show_only": SearchOption(
            "Only such listings",
            ("sold_items", "authorized_seller", "authenticity_guarantee", "search_in_description"),
        ),
        "sort_by": SearchOption("In this order", pattern=_WORD),
        "items_per_page": SearchOption("Rows a page", ("60", "120", "240")),
    },
    listing_urls=(_ITEM_IN_URL,),
)


def read_page(document: Json, marketplace: Marketplace, page: int) -> Page:
    """The listings of one search page; a bare list with rows lets expect one page more."""
    results, body = results_of(document, "results")
    rows, unread = read_rows(results, lambda row, key: _read_row(row, key, marketplace))
    listed = pages_in_urls(body.pop_list("next_pages"), "_pgn")
    expected = (page + 1,) if isinstance(document, list) and rows else ()
    return Page(rows, listed or expected, unread + body.unread())


def _read_row(row: Fields, key: str, marketplace: Marketplace) -> tuple[ReadRow, Counter[str]]:
    item_id = DESCRIPTION.listing_id_in(row.pop_text("product_url", 2048) or "")
    title = row.pop_text("product_title", TITLE_MAX_CHARS)
    photo = row.pop_url("image")
    price, unread_price = read_price(row.pop("item_price"), marketplace, "item_price.")
    condition = read_condition(row.pop_text("condition"))
    seller = row.pop_text("seller_name")
    ships_from = row.pop_text("shipping_location")
    row.ignore(_IGNORED_IN_ROW)
    unread = row.unread() + unread_price
    if item_id is None:
        return Skipped(key, "no_listing_id", "the address holds no item number"), unread
    if title is None:
        return Skipped(item_id, "no_title", f"{key} has no readable title"), unread
    listing = Listing(
        provider=DESCRIPTION.name,
        listing_id=item_id,
        title=title,
        url=f"https://www.ebay.{marketplace.tld}/itm/{item_id}",
        image_urls=(photo,) if photo else (),
        price=price,
        seller=Seller(seller) if seller else None,
        condition=condition,
        ships_from=ships_from,
    )
    return listing, unread


PROVIDER = ProviderPlugIn(
    DESCRIPTION,
    search_question=search_question(SEARCH_ENDPOINT, DESCRIPTION),
    read_search_page=read_page,
    listing_pages=ListingPages(listing_questions, read_listing_pages),
    priced_url="https://www.ebay.{tld}/sch/i.html?_nkw=mug",
)
