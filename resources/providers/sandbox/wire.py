"""The catalogue in the vendor's words: one function per kind of answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from infringement_dagster.domain.listing import Provider
from resources.providers.sandbox.catalogue import Catalogue, Item

Answer = dict[str, object] | list[dict[str, object]]

_PAGE_ROWS: dict[Provider, int] = {
    "amazon": 48,
    "ebay": 60,
    "walmart": 40,
    "google_shopping": 40,
}
_REPEATED_SHARE = 0.06
_ADVERTISED_SHARE = 0.04  # Amazon only
_PAGES_LISTED = 6  # Amazon names so many pages ahead


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a page of results."""

    item: Item
    advertising: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One page of one query, as it was asked."""

    query: str
    page: int
    tld: str
    base_url: str  # of this server, for photos
    rows: int | None = None  # of a page; None: as many as the provider shows
    seller: str | None = None  # only of this one


def search_answer(catalogue: Catalogue, provider: Provider, question: Question) -> Answer:
    """One page of a search; beyond the last page, and before the first, an empty one."""
    rows = rows_of(catalogue, provider, question.query)
    if question.seller is not None:
        rows = [row for row in rows if row.item.seller == question.seller]
    size = question.rows or _PAGE_ROWS[provider]
    pages = math.ceil(len(rows) / size)
    first = (question.page - 1) * size
    shown = rows[first : first + size] if question.page > 0 else []
    if provider == "amazon":
        return _amazon(shown, first, pages, question)
    if provider == "ebay":
        return _ebay(shown, pages, question)
    if provider == "walmart":
        return _walmart(shown, pages, question)
    return _google(shown, first, pages, question)


def empty_answer(provider: Provider) -> Answer:
    """The page of a search that found nothing."""
    nothing: dict[Provider, Answer] = {
        "amazon": {"results": [], "explore_more_items": [], "next_pages": []},
        "ebay": [],
        "walmart": {"items": [], "meta": {"page": 1, "pages": 0}},
        "google_shopping": {"shopping_results": []},
    }
    return nothing[provider]


def photo_url(base_url: str, name: str) -> str:
    """Where this server serves a photo."""
    return f"{base_url}/photos/{name}"


def rows_of(catalogue: Catalogue, provider: Provider, query: str) -> list[Row]:
    """Rows that the query finds, with advertising and repetitions in between."""
    chance = catalogue.chance("rows", provider, query)
    rows: list[Row] = []
    for item in catalogue.find(provider, query):
        rows.append(Row(item))
        if chance.random() < _REPEATED_SHARE:
            rows.append(chance.choice(rows))
        if provider == "amazon" and chance.random() < _ADVERTISED_SHARE:
            rows.append(Row(chance.choice(rows).item, advertising=True))
    return rows


def _amazon(rows: Sequence[Row], first: int, pages: int, question: Question) -> Answer:
    results = []
    for position, row in enumerate(rows, start=first + 1):
        results.append(_amazon_row(row, position, question))
    ahead = range(question.page + 1, min(pages, question.page + _PAGES_LISTED) + 1)
    host = f"https://www.amazon.{question.tld}"
    links = [f"{host}/s?k={quote_plus(question.query)}&page={n}&ref=sr_pg_{n}" for n in ahead]
    return {"results": results, "explore_more_items": [], "next_pages": links}


def _amazon_row(row: Row, position: int, question: Question) -> dict[str, object]:
    item = row.item
    host, path = f"https://www.amazon.{question.tld}", f"/dp/{item.listing_id}/ref=sr_1_{position}"
    price = float(item.price_usd) if item.price_usd else None
    written: dict[str, object] = {
        "type": "search_product",
        "position": position,
        "asin": item.listing_id,
        "name": item.title,
        "image": photo_url(question.base_url, item.photos[0]),
        "has_prime": False,
        "is_best_seller": False,
        "is_amazon_choice": False,
        "is_limited_deal": False,
        "stars": item.stars,
        "total_reviews": item.review_count,
        "url": f"{host}{path}?keywords={quote_plus(question.query)}",
        "availability_quantity": None,
        "spec": {},
        "price_string": f"${price:,.2f}" if price else "",
        "price_symbol": "$",
        "price": price,
    }
    if row.advertising:
        del written["asin"]
        written["section_name"] = "More results"
        written["url"] = f"{host}/sspa/click?ie=UTF8&sp_csd=d2lk&url={quote(path, safe='')}"
    return written


def _ebay(rows: Sequence[Row], pages: int, question: Question) -> Answer:
    host = f"https://www.ebay.{question.tld}"
    results = [_ebay_row(row.item, host, question.base_url) for row in rows]
    ahead = range(question.page + 1, pages + 1)
    links = [f"{host}/sch/i.html?_nkw={quote_plus(question.query)}&_pgn={n}" for n in ahead]
    return {"results": results, "next_pages": links}


def _ebay_row(item: Item, host: str, base_url: str) -> dict[str, object]:
    written: dict[str, object] = {
        "product_title": item.title,
        "image": photo_url(base_url, item.photos[0]),
        "product_url": f"{host}/itm/{item.listing_id}",
        "condition": item.condition,
        "extra_info": "Buy It Now",
        "shipping_cost": "Free delivery",
        "shipping_location": "United States",
        "seller_name": item.seller,
    }
    if item.price_usd is not None:
        price = {"value": float(item.price_usd), "currency": "USD"}
        dearer = {**price, "value": float(item.price_usd) + 4}
        # Variants of one thing: the range starts at the price that the catalogue knows.
        ranged = item.review_count % 5 == 0
        written["item_price"] = {"from": price, "to": dearer} if ranged else price
    return written


def _walmart(rows: Sequence[Row], pages: int, question: Question) -> Answer:
    items = [_walmart_row(row.item, question) for row in rows]
    return {"items": items, "meta": {"page": question.page, "pages": pages}}


def _walmart_row(item: Item, question: Question) -> dict[str, object]:
    return {
        "id": f"{int(item.listing_id):X}",
        "availability": "In stock",
        "image": photo_url(question.base_url, item.photos[0]),
        "sponsored": False,
        "name": item.title,
        "price": float(item.price_usd or 0),
        "price_currency": "$",
        "rating": {"average_rating": item.stars, "number_of_reviews": item.review_count},
        "seller": item.seller,
        "url": f"https://www.walmart.{question.tld}/ip/{item.listing_id}?athbdg=L1600",
    }


def _google(rows: Sequence[Row], first: int, pages: int, question: Question) -> Answer:
    host = f"https://www.google.{question.tld}"
    results: list[dict[str, object]] = [
        {
            "position": position,
            "product_id": row.item.listing_id,
            "title": row.item.title,
            "link": f"{host}/shopping/product/{row.item.listing_id}",
            "source": row.item.seller,
            "price": f"${row.item.price_usd:,.2f}" if row.item.price_usd else "",
            "extracted_price": float(row.item.price_usd) if row.item.price_usd else None,
            "thumbnail": photo_url(question.base_url, row.item.photos[0]),
            "delivery_options": "Free delivery",
            "rating": row.item.stars,
            "reviews": row.item.review_count,
        }
        for position, row in enumerate(rows, start=first + 1)
    ]
    paging: dict[str, object] = {"pages_count": pages, "current_page": question.page}
    return {"shopping_results": results, "pagination": paging}
