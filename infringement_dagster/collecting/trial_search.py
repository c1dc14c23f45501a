"""A trial search: one page of one query, shown to whoever sets searches up and kept nowhere else.

It is asked through the account, the turns, the limits and the books of scans. No listing of it is
stored: it is no scan, and what it found says nothing about what has gone.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from infringement_dagster.collecting.prices import PagePrice
from infringement_dagster.collecting.trial_books import TrialBooks
from infringement_dagster.collecting.trial_result import TrialResult, trial_listing
from infringement_dagster.domain.client import Search
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.listing import Listing, Provider
from resources.decoding.blocking import BlockingDecoder
from resources.fetching.allowed_hosts import PhotoAccess
from resources.fetching.http_cache import FetchedPhoto
from resources.postgres.database import Database
from resources.providers.account import VendorAccounts
from resources.providers.plug_in import ProviderPlugIn
from resources.providers.provider_health import ProviderHealth
from resources.providers.rate_limit import RateLimiter
from resources.providers.registry import installed
from resources.providers.search import PageResult, search
from resources.providers.vendor_answers import Answering

SHOWN_MAX = 12
PHOTO_SIDE_PX = 160


class TrialNotAnswered(PermanentError):
    """The page could not be read, or costs more than was said."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One page of one query, and the credits that were named as its price."""

    client_id: str
    provider: Provider
    search: Search  # of one query and one page
    credits_most: int


@dataclass(frozen=True, slots=True)
class TrialSearch:
    """Asks trials of all clients, each once."""

    database: Database
    vendors: VendorAccounts
    photos: PhotoAccess
    decoder: BlockingDecoder

    def result_of(self, trial: Trial) -> TrialResult:
        """The page's listings with photos; its charge is kept whatever comes of it.

        Raises `TrialNotAnswered`, `CreditsExhausted`, `NoVendor`, `BadSetting` and `VendorError`.
        """
        page, shown = asyncio.run(self._asked(trial))
        photos = {id(listing): self._preview(trial, content) for listing, content in shown}
        return TrialResult(
            trial.provider,
            page.query,
            len(page.listings),
            sum(charge.credits for charge in page.charges),
            tuple(trial_listing(listing, photos[id(listing)]) for listing, _ in shown),
        )

    async def _asked(self, trial: Trial) -> tuple[PageResult, list[tuple[Listing, bytes | None]]]:
        page = await self._page(trial)
        listings = page.listings[:SHOWN_MAX]
        return page, list(zip(listings, await self._photos_of(listings), strict=True))

    async def _page(self, trial: Trial) -> PageResult:
        provider = installed().plug_in(trial.provider, trial.search.vendor)
        account = self.vendors.of(provider.vendor)
        books = TrialBooks(self.database, trial.client_id, trial.provider, account.name)
        turn = partial(RateLimiter(self.database).turn, trial.client_id, trial.provider)
        health = ProviderHealth(self.database, trial.client_id, trial.provider)
        async with account.client(turn, books.books(), health) as vendor:
            try:
                provider = await self._priced(vendor, provider, trial, account.name)
                return await _first_page(vendor, provider, trial)
            finally:
                # Those that the database could not take at first.
                await asyncio.to_thread(books.settle, vendor.charges)

    async def _priced(
        self, vendor: Answering, provider: ProviderPlugIn, trial: Trial, account: str
    ) -> ProviderPlugIn:
        """The provider at today's price; refused where that is above the one that was named."""
        site = trial.search.marketplace
        today = PagePrice(self.database, trial.client_id, trial.provider, account, site)
        provider = await today.plug_in(vendor, provider)
        price = provider.description.search_page_credits
        if price > trial.credits_most:
            raise TrialNotAnswered(
                f"client {trial.client_id!r}: a page of {provider.description.title} costs {price} "
                f"credits now, {trial.credits_most} were named; nothing was asked: try it again, "
                "and the new price is named"
            )
        return provider

    async def _photos_of(self, listings: Sequence[Listing]) -> list[bytes | None]:
        """The main photo of each, None where it has none or it does not come."""
        async with self.photos.fetcher() as fetcher:

            async def main_photo(listing: Listing) -> bytes | None:
                if not listing.image_urls:
                    return None
                fetched = await fetcher.fetch(listing.image_urls[0])
                return fetched.content if isinstance(fetched, FetchedPhoto) else None

            return await asyncio.gather(*map(main_photo, listings))

    def _preview(self, trial: Trial, content: bytes | None) -> str | None:
        if content is None:
            return None
        made = self.decoder.preview(content, PHOTO_SIDE_PX, trial.client_id)
        return b64encode(made).decode() if isinstance(made, bytes) else None


async def _first_page(vendor: Answering, provider: ProviderPlugIn, trial: Trial) -> PageResult:
    async with aclosing(search(vendor, provider, trial.search)) as pages:
        async for page in pages:
            for failed in page.failed:
                raise TrialNotAnswered(f"{provider.description.title}: {failed.detail}")
            return page
    raise TrialNotAnswered(f"{provider.description.title}: there was no page")
