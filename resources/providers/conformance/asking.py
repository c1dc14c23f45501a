"""The kit's question to a plug-in and its vendor together, over answers that come as they will."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from infringement_dagster.domain.client import Search
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.provider import Marketplace
from resources.providers.account import Account
from resources.providers.conformance.altered import rows_of
from resources.providers.conformance.captures import Captures, ListingCapture, SearchCapture
from resources.providers.conformance.kit import PROBLEMS_MAX, Result
from resources.providers.details import Details, fetch_details
from resources.providers.listing_faults import fault_of
from resources.providers.plug_in import ProviderPlugIn
from resources.providers.reading import Json, parse_document
from resources.providers.search import PageResult, search
from resources.providers.vendor_answers import Charge, VendorError

CHECK: Final = "asking"
ASKS: Final = "Each page is read or fails with a reason; no row is lost, no listing comes twice."
PAGES_MAX: Final = 5
LISTINGS_MAX: Final = 5


@dataclass(slots=True)
class Asked:
    """A walk through a search as a scan makes it, and the pages of its first listings."""

    plug_in: ProviderPlugIn
    place: Marketplace
    pages: list[PageResult] = field(default_factory=list)
    details: list[Details] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    refused: str | None = None  # why nothing was answered at all

    @property
    def captures(self) -> Captures:
        """The answers that could be read, as if they had been saved."""
        pages = (
            SearchCapture(page.key, page.page, _document(page.content))
            for page in self.pages
            if page.content and not page.failed
        )
        listings = (
            ListingCapture(
                found.listing.listing_id,
                {
                    number: _document(answer.content)
                    for number, (_, answer) in enumerate(found.answered, start=1)
                },
            )
            for found in self.details
            if not found.failed
        )
        return Captures(tuple(pages), tuple(listings))

    def result(self) -> Result:
        """The problems of the walk, as a check's result."""
        return Result(CHECK, ASKS, tuple(islice(self._problems(), PROBLEMS_MAX)))

    def _problems(self) -> Iterator[str]:
        if self.refused is not None:
            yield f"nothing was answered: {self.refused}"
        for page in self.pages:
            yield from _lost_rows(page)
        yield from self._listing_problems()
        for found in self.details:
            fault = fault_of(found.listing, self.plug_in.description)
            if fault is not None:
                yield f"with its own pages listing {found.listing.listing_id}: {fault}"
        most = max(
            self.plug_in.description.search_page_credits,
            self.plug_in.description.listing_page_credits or 0,
        )
        dear = [charge for charge in self.charges if not 0 <= charge.credits <= most]
        yield from (f"{charge.endpoint} was charged {charge.credits} credits" for charge in dear)

    def _listing_problems(self) -> Iterator[str]:
        found = [listing for page in self.pages for listing in page.listings]
        for listing_id, times in Counter(listing.listing_id for listing in found).items():
            if times > 1:
                yield f"listing {listing_id} came {times} times"
        for listing in found:
            fault = fault_of(listing, self.plug_in.description)
            if fault is not None:
                yield f"listing {listing.listing_id}: {fault}"


def ask(plug_in: ProviderPlugIn, account: Account, words: str, tld: str | None = None) -> Asked:
    """The vendor's answers to a search for the words, of the first site unless one is named.

    Costs what at most `PAGES_MAX` pages and the pages of `LISTINGS_MAX` listings cost. Raises
    `UnknownMarketplace`.
    """
    described = plug_in.description
    place = described.marketplace(tld or next(iter(described.marketplaces)))
    asked = Asked(plug_in, place)
    asyncio.run(_walk(asked, account, Search((words,), place.tld, PAGES_MAX)))
    return asked


async def _walk(asked: Asked, account: Account, wanted: Search) -> None:
    async with account.client(None, None, None) as vendor:
        try:
            async with aclosing(search(vendor, asked.plug_in, wanted)) as pages:
                async for page in pages:
                    asked.pages.append(page)
            found: list[Listing] = [listing for page in asked.pages for listing in page.listings]
            described = fetch_details(
                vendor, asked.plug_in, asked.place, found, listings_max=LISTINGS_MAX
            )
            async with aclosing(described) as all_details:
                async for details in all_details:
                    asked.details.append(details)
        except VendorError as error:
            asked.refused = str(error)
        asked.charges += vendor.charges


def _lost_rows(page: PageResult) -> Iterator[str]:
    if page.failed or not page.content:
        return
    there = len(rows_of(_document(page.content)))
    told = len(page.listings) + len(page.skipped)
    if told < there:
        yield f"{page.key}: {there - told} of {there} rows are not accounted for"


def _document(content: bytes) -> Json:
    try:
        return parse_document(content)
    except ValueError:  # a page that is gone says so in whatever form
        return None
