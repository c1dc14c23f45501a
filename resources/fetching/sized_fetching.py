"""Fetches a scan's photos at a useful size, within the bytes that it may read."""

from __future__ import annotations

from dataclasses import dataclass

from infringement_dagster.domain.client import ListingPhotos
from infringement_dagster.domain.listing_pages.photo_sizes import larger_url
from infringement_dagster.domain.photo import MissedPhoto
from resources.fetching.fetcher import PhotoFetcher
from resources.fetching.http_cache import Fetched, FetchedPhoto, Validators

# Of the bytes that a scan may read: up to here larger sizes are asked for, then the addresses as
# they were given; and up to here a listing's further photos, so that its main one is not left out.
LARGER_SHARE = 0.5
FURTHER_SHARE = 0.75


@dataclass(slots=True)
class SizedFetching:
    """The photos of one scan; for one event loop.

    A photo that is under way when the bytes are spent is still read: with 32 at a time, of 20 MB at
    most each.
    """

    fetcher: PhotoFetcher
    wanted: ListingPhotos
    bytes_read: int = 0

    async def fetch(
        self, url: str, known: Validators | None, kept_sha256: str | None, *, is_main: bool
    ) -> Fetched:
        """The photo at the address, larger where its marketplace serves it so.

        One that was kept is asked for where it was found, small or large, so that an answer "still
        the same" costs no photo; once another has taken the place of a small one, its larger size.
        """
        if self.bytes_read >= self._bytes_max(is_main=is_main):
            told = f"the {self.wanted.megabytes_at_most} MB that a scan may read were spent"
            return MissedPhoto("bytes_spent", told)
        if known is not None and known.url == url:
            found = await self._ask(url, known)
            is_other = isinstance(found, FetchedPhoto) and found.sha256 != kept_sha256
            return await self._larger(url, found) if is_other else found
        return await self._larger(url, None, known)

    async def _larger(
        self, url: str, given: Fetched | None, known: Validators | None = None
    ) -> Fetched:
        """The larger size, where there is one that can be had, else the photo as it is given."""
        larger = larger_url(url, self.wanted.size_px)
        has_room = self.bytes_read < LARGER_SHARE * self._bytes_max(is_main=True)
        if larger is not None and (has_room or known is not None):
            found = await self._ask(larger, known)
            if not isinstance(found, MissedPhoto):
                return found
        return given if given is not None else await self._ask(url, known)

    async def _ask(self, url: str, known: Validators | None) -> Fetched:
        found = await self.fetcher.fetch(url, known)
        if isinstance(found, FetchedPhoto):
            self.bytes_read += len(found.content)
        return found

    def _bytes_max(self, *, is_main: bool) -> float:
        most = self.wanted.megabytes_at_most * 1_000_000
        return most if is_main else FURTHER_SHARE * most
