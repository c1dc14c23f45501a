"""Reads the pages of one run's search and keeps each page's listings as soon as it is read.

The charge of an answer is kept before the answer is read (`resources/providers/charge_ledger.py`),
its listings after that (`kept_listings.py`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from infringement_dagster.collecting.kept_listings import KeptListings
from infringement_dagster.collecting.photo_pages import PhotoPages
from infringement_dagster.collecting.prices import PagePrice
from infringement_dagster.collecting.resume import EarlierAttempt, PagesSeen, nothing_earlier
from infringement_dagster.domain.client import Search
from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.listing import FoundListing, Listing
from infringement_dagster.domain.provider import Marketplace
from infringement_dagster.scans.lease import ScanRun
from resources.batching import WriteBehind
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.providers.account import Account
from resources.providers.charge_ledger import ChargeLedger
from resources.providers.details import fetch_details
from resources.providers.plug_in import ProviderPlugIn
from resources.providers.provider_health import ProviderHealth
from resources.providers.rate_limit import RateLimiter
from resources.providers.search import Failed, PageResult, search
from resources.providers.vendor_answers import Answering

WAITING_MAX = 500  # listings that are read and not kept
Candidates = Callable[[Iterable[Listing]], list[Listing]]


@dataclass(slots=True)
class ListingCollection:
    """The pages of one run; with an earlier attempt, those only that it could not read."""

    run: ScanRun
    database: Database
    objects: ObjectStore
    provider: ProviderPlugIn
    account: Account
    candidates: Candidates  # those listings whose own pages are worth reading, best first
    earlier: EarlierAttempt = field(default_factory=nothing_earlier)
    seen: PagesSeen = field(default_factory=PagesSeen)
    not_stored: list[ItemOutcome] = field(default_factory=list)
    unread_fields: Counter[str] = field(default_factory=Counter)
    credits: int = 0
    _kept: KeptListings = field(init=False)

    def __post_init__(self) -> None:
        self._kept = KeptListings(
            self.run,
            self.database,
            self.objects,
            self.provider,
            self.account.name,
            self.earlier.listings,
            self.seen,
        )

    def collect(self) -> pl.DataFrame:
        """All listings of the client's searches at this provider, each once."""
        self.not_stored += self.earlier.skipped
        self.seen.read |= self.earlier.pages_read
        self.seen.described |= self.earlier.described
        self.seen.photos |= self.earlier.photos_read
        wanted = self.run.config.searches.get(self.run.provider)
        if wanted is not None:
            asyncio.run(self._collect(wanted))
        return self._kept.frame()

    async def _collect(self, wanted: Search) -> None:
        run = self.run
        turn = partial(RateLimiter(self.database).turn, run.client_id, run.provider)
        ledger = ChargeLedger(
            self.database, run.client_id, run.scan_id, run.provider, run.epoch, self.account.name
        )
        health = ProviderHealth(self.database, run.client_id, run.provider)
        price = PagePrice(run, self.database, self.account.name, wanted.marketplace)
        async with self.account.client(turn, ledger.books(), health) as vendor:
            self.provider = await price.plug_in(vendor, self.provider)
            try:
                await self._read_pages(wanted, self._pages(vendor, wanted))
                await self._read_pages(wanted, self._pages_by_photo(vendor, wanted))
                if self.provider.listing_pages is not None:
                    await self._read_details(vendor, wanted)
            finally:
                # Those that the database could not take at first.
                await asyncio.to_thread(ledger.settle, vendor.charges)
                self.credits = ledger.credits
        if any(outcome.reason == "above_price" for outcome in self.not_stored):
            await asyncio.to_thread(price.forget)

    def _pages(self, vendor: Answering, wanted: Search) -> AsyncGenerator[PageResult, None]:
        return search(
            vendor,
            self.provider,
            wanted,
            read=self.earlier.pages_read,
            failed=self.earlier.pages_failed,
            known=self.earlier.listings["listing_id"].to_list(),
        )

    def _pages_by_photo(
        self, vendor: Answering, wanted: Search
    ) -> AsyncGenerator[PageResult, None]:
        photos = PhotoPages(self.database, self.objects, self.run.client_id, self.provider, wanted)
        return photos.pages(vendor, self.seen.photos, self._kept.listing_ids)

    async def _read_pages(self, wanted: Search, pages: AsyncGenerator[PageResult, None]) -> None:
        behind = WriteBehind(
            partial(self._kept.add_pages, wanted),
            weigh=lambda page: len(page.listings),
            batch=0,
            much=WAITING_MAX,
        )
        async with behind, aclosing(pages):
            async for page in pages:
                self.unread_fields.update(page.unread_fields)
                self.not_stored += _outcomes(page)
                await behind.add([page])

    def _place(self, wanted: Search) -> Marketplace:
        return self.provider.description.marketplace(wanted.marketplace)

    async def _read_details(self, vendor: Answering, wanted: Search) -> None:
        candidates = self.candidates(self._kept.undescribed())
        page_keys = self._kept.page_keys(candidates[: wanted.details_max])
        described = fetch_details(
            vendor, self.provider, self._place(wanted), candidates, listings_max=wanted.details_max
        )
        async with aclosing(described) as all_details:
            async for details in all_details:
                self.unread_fields.update(details.unread_fields)
                self.not_stored += _failures(details.failed)
                listing = details.listing
                found = FoundListing(listing, page_keys[listing.listing_id])
                await asyncio.to_thread(self._kept.add_details, found, b"".join(details.contents))
                if not details.failed:
                    self.seen.described.add(listing.listing_id)


def _outcomes(page: PageResult) -> Iterator[ItemOutcome]:
    for skipped in page.skipped:
        yield ItemOutcome(skipped.item_key, "skipped", skipped.reason, skipped.detail)
    yield from _failures(page.failed)


def _failures(failed: Iterable[Failed]) -> Iterator[ItemOutcome]:
    return (ItemOutcome(page.item_key, "failed", page.reason, page.detail) for page in failed)
