"""Reads the pages of one run's search and keeps each page's listings as soon as it is read.

Belongs here: what is kept of a page, in which transaction. Not here: walking the pages
(`resources/providers/search.py`), nor reading them.

Listings and what they cost are written together, so a killed run never has one without the other.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

from infringement_dagster.frames import FoundListing
from infringement_dagster.matching.client import Search
from infringement_dagster.matching.listing import Listing
from infringement_dagster.progress import progress_event
from infringement_dagster.scan_runs import ScanRun
from resources.object_store import ObjectStore, sha256_hex
from resources.postgres import event_store, listing_store, run_store, usage_store
from resources.postgres.database import Database
from resources.postgres.records import ItemOutcome, UsageRow
from resources.providers.account import VendorAccount
from resources.providers.details import fetch_amazon_details
from resources.providers.search import Failed, search
from resources.providers.vendor import Charge, ScraperApi
from resources.rate_limit import RateLimiter

Candidates = Callable[[Iterable[Listing]], list[Listing]]


@dataclass(slots=True)
class ListingCollection:
    """The pages of one run."""

    run: ScanRun
    database: Database
    objects: ObjectStore
    account: VendorAccount
    candidates: Candidates  # those listings whose own pages are worth reading, best first
    found: dict[str, FoundListing] = field(default_factory=dict)
    not_stored: list[ItemOutcome] = field(default_factory=list)
    unread_fields: Counter[str] = field(default_factory=Counter)
    credits: int = 0

    def collect(self) -> None:
        """Reads all pages that the client's config asks for at this provider."""
        wanted = self.run.config.searches.get(self.run.provider)
        if wanted is not None:
            asyncio.run(self._collect(wanted))

    async def _collect(self, wanted: Search) -> None:
        turn = partial(RateLimiter(self.database).turn, self.run.client_id, self.run.provider)
        async with self.account.client(turn) as vendor:
            async with aclosing(search(vendor, self.run.provider, wanted)) as pages:
                async for page in pages:
                    self.unread_fields.update(page.unread_fields)
                    self.not_stored += [
                        ItemOutcome(skipped.item_key, "skipped", skipped.reason, skipped.detail)
                        for skipped in page.skipped
                    ]
                    self.not_stored += _failures(page.failed)
                    self._keep(page.listings, page.content, page.charges)
            if self.run.provider == "amazon":
                await self._read_details(vendor, wanted)

    async def _read_details(self, vendor: ScraperApi, wanted: Search) -> None:
        candidates = self.candidates(found.listing for found in self.found.values())
        described = fetch_amazon_details(
            vendor, candidates, tld=wanted.marketplace, listings_max=wanted.details_max
        )
        async with aclosing(described) as all_details:
            async for details in all_details:
                self.unread_fields.update(details.unread_fields)
                self._keep([details.listing], b"".join(details.contents), details.charges)

    def _keep(self, listings: Sequence[Listing], content: bytes, charges: Sequence[Charge]) -> None:
        run = self.run
        page_key = self._keep_page(content)
        for listing in listings:
            known = self.found.get(listing.listing_id)
            key = known.page_key if known else page_key
            self.found[listing.listing_id] = FoundListing(listing, key)
        with self.database.client(run.client_id) as connection:
            run_store.check_epoch(connection, run.client_id, run.scan_id, run.provider, run.epoch)
            listing_store.put_listings(connection, run.client_id, run.scan_id, listings)
            usage_store.put_usage(connection, run.client_id, run.scan_id, self._usage(charges))
            event = progress_event(run, "raw_listings", len(self.found), None)
            event_store.append_events(connection, run.client_id, [event])
        self.credits += sum(charge.credits for charge in charges)

    def _keep_page(self, content: bytes) -> str:
        run = self.run
        key = (
            f"clients/{run.client_id}/pages/{run.scan_id}/{run.provider}/{sha256_hex(content)}.json"
        )
        if content:
            self.objects.put_once(key, content)
        return key

    def _usage(self, charges: Iterable[Charge]) -> list[UsageRow]:
        return [
            UsageRow(
                request_id=charge.request_id,
                provider=self.run.provider,
                vendor=self.account.name,
                endpoint=charge.endpoint,
                status=charge.status,
                credits=charge.credits,
                charged_at=charge.at,
            )
            for charge in charges
        ]


def _failures(failed: Iterable[Failed]) -> list[ItemOutcome]:
    return [ItemOutcome(one.item_key, "failed", one.reason, one.detail) for one in failed]
