"""Reads the pages of one run's search and keeps each page's listings as soon as it is read.

The charge of an answer is kept before the answer is read (`resources/providers/charge_ledger.py`),
its listings after that. What is kept goes on as a frame: as objects, 10,000 listings take 30 MB.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import polars as pl

from infringement_dagster.collecting.page_requests import PageRequest, keep_page_request
from infringement_dagster.collecting.resume import EarlierAttempt, PagesSeen, nothing_earlier
from infringement_dagster.domain.client import Search
from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.listing import FoundListing, Listing
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.scans.progress import Progress
from infringement_dagster.snapshots.listings import listings_frame, listings_of
from resources.batching import WriteBehind
from resources.objects.keys import page_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.listings import listing_store
from resources.providers.account import VendorAccount
from resources.providers.charge_ledger import ChargeLedger
from resources.providers.details import fetch_amazon_details
from resources.providers.marketplaces import Marketplace, marketplace
from resources.providers.provider_health import ProviderHealth
from resources.providers.rate_limit import RateLimiter
from resources.providers.search import Failed, PageResult, endpoint_for, page_params, search
from resources.providers.vendor import ScraperApi

WAITING_MAX = 500  # listings that are read and not kept
Candidates = Callable[[Iterable[Listing]], list[Listing]]


@dataclass(slots=True)
class ListingCollection:
    """The pages of one run; with an earlier attempt, those only that it could not read."""

    run: ScanRun
    database: Database
    objects: ObjectStore
    account: VendorAccount
    candidates: Candidates  # those listings whose own pages are worth reading, best first
    earlier: EarlierAttempt = field(default_factory=nothing_earlier)
    seen: PagesSeen = field(default_factory=PagesSeen)
    not_stored: list[ItemOutcome] = field(default_factory=list)
    unread_fields: Counter[str] = field(default_factory=Counter)
    credits: int = 0
    _frames: list[pl.DataFrame] = field(default_factory=list)
    _described: dict[str, FoundListing] = field(default_factory=dict)
    _found: int = 0
    _progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self._progress = Progress(self.run, "raw_listings", self.earlier.listings.height)

    def collect(self) -> pl.DataFrame:
        """All listings of the client's searches at this provider, each once."""
        self._frames.append(self.earlier.listings)
        self._found = self.earlier.listings.height
        self.not_stored += self.earlier.skipped
        self.seen.read |= self.earlier.pages_read
        self.seen.described |= self.earlier.described
        wanted = self.run.config.searches.get(self.run.provider)
        if wanted is not None:
            asyncio.run(self._collect(wanted))
        listings = pl.concat(self._frames)
        undescribed = listings.filter(~pl.col("listing_id").is_in(list(self._described)))
        return pl.concat([listings_frame(list(self._described.values())), undescribed])

    async def _collect(self, wanted: Search) -> None:
        run = self.run
        turn = partial(RateLimiter(self.database).turn, run.client_id, run.provider)
        book = ChargeLedger(
            self.database, run.client_id, run.scan_id, run.provider, run.epoch, self.account.name
        )
        health = ProviderHealth(self.database, run.client_id, run.provider)
        async with self.account.client(turn, book.books(), health) as vendor:
            try:
                await self._read_pages(vendor, wanted)
                if self.run.provider == "amazon":
                    await self._read_details(vendor, wanted)
            finally:
                await asyncio.to_thread(
                    book.settle, vendor.charges
                )  # those that the database could not take at first
                self.credits = book.credits

    async def _read_pages(self, vendor: ScraperApi, wanted: Search) -> None:
        pages = search(
            vendor,
            self.run.provider,
            wanted,
            read=self.earlier.pages_read,
            failed=self.earlier.pages_failed,
            known=self.earlier.listings["listing_id"].to_list(),
        )
        behind = WriteBehind(
            partial(self._keep_pages, marketplace(wanted.marketplace)),
            weigh=lambda page: len(page.listings),
            batch=0,
            much=WAITING_MAX,
        )
        async with behind, aclosing(pages):
            async for page in pages:
                self.unread_fields.update(page.unread_fields)
                self.not_stored += _outcomes(page)
                await behind.add([page])

    async def _read_details(self, vendor: ScraperApi, wanted: Search) -> None:
        listings = (one for frame in self._frames for one in listings_of(frame))
        candidates = self.candidates(
            listing for listing in listings if listing.listing_id not in self.seen.described
        )
        page_keys = self._page_keys(candidates[: wanted.details_max])
        described = fetch_amazon_details(
            vendor, candidates, tld=wanted.marketplace, listings_max=wanted.details_max
        )
        async with aclosing(described) as all_details:
            async for details in all_details:
                self.unread_fields.update(details.unread_fields)
                self.not_stored += _failures(details.failed)
                listing = details.listing
                if not details.failed:
                    self.seen.described.add(listing.listing_id)
                await asyncio.to_thread(self._keep_details, listing, b"".join(details.contents))
                found = FoundListing(listing, page_keys[listing.listing_id])
                self._described[listing.listing_id] = found

    def _page_keys(self, listings: Iterable[Listing]) -> Mapping[str, str]:
        wanted = pl.col("listing_id").is_in([listing.listing_id for listing in listings])
        pairs = (frame.filter(wanted).select("listing_id", "page_key") for frame in self._frames)
        return dict(row for frame in pairs for row in frame.iter_rows())

    def _keep_pages(self, place: Marketplace, pages: Sequence[PageResult]) -> None:
        found: list[FoundListing] = []
        for page in pages:
            key = self._keep_page(page.content)
            self._note_request(key, page, place)
            found += [FoundListing(listing, key) for listing in page.listings]
            seen = self.seen.failed if page.failed else self.seen.read
            seen.add((page.query, page.page))
        if found:
            self._found += len(found)
            self._keep([one.listing for one in found])
            self._frames.append(listings_frame(found))

    def _keep_details(self, listing: Listing, content: bytes) -> None:
        self._keep_page(content)
        self._keep([listing])

    def _keep(self, listings: Sequence[Listing]) -> None:
        run = self.run
        with run.transaction(self.database) as connection:
            listing_store.put_listings(connection, run.client_id, run.scan_id, listings)
            event = self._progress.event(self._found, None, found=self._found)
            event_store.append_events(connection, run.client_id, [event])

    def _keep_page(self, content: bytes) -> str:
        run = self.run
        key = page_key(run.client_id, run.scan_id, run.provider, sha256_hex(content))
        if content:
            self.objects.put_once(key, content)
        return key

    def _note_request(self, page_key: str, page: PageResult, place: Marketplace) -> None:
        if page.content:
            request = PageRequest(
                vendor=self.account.name,
                endpoint=endpoint_for(self.run.provider),
                params=page_params(place, page.query, page.page),
                answered_at=page.charges[-1].at if page.charges else datetime.now(UTC),
            )
            keep_page_request(self.objects, page_key, request)


def _outcomes(page: PageResult) -> Iterator[ItemOutcome]:
    for skipped in page.skipped:
        yield ItemOutcome(skipped.item_key, "skipped", skipped.reason, skipped.detail)
    yield from _failures(page.failed)


def _failures(failed: Iterable[Failed]) -> Iterator[ItemOutcome]:
    return (ItemOutcome(one.item_key, "failed", one.reason, one.detail) for one in failed)
