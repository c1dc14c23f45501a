"""Walking a client's search through one provider: queries, pages, and what became of each row."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeAlias

from infringement_dagster.domain.client import Search
from infringement_dagster.domain.listing import Listing, Provider
from resources.batching import read_ahead
from resources.providers import amazon, ebay, google_shopping, walmart
from resources.providers.marketplaces import Marketplace, marketplace
from resources.providers.reading import Json, NotAPage, Page, ReadRow, Skipped
from resources.providers.vendor import (
    AccountRefused,
    Answer,
    Charge,
    ScraperApi,
    VendorError,
)
from resources.providers.vendor_answers import FailureReason


@dataclass(frozen=True, slots=True)
class Failed:
    """An item that could not be read for good; `detail` is for people."""

    item_key: str
    reason: FailureReason
    detail: str


@dataclass(frozen=True, slots=True)
class PageResult:
    """The result of one page of one query; a failed page has charges at most."""

    query: str
    page: int
    listings: tuple[Listing, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    failed: tuple[Failed, ...] = ()
    charges: tuple[Charge, ...] = ()
    content: bytes = b""  # as the vendor sent it
    unread_fields: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Adapter:
    endpoint: str
    read_page: Callable[[Json, Marketplace, int], Page]


_ADAPTERS: dict[Provider, _Adapter] = {
    "amazon": _Adapter(amazon.SEARCH_ENDPOINT, amazon.read_page),
    "ebay": _Adapter(ebay.SEARCH_ENDPOINT, ebay.read_page),
    "walmart": _Adapter(walmart.SEARCH_ENDPOINT, walmart.read_page),
    "google_shopping": _Adapter(google_shopping.SEARCH_ENDPOINT, google_shopping.read_page),
}

QueryPage: TypeAlias = tuple[str, int]
_Asked: TypeAlias = tuple[str, int, Answer | VendorError]


def endpoint_for(provider: Provider) -> str:
    """The vendor's endpoint that searches the provider."""
    return _ADAPTERS[provider].endpoint


def page_params(place: Marketplace, query: str, page: int) -> dict[str, str]:
    """Parameters of the endpoint for one page of a query."""
    return {
        "query": query,
        "page": str(page),
        "tld": place.tld,
        "country_code": place.country_code,
    }


async def search(
    vendor: ScraperApi,
    provider: Provider,
    search: Search,
    *,
    read: Collection[QueryPage] = (),
    failed: Iterable[QueryPage] = (),
    known: Iterable[str] = (),
) -> AsyncGenerator[PageResult, None]:
    """The result of each page of each query, first pages first; a listing comes only once.

    Of an earlier attempt, pages in `read` are not asked for again, those in `failed` are, and
    listings in `known` count as repeated. A page that fails for good is reported and the walk goes
    on. Where the account is refused, all pages left are reported as failed without being asked for:
    those that were read are paid for. Raises `AccountRefused` when none was, `UnknownMarketplace`
    before anything is asked.
    """
    adapter, place = _ADAPTERS[provider], marketplace(search.marketplace)
    seen, has_read = set(known), bool(read)
    refusals: list[AccountRefused] = []
    ask = partial(_ask, vendor, adapter.endpoint, place, refusals)
    first = [(query, 1) for query in search.queries if (query, 1) not in read]
    asked = dict.fromkeys([*first, *failed])
    pending: deque[Callable[[], Coroutine[Any, Any, _Asked]]] = deque(
        partial(ask, query, page) for query, page in asked
    )
    async with aclosing(read_ahead(pending, vendor.concurrency)) as answers:
        async for query, page_no, answer in answers:
            if isinstance(answer, AccountRefused) and not has_read:
                raise answer
            has_read = has_read or isinstance(answer, Answer)
            result, later_pages = _read(adapter, place, query, page_no, answer, seen)
            for later in later_pages:
                page = (query, later)
                if later <= search.pages_max and page not in asked and page not in read:
                    asked[page] = None
                    pending.append(partial(ask, query, later))
            yield result


async def _ask(
    vendor: ScraperApi,
    endpoint: str,
    place: Marketplace,
    refusals: list[AccountRefused],
    query: str,
    page: int,
) -> _Asked:
    """The result of the page; once the account was refused, nothing is asked."""
    if refusals:
        return query, page, AccountRefused(refusals[0].reason, f"not asked: {refusals[0]}")
    try:
        return query, page, await vendor.structured(endpoint, page_params(place, query, page))
    except AccountRefused as error:
        refusals.append(error)
        return query, page, error
    except VendorError as error:
        return query, page, error


def _read(
    adapter: _Adapter,
    place: Marketplace,
    query: str,
    page_no: int,
    answer: Answer | VendorError,
    seen: set[str],
) -> tuple[PageResult, tuple[int, ...]]:
    """The result of the page, and the pages that follow it."""
    key = f"query {query!r} page {page_no}"
    if isinstance(answer, VendorError):
        failed = Failed(key, answer.reason, str(answer))
        return PageResult(query, page_no, failed=(failed,), charges=answer.charges), ()
    if answer.status == 404:
        return PageResult(query, page_no, charges=answer.charges, content=answer.content), ()
    try:
        page = adapter.read_page(answer.document, place, page_no)
    except NotAPage as error:
        failed = Failed(key, "unreadable_answer", f"{adapter.endpoint}: {error}")
        read = PageResult(query, page_no, failed=(failed,))
        return replace(read, charges=answer.charges, content=answer.content), ()
    return _read_page(query, page_no, answer, page, seen), page.later_pages


def _read_page(query: str, page_no: int, answer: Answer, page: Page, seen: set[str]) -> PageResult:
    listings: list[Listing] = []
    skipped: list[Skipped] = []
    for row in page.rows:
        outcome = _unless_repeated(row, seen)
        if isinstance(outcome, Listing):
            listings.append(outcome)
        else:
            key = f"query {query!r} page {page_no} {outcome.item_key}"
            skipped.append(replace(outcome, item_key=key))
    return PageResult(
        query,
        page_no,
        listings=tuple(listings),
        skipped=tuple(skipped),
        charges=answer.charges,
        content=answer.content,
        unread_fields=page.unread_fields,
    )


def _unless_repeated(row: ReadRow, seen: set[str]) -> ReadRow:
    if isinstance(row, Skipped):
        return row
    if row.listing_id in seen:
        return Skipped(row.listing_id, "repeated", "already found by this search")
    seen.add(row.listing_id)
    return row
