"""Chooses the listings of a run whose own pages are worth their credits, and reads those."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TypeAlias

from infringement_dagster.collecting.kept_listings import KeptListings
from infringement_dagster.domain.client import Search
from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.listing_pages.page_budget import page_budget
from infringement_dagster.domain.listing_pages.page_choice import chosen_pages, usual_prices
from resources.providers.details import Details, fetch_details
from resources.providers.plug_in import ProviderPlugIn
from resources.providers.reading import Skipped
from resources.providers.search import Failed, PageResult
from resources.providers.vendor_answers import Answering

Probability: TypeAlias = Callable[[Listing], float]


@dataclass(slots=True)
class OwnPages:
    """The own pages of one run's listings, once its pages of results are read."""

    kept: KeptListings
    provider: ProviderPlugIn  # at the price of today
    probability: Probability
    plan: dict[str, int] = field(default_factory=dict)  # counts and credits, before any is read
    not_stored: list[ItemOutcome] = field(default_factory=list)
    unread_fields: Counter[str] = field(default_factory=Counter)

    async def read(self, vendor: Answering, wanted: Search, credits_left: int) -> None:
        """Guarantees that the pages that are worth it are read and kept, within the credits."""
        rows = await asyncio.to_thread(self._chosen, wanted, credits_left)
        page_keys = self.kept.page_keys(rows)
        place = self.provider.description.marketplace(wanted.marketplace)
        described = fetch_details(vendor, self.provider, place, rows, listings_max=len(rows))
        async with aclosing(described) as all_details:
            async for details in all_details:
                await self._keep(details, page_keys[details.listing.listing_id])

    async def _keep(self, details: Details, page_key: str) -> None:
        listing_id = details.listing.listing_id
        self.unread_fields.update(details.unread_fields)
        self.not_stored += [*failures(details.failed), *skips(details.skipped)]
        is_better = details.is_whole or not self.kept.known.has(listing_id)
        if details.answered and is_better:
            await asyncio.to_thread(self.kept.add_details, details, page_key)
        if details.is_whole:
            self.kept.seen.described.add(listing_id)

    def _chosen(self, wanted: Search, credits_left: int) -> list[Listing]:
        """The listings, as rows of the search, whose own pages are worth reading, best first."""
        kept, page_credits = self.kept, self.provider.description.listing_page_credits
        kept.recall()
        whole = page_budget(wanted, page_credits).after(kept.known.read_by_this_scan())
        budget = whole.within(credits_left)
        prospects = list(kept.known.prospects(kept.undescribed(), self.probability))
        usual = usual_prices(kept.rows())
        chosen = chosen_pages(prospects, kept.run.config.thresholds, budget, usual)
        self.plan = {
            "unread_or_changed": len(prospects),
            "chosen": len(chosen),
            "credits": len(chosen) * budget.page_credits,
            "credits_at_most": budget.credits,
        }
        return [prospect.row for prospect in chosen]


def skips(skipped: Iterable[Skipped]) -> Iterator[ItemOutcome]:
    """The items that were left out, as a step counts them."""
    return (ItemOutcome(row.item_key, "skipped", row.reason, row.detail) for row in skipped)


def failures(failed: Iterable[Failed]) -> Iterator[ItemOutcome]:
    """The items that failed, as a step counts them."""
    return (ItemOutcome(page.item_key, "failed", page.reason, page.detail) for page in failed)


def outcomes_of(page: PageResult) -> Iterator[ItemOutcome]:
    """The rows and pages of a page of results that are not stored, each with the reason."""
    yield from skips(page.skipped)
    yield from failures(page.failed)
