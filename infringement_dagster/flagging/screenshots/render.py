"""Has a listing's page rendered, and takes the screenshot in: paid once, decoded elsewhere.

It is asked through the account, the turns and the books of scans. No circuit breaker of a provider
hears of it: a page that cannot be drawn says nothing about searches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from infringement_dagster.collecting.trial_books import TrialBooks
from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.domain.provider import Marketplace
from infringement_dagster.evidence.screenshot import (
    SHOWN_SIDE_PX,
    NotTaken,
    ScreenshotAsked,
    ScreenshotOutcome,
    ScreenshotTaken,
)
from resources.decoding.blocking import BlockingDecoder
from resources.fetching.allowed_hosts import PhotoAccess
from resources.fetching.http_cache import FetchedPhoto
from resources.postgres.database import Database
from resources.providers.account import VendorAccount
from resources.providers.plug_in import Question
from resources.providers.rate_limit import RateLimiter
from resources.providers.screenshot import screenshot_question
from resources.providers.spending import SpendingLimit
from resources.providers.vendor_answers import Answer, Charge, VendorError

# A job is ended after 120 s, and the file itself may take 20: so that a slow page has a reason.
RENDERED_SECONDS_MAX: Final = 90.0
_SLOW: Final = "it took longer than {seconds:g} s; it may have been charged"
_NOT_AGAIN: Final = "the vendor did not answer; it may have charged for it, so it is asked once"


@dataclass(frozen=True, slots=True)
class PageRendering:
    """Screenshots of one client's listings' pages, through one account."""

    database: Database
    account: VendorAccount
    photos: PhotoAccess
    decoder: BlockingDecoder
    seconds_max: float = RENDERED_SECONDS_MAX

    def outcome_of(
        self, asked: ScreenshotAsked, place: Marketplace | None, credits_most: int
    ) -> ScreenshotOutcome:
        """The screenshot, or why there is none; its charge is kept whatever comes of it.

        Raises `CreditsExhausted`, before anything is asked.
        """
        question = screenshot_question(asked.address, place, credits_most)
        outcome = asyncio.run(self._taken(asked, question))
        if isinstance(outcome, NotTaken):
            return outcome
        made = self.decoder.preview(outcome.content, SHOWN_SIDE_PX, asked.client_id)
        if isinstance(made, bytes):
            return outcome
        told = f"the vendor's screenshot cannot be read: {made.detail or made.reason}"
        return NotTaken(made.reason, told, outcome.credits)

    async def _taken(self, asked: ScreenshotAsked, question: Question) -> ScreenshotOutcome:
        answer = await self._answer(asked, question)
        if isinstance(answer, NotTaken):
            return answer
        credits = _sum(answer.charges)
        if answer.status == 404:
            return NotTaken("not_found", "the marketplace knows no such page", credits)
        if answer.screenshot_url is None:
            return NotTaken(
                "no_screenshot", "the vendor read the page and made no screenshot", credits
            )
        return await self._fetched(answer.screenshot_url, answer.final_url, credits)

    async def _answer(self, asked: ScreenshotAsked, question: Question) -> Answer | NotTaken:
        client_id, provider = asked.client_id, asked.provider
        books = TrialBooks(self.database, client_id, provider, self.account.name, "a screenshot")
        # Of several tries only those that are known to be free are followed by another.
        limit = SpendingLimit(question.credits)
        turn = partial(RateLimiter(self.database).turn, client_id, provider)
        async with self.account.client(turn, limit.books(books.books())) as vendor:
            try:
                async with asyncio.timeout(self.seconds_max):
                    return await vendor.ask(question)
            except TimeoutError:
                told = _SLOW.format(seconds=self.seconds_max)
                return NotTaken("timed_out", told, _sum(vendor.charges))
            except VendorError as error:
                return _refused(error, _sum(vendor.charges))
            finally:
                # Those that the database could not take at first.
                await asyncio.to_thread(books.settle, vendor.charges)

    async def _fetched(self, url: str, final_url: str | None, credits: int) -> ScreenshotOutcome:
        async with self.photos.fetcher() as fetcher:
            fetched = await fetcher.fetch(url)
        if isinstance(fetched, MissedPhoto):
            told = (
                f"the vendor's screenshot could not be fetched: {fetched.detail or fetched.reason}"
            )
            return NotTaken(fetched.reason, told, credits)
        assert isinstance(fetched, FetchedPhoto)  # nothing is known that it could still be
        return ScreenshotTaken(
            fetched.content,
            fetched.sha256,
            fetched.media_type,
            datetime.now(UTC),
            credits,
            final_url,
        )


def _refused(error: VendorError, credits: int) -> NotTaken:
    if error.reason == "credits_spent":  # its first try was answered by nobody
        return NotTaken("timed_out", _NOT_AGAIN, credits)
    return NotTaken(error.reason, str(error), credits)


def _sum(charges: Sequence[Charge]) -> int:
    return sum(charge.credits for charge in charges)
