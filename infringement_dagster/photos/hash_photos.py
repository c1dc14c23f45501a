"""Fetches and hashes the photos of one run's listings, keeping each as soon as it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.photo import KeptPhoto, MissedPhoto
from infringement_dagster.photos.freshness import is_good, last_answer
from infringement_dagster.photos.kept_photos import KeptPhotos, Outcome
from infringement_dagster.photos.outcomes import (
    NewPhoto,
    Unchanged,
    UrlOutcome,
    places_by_url,
)
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.snapshots.spool import Spool
from resources.batching import WriteBehind
from resources.decoding.pool import DecodingWorkers
from resources.fetching.allowed_hosts import PhotoAccess
from resources.fetching.http_cache import Fetched, FetchedPhoto
from resources.fetching.sized_fetching import SizedFetching
from resources.objects.keys import photo_key
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings.records import PhotoRow, StoredPhoto

LOOKED_UP_AT_ONCE = 500
FETCHING_AT_ONCE = 48  # some wait to be hashed while the fetcher's 32 are under way


@dataclass(slots=True)
class PhotoHashing:
    """The photos of one run."""

    run: ScanRun
    database: Database
    objects: ObjectStore
    photos: PhotoAccess
    fetched: int = 0
    unchanged: int = 0  # asked for again and still the same
    _due: dict[str, StoredPhoto] = field(default_factory=dict)
    _kept: KeptPhotos = field(init=False)

    def __post_init__(self) -> None:
        self._kept = KeptPhotos(self.run, self.database, self.objects, {})

    @property
    def not_stored(self) -> list[ItemOutcome]:
        """The photos without hashes, each with the reason."""
        return self._kept.not_stored

    def hash_all(self, listings: Iterable[Listing]) -> Spool:
        """Every photo of the listings with its hashes or the reason why it has none."""
        most = self.run.config.listing_photos.a_listing_at_most
        self._kept.places = places_by_url(listings, most)
        missing = self._keep_known()
        asyncio.run(self._fetch_all(missing))
        return self._kept.spool

    def _keep_known(self) -> list[str]:
        """The URLs to ask for: those without a kept photo, and those that may have another."""
        urls = list(self._kept.places)
        missing: list[str] = []
        for start in range(0, len(urls), LOOKED_UP_AT_ONCE):
            some = urls[start : start + LOOKED_UP_AT_ONCE]
            known = self._kept.known(some)
            now = datetime.now(UTC)
            good = {url for url, photo in known.items() if is_good(photo.answer, now)}
            self._due |= {url: known[url] for url in known.keys() - good}
            if good:
                self._kept.keep([Unchanged(url, known[url]) for url in some if url in good])
            missing += [url for url in some if url not in good]
        return missing

    async def _fetch_all(self, urls: Sequence[str]) -> None:
        kept, waiting = self._kept, iter(urls)
        try:
            async with (
                self.photos.fetcher() as plain,
                DecodingWorkers() as workers,
                WriteBehind(kept.keep, weigh=kept.share_of_batch, batch=1, much=1) as behind,
                asyncio.TaskGroup() as tasks,
            ):
                fetcher = SizedFetching(plain, self.run.config.listing_photos)
                for _ in range(min(FETCHING_AT_ONCE, len(urls))):
                    tasks.create_task(self._fetch_some(fetcher, workers, behind, waiting))
        except ExceptionGroup as group:
            raise group.exceptions[0] from group  # its kind decides whether the step is retried

    async def _fetch_some(
        self,
        fetcher: SizedFetching,
        workers: DecodingWorkers,
        behind: WriteBehind[Outcome],
        waiting: Iterator[str],
    ) -> None:
        for url in waiting:
            await behind.add([await self._fetch(fetcher, workers, url)])

    async def _fetch(self, fetcher: SizedFetching, workers: DecodingWorkers, url: str) -> Outcome:
        due = self._due.get(url)
        is_main = any(place.position == 0 for place in self._kept.places[url])
        known = due.answer.validators if due is not None and due.answer is not None else None
        kept_sha256 = None if due is None else due.sha256
        fetched = await fetcher.fetch(url, known, kept_sha256, is_main=is_main)
        self.fetched += isinstance(fetched, FetchedPhoto)
        if due is not None:
            again = self._again(url, due, fetched)
            if again is not None:
                return again
        if isinstance(fetched, MissedPhoto):
            return UrlOutcome(url, fetched)
        assert isinstance(fetched, FetchedPhoto)  # only kept photos have validators
        return await self._hash(workers, url, fetched)

    def _again(self, url: str, due: StoredPhoto, fetched: Fetched) -> Unchanged | None:
        """The kept photo where it still stands, None where another has taken its place.

        Of an address that does not answer, the kept photo is all there is; it is due again in
        the next scan.
        """
        if isinstance(fetched, MissedPhoto):
            return Unchanged(url, due)
        if isinstance(fetched, FetchedPhoto) and fetched.sha256 != due.sha256:
            return None
        self.unchanged += 1
        known = due.answer.validators if due.answer is not None else None
        if isinstance(fetched, FetchedPhoto):
            known = fetched.validators
        return Unchanged(url, replace(due, answer=last_answer(known, fetched)))

    async def _hash(self, workers: DecodingWorkers, url: str, fetched: FetchedPhoto) -> UrlOutcome:
        seen = await workers.see(fetched.content, self.run.config.further_hashes)
        if isinstance(seen, MissedPhoto):
            return UrlOutcome(url, seen)
        hashed = seen.hashed
        row = PhotoRow(
            sha256=fetched.sha256,
            media_type=hashed.media_type,
            width_px=hashed.width_px,
            height_px=hashed.height_px,
            size_bytes=len(fetched.content),
            object_key=photo_key(self.run.client_id, fetched.sha256),
            fetched_at=datetime.now(UTC),
        )
        answer = last_answer(fetched.validators, fetched)
        points = None if seen.points is None else seen.points.packed()
        photo = NewPhoto(row, fetched.content, points)
        return UrlOutcome(url, KeptPhoto(fetched.sha256, hashed), answer, photo)
