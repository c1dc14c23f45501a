"""Walking a client's search through any provider: queries, pages, and what became of each row."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeAlias

from infringement_dagster.domain.client import Search
from infringement_dagster.domain.listing import Listing, Rank
from infringement_dagster.domain.provider import Marketplace
from resources.batching import read_ahead
from resources.providers.listing_faults import ID_MAX_CHARS, fault_of
from resources.providers.plug_in import FailureReason, ProviderPlugIn, search_page_question
from resources.providers.reading import NotAPage, Page, ReadRow, Skipped
from resources.providers.vendor_answers import (
    AccountRefused,
    Answer,
    Answering,
    Charge,
    VendorError,
)


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
    positions: tuple[int, ...] = ()  # of these listings among all that the page shows, from 1
    skipped: tuple[Skipped, ...] = ()
    failed: tuple[Failed, ...] = ()
    charges: tuple[Charge, ...] = ()
    content: bytes = b""  # as the vendor sent it
    unread_fields: Counter[str] = field(default_factory=Counter)

    @property
    def ranks(self) -> dict[str, Rank]:
        """Where the page shows each of its listings, by listing id."""
        places = zip(self.listings, self.positions, strict=True)
        return {
            listing.listing_id: Rank(self.query, self.page, position)
            for listing, position in places
        }


QueryPage: TypeAlias = tuple[str, int]
_Asked: TypeAlias = tuple[str, int, Answer | VendorError]


async def search(
    vendor: Answering,
    provider: ProviderPlugIn,
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
    place = provider.description.marketplace(search.marketplace)
    pages_max = provider.description.search_pages(search.pages_max)
    seen, has_read = set(known), bool(read)
    refusals: list[AccountRefused] = []
    ask = partial(_ask, vendor, provider, search, refusals)
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
            result, later_pages = _read(provider, place, query, page_no, answer, seen)
            for later in later_pages:
                page = (query, later)
                if later <= pages_max and page not in asked and page not in read:
                    asked[page] = None
                    pending.append(partial(ask, query, later))
            yield result


async def _ask(
    vendor: Answering,
    provider: ProviderPlugIn,
    search: Search,
    refusals: list[AccountRefused],
    query: str,
    page: int,
) -> _Asked:
    """The result of the page; once the account was refused, nothing is asked."""
    if refusals:
        return query, page, AccountRefused(refusals[0].reason, f"not asked: {refusals[0]}")
    try:
        return query, page, await vendor.ask(search_page_question(provider, search, query, page))
    except AccountRefused as error:
        refusals.append(error)
        return query, page, error
    except VendorError as error:
        return query, page, error


def _read(
    provider: ProviderPlugIn,
    place: Marketplace,
    query: str,
    page_no: int,
    answer: Answer | VendorError,
    seen: set[str],
) -> tuple[PageResult, tuple[int, ...]]:
    """The result of the page, and the pages that follow it."""
    if isinstance(answer, VendorError):
        failed = Failed(_key(query, page_no), answer.reason, str(answer))
        return PageResult(query, page_no, failed=(failed,), charges=answer.charges), ()
    if answer.status == 404:
        return PageResult(query, page_no, charges=answer.charges, content=answer.content), ()
    try:
        page = provider.read_search_page(answer.document, place, page_no)
    except NotAPage as error:
        return _unreadable(query, page_no, answer, str(error)), ()
    except Exception as error:  # a plug-in's mistake costs this page and no other
        told = f"the plug-in cannot read the answer: {type(error).__name__}: {error}"
        return _unreadable(query, page_no, answer, told), ()
    return _read_page(query, page_no, answer, page, _Rows(provider, seen)), page.later_pages


def _unreadable(query: str, page_no: int, answer: Answer, why: str) -> PageResult:
    failed = Failed(_key(query, page_no), "unreadable_answer", f"{answer.endpoint}: {why}")
    return PageResult(
        query, page_no, failed=(failed,), charges=answer.charges, content=answer.content
    )


def _key(query: str, page_no: int) -> str:
    return f"query {query!r} page {page_no}"


def _read_page(query: str, page_no: int, answer: Answer, page: Page, rows: _Rows) -> PageResult:
    listings: list[Listing] = []
    positions: list[int] = []
    skipped: list[Skipped] = []
    position = 0
    for row in page.rows:
        position += isinstance(row, Listing)
        outcome = rows.taken(row)
        if isinstance(outcome, Listing):
            listings.append(outcome)
            positions.append(position)
        else:
            key = f"{_key(query, page_no)} {outcome.item_key}"
            skipped.append(replace(outcome, item_key=key))
    return PageResult(
        query,
        page_no,
        listings=tuple(listings),
        positions=tuple(positions),
        skipped=tuple(skipped),
        charges=answer.charges,
        content=answer.content,
        unread_fields=page.unread_fields,
    )


@dataclass(frozen=True, slots=True)
class _Rows:
    provider: ProviderPlugIn
    seen: set[str]

    def taken(self, row: ReadRow) -> ReadRow:
        """The row; skipped where it came before or cannot be kept."""
        if isinstance(row, Skipped):
            return row
        fault = fault_of(row, self.provider.description)
        if fault is not None:
            return Skipped(str(row.listing_id)[:ID_MAX_CHARS], "malformed", fault)
        if row.listing_id in self.seen:
            return Skipped(row.listing_id, "repeated", "already found by this search")
        self.seen.add(row.listing_id)
        return row
