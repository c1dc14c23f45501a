"""Reads the pages of one run's search and keeps each page's listings as soon as it is read.

The charge of an answer is kept before the answer is read (`resources/providers/charge_ledger.py`),
its listings after that (`kept_listings.py`).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from infringement_dagster.collecting.kept_listings import KeptListings
from infringement_dagster.collecting.photo_pages import PhotoPages
from infringement_dagster.collecting.prices import PagePrice, credits_held
from infringement_dagster.collecting.read_own_pages import (
    OwnPages,
    Probability,
    outcomes_of,
)
from infringement_dagster.collecting.resume import EarlierAttempt, PagesSeen, nothing_earlier
from infringement_dagster.domain.client import Search
from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.scans.lease import ScanRun
from resources.batching import WriteBehind
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.providers.account import Account
from resources.providers.charge_ledger import ChargeLedger
from resources.providers.plug_in import ProviderPlugIn
from resources.providers.provider_health import ProviderHealth
from resources.providers.rate_limit import RateLimiter
from resources.providers.search import PageResult, search
from resources.providers.spending import SpendingLimit
from resources.providers.vendor_answers import Answering

WAITING_MAX = 500  # listings that are read and not kept


@dataclass(slots=True)
class ListingCollection:
    """The pages of one run; with an earlier attempt, those only that it could not read."""

    run: ScanRun
    database: Database
    objects: ObjectStore
    provider: ProviderPlugIn
    account: Account
    probability: Probability  # of a listing before its photos and its own page are read
    earlier: EarlierAttempt = field(default_factory=nothing_earlier)
    seen: PagesSeen = field(default_factory=PagesSeen)
    not_stored: list[ItemOutcome] = field(default_factory=list)
    unread_fields: Counter[str] = field(default_factory=Counter)
    credits: int = 0
    credits_planned: int = 0  # once the search was read: what it cost, and the pages chosen
    own_pages: dict[str, int] = field(default_factory=dict)  # as the plan of them was
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

    @property
    def stored(self) -> int:
        """How many listings there are."""
        return self._kept.count

    def collect(self) -> pl.LazyFrame:
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
        price = PagePrice(
            self.database, run.client_id, run.provider, self.account.name, wanted.marketplace
        )
        limit = SpendingLimit(0)
        async with self.account.client(turn, limit.books(ledger.books()), health) as vendor:
            self.provider = await price.plug_in(vendor, self.provider)
            limit.credits_max = await asyncio.to_thread(
                credits_held, self.database, run, self.provider.description
            )
            try:
                await self._read_pages(wanted, self._pages(vendor, wanted))
                await self._read_pages(wanted, self._pages_by_photo(vendor, wanted))
                self.credits_planned = limit.charged
                if self.provider.listing_pages is not None:
                    await self._read_own_pages(vendor, wanted, limit.left)
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
                self.not_stored += outcomes_of(page)
                await behind.add([page])

    async def _read_own_pages(self, vendor: Answering, wanted: Search, credits_left: int) -> None:
        pages = OwnPages(self._kept, self.provider, self.probability)
        try:
            await pages.read(vendor, wanted, credits_left)
        finally:
            self.own_pages = pages.plan
            self.credits_planned += pages.plan.get("credits", 0)
            self.not_stored += pages.not_stored
            self.unread_fields.update(pages.unread_fields)
