"""Fetching what a search row does not say, for the few listings that are worth its price."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.provider import Marketplace, ProviderDescription
from resources.batching import read_ahead
from resources.providers.listing_faults import fault_of
from resources.providers.plug_in import ListingPages, ListingRead, ProviderPlugIn, Question
from resources.providers.reading import Json, Skipped
from resources.providers.search import Failed
from resources.providers.vendor_answers import (
    AccountRefused,
    Answer,
    Answering,
    Charge,
    VendorError,
)


@dataclass(frozen=True, slots=True)
class Details:
    """A listing with whatever its pages added, and the pages that could not be read."""

    found: Listing  # as it was without its pages
    listing: Listing
    failed: tuple[Failed, ...] = ()
    skipped: tuple[Skipped, ...] = ()  # pages of other listings, of which nothing was taken
    answered: tuple[tuple[Question, Answer], ...] = ()
    charges: tuple[Charge, ...] = ()  # of all tries
    is_whole: bool = False  # every question was answered, be it that there is no such page
    unread_fields: Counter[str] = field(default_factory=Counter)


async def fetch_details(
    vendor: Answering,
    provider: ProviderPlugIn,
    place: Marketplace,
    candidates: Iterable[Listing],
    *,
    listings_max: int = 20,
) -> AsyncGenerator[Details, None]:
    """The first `listings_max` candidates with what their own pages say, in their order.

    None where the provider has no such pages. Once the account was refused, nothing more is asked
    and the rest fails; once the run's credits are spent, the rest is left as it is.
    """
    pages = provider.listing_pages
    if pages is None:
        return
    refusals: list[AccountRefused] = []
    pending: deque[Callable[[], Coroutine[Any, Any, Details]]] = deque(
        partial(_details, vendor, refusals, provider.description, pages, place, listing)
        for listing in islice(candidates, listings_max)
    )
    async with aclosing(read_ahead(pending, vendor.concurrency)) as results:
        async for details in results:
            yield details


async def _details(
    vendor: Answering,
    refusals: list[AccountRefused],
    described: ProviderDescription,
    pages: ListingPages,
    place: Marketplace,
    listing: Listing,
) -> Details:
    questions = pages.questions(listing, place)
    answers = [await _ask(vendor, refusals, question) for question in questions]
    documents = [answer.document if isinstance(answer, Answer) else None for answer in answers]
    read, fault = _read(described, pages, listing, documents, place)
    failed = [*_failures(listing, questions, answers)]
    if fault is not None:
        key, told = f"pages of {listing.listing_id}", f"the plug-in cannot read them: {fault}"
        failed.append(Failed(key, "unreadable_answer", told))
    pairs = zip(questions, answers, strict=True)
    key = f"pages of {listing.listing_id}"
    return Details(
        found=listing,
        listing=read.listing,
        failed=tuple(failed),
        skipped=tuple(Skipped(key, "another_listing", told) for told in read.faults),
        answered=tuple((asked, answer) for asked, answer in pairs if isinstance(answer, Answer)),
        charges=tuple(charge for answer in answers for charge in answer.charges),
        is_whole=all(isinstance(answer, Answer) for answer in answers),
        unread_fields=read.unread_fields,
    )


def _read(
    described: ProviderDescription,
    pages: ListingPages,
    listing: Listing,
    documents: Sequence[Json],
    place: Marketplace,
) -> tuple[ListingRead, str | None]:
    """The listing with its pages; as it was, and why, where the plug-in cannot read them."""
    try:
        read = pages.read(listing, documents, place)
        fault = fault_of(read.listing, described)
    except Exception as error:  # a plug-in's mistake costs this listing's pages and no other
        return ListingRead(listing), f"{type(error).__name__}: {error}"
    if read.listing.listing_id != listing.listing_id:
        fault = f"they made it the listing {read.listing.listing_id!r}"
    return (read, None) if fault is None else (ListingRead(listing), fault)


async def _ask(
    vendor: Answering, refusals: list[AccountRefused], question: Question
) -> Answer | VendorError:
    if refusals:
        return AccountRefused(refusals[0].reason, f"not asked: {refusals[0]}")
    try:
        return await vendor.ask(question)
    except AccountRefused as error:
        refusals.append(error)
        return error
    except VendorError as error:
        return error


def _failures(
    listing: Listing, questions: Sequence[Question], answers: Iterable[Answer | VendorError]
) -> Iterator[Failed]:
    for question, answer in zip(questions, answers, strict=True):
        key = f"{question.endpoint} of {listing.listing_id}"
        if isinstance(answer, VendorError):
            if answer.reason == "credits_spent":
                continue  # it was worth reading, not owed
            yield Failed(key, answer.reason, str(answer))
        elif answer.status == 404:
            yield Failed(key, "not_found", "the provider knows no such page")
