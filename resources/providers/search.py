"""Walking a client's search through any provider: words, photos, pages, and each row's outcome."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

from infringement_dagster.domain.client import Search
from infringement_dagster.domain.listing import Listing, PhotoRank, Rank
from infringement_dagster.domain.provider import Marketplace
from resources.batching import read_ahead
from resources.providers.listing_faults import ID_MAX_CHARS, fault_of
from resources.providers.plug_in import (
    FailureReason,
    PhotoSearch,
    ProviderPlugIn,
    search_page_question,
)
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
    """The result of one page of one search; a failed page has charges at most."""

    query: str  # the words; of a search by a photo its file's name
    page: int
    listings: tuple[Listing, ...] = ()
    positions: tuple[int, ...] = ()  # of these listings among all that the page shows, from 1
    skipped: tuple[Skipped, ...] = ()
    failed: tuple[Failed, ...] = ()
    charges: tuple[Charge, ...] = ()
    content: bytes = b""  # as the vendor sent it
    unread_fields: Counter[str] = field(default_factory=Counter)
    reference_id: UUID | None = None  # of the photo that was searched by; None: words were

    @property
    def key(self) -> str:
        """The page as people are told of it."""
        if self.reference_id is not None:
            return f"photo {self.query!r}"
        return f"query {self.query!r} page {self.page}"

    @property
    def ranks(self) -> dict[str, Rank | PhotoRank]:
        """Where the page shows each of its listings, by listing id."""
        places = zip(self.listings, self.positions, strict=True)
        return {listing.listing_id: self._rank(position) for listing, position in places}

    def _rank(self, position: int) -> Rank | PhotoRank:
        if self.reference_id is not None:
            return PhotoRank(self.reference_id, position)
        return Rank(self.query, self.page, position)


@dataclass(frozen=True, slots=True)
class SearchPhoto:
    """A reference photo to search by; its file is read when it is asked about."""

    reference_id: UUID
    file_name: str
    content: Callable[[], bytes]  # may raise VendorError


QueryPage: TypeAlias = tuple[str, int]
_Asked: TypeAlias = tuple[str, int, Answer | VendorError]
_PhotoAsked: TypeAlias = tuple[SearchPhoto, Answer | VendorError]


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
            asked_for = PageResult(query, page_no)
            result, later_pages = _read(provider, place, asked_for, answer, seen)
            for later in later_pages:
                page = (query, later)
                if later <= pages_max and page not in asked and page not in read:
                    asked[page] = None
                    pending.append(partial(ask, query, later))
            yield result


async def search_by_photos(
    vendor: Answering,
    provider: ProviderPlugIn,
    search: Search,
    photos: Iterable[SearchPhoto],
    *,
    known: Iterable[str],
) -> AsyncGenerator[PageResult, None]:
    """The result of each photo's one page, in their order; listings in `known` count as repeated.

    None where the provider cannot be searched so. Once the account was refused, nothing more is
    asked and the rest fails.
    """
    place, by_photo = provider.description.marketplace(search.marketplace), provider.photo_search
    if by_photo is None or place.tld not in by_photo.marketplaces:
        return
    seen, refusals = set(known), list[AccountRefused]()
    pending: deque[Callable[[], Coroutine[Any, Any, _PhotoAsked]]] = deque(
        partial(_ask_by_photo, vendor, by_photo, place, photo, refusals) for photo in photos
    )
    async with aclosing(read_ahead(pending, vendor.concurrency)) as answers:
        async for photo, answer in answers:
            asked_for = PageResult(photo.file_name, 1, reference_id=photo.reference_id)
            yield _read(provider, place, asked_for, answer, seen)[0]


async def _ask_by_photo(
    vendor: Answering,
    by_photo: PhotoSearch,
    place: Marketplace,
    photo: SearchPhoto,
    refusals: list[AccountRefused],
) -> _PhotoAsked:
    if refusals:
        return photo, AccountRefused(refusals[0].reason, f"not asked: {refusals[0]}")
    try:
        content = await asyncio.to_thread(photo.content)
        return photo, await vendor.ask(by_photo.question(place, content))
    except AccountRefused as error:
        refusals.append(error)
        return photo, error
    except VendorError as error:
        return photo, error


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
    asked: PageResult,
    answer: Answer | VendorError,
    seen: set[str],
) -> tuple[PageResult, tuple[int, ...]]:
    """The result of the page that was asked for, and the pages that follow it."""
    if isinstance(answer, VendorError):
        failed = Failed(asked.key, answer.reason, str(answer))
        return replace(asked, failed=(failed,), charges=answer.charges), ()
    answered = replace(asked, charges=answer.charges, content=answer.content)
    if answer.status == 404:
        return answered, ()
    try:
        page = provider.read_search_page(answer.document, place, asked.page)
    except NotAPage as error:
        return _unreadable(answered, answer, str(error)), ()
    except Exception as error:  # a plug-in's mistake costs this page and no other
        told = f"the plug-in cannot read the answer: {type(error).__name__}: {error}"
        return _unreadable(answered, answer, told), ()
    return _with_rows(answered, page, _Rows(provider, seen)), page.later_pages


def _unreadable(answered: PageResult, answer: Answer, why: str) -> PageResult:
    failed = Failed(answered.key, "unreadable_answer", f"{answer.endpoint}: {why}")
    return replace(answered, failed=(failed,))


def _with_rows(answered: PageResult, page: Page, rows: _Rows) -> PageResult:
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
            skipped.append(replace(outcome, item_key=f"{answered.key} {outcome.item_key}"))
    return replace(
        answered,
        listings=tuple(listings),
        positions=tuple(positions),
        skipped=tuple(skipped),
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
