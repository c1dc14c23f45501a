"""Fetches and hashes the photos of one run's listings, keeping each as soon as it is done.

Rows are kept by 50 to 100 pictures, a tenth of the run's: a killed run loses at most so many, and
the next one fetches only what is missing. What is kept goes on packed: as objects, the hashes of
10,000 pictures would take 60 MB.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeAlias

from psycopg import Connection

from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.photo import KeptPhoto, ListingPhoto, MissedPhoto
from infringement_dagster.photos.freshness import is_good, kept_images, last_answer
from infringement_dagster.photos.outcomes import (
    NewImage,
    PhotoPlace,
    Picture,
    Unchanged,
    missing_item,
    new_images,
    new_points,
    new_rows,
    places_by_url,
)
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.scans.progress import Progress
from infringement_dagster.snapshots.listings import photos_frame
from infringement_dagster.snapshots.spool import Spool
from resources.batching import WriteBehind
from resources.decoding.pool import DecodingWorkers
from resources.fetching.allowed_hosts import ImageAccess
from resources.fetching.fetcher import ImageFetcher
from resources.fetching.http_cache import Fetched, FetchedImage
from resources.objects.keys import image_key
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.listings import image_store, point_store
from resources.postgres.listings.records import ImageRow, ListingImageRow, StoredPicture

KEPT_AT_ONCE_MIN, KEPT_AT_ONCE_MAX = 50, 100
KEPT_BYTES_AT_ONCE = 8 * 2**20  # what waits to be kept is held in memory
LOOKED_UP_AT_ONCE = 500
FETCHING_AT_ONCE = 48  # some wait to be hashed while the fetcher's 32 are under way

Outcome: TypeAlias = Picture | Unchanged


@dataclass(slots=True)
class PhotoHashing:
    """The pictures of one run."""

    run: ScanRun
    database: Database
    objects: ObjectStore
    images: ImageAccess
    not_stored: list[ItemOutcome] = field(default_factory=list)
    fetched: int = 0
    unchanged: int = 0  # asked for again and still the same
    _due: dict[str, StoredPicture] = field(default_factory=dict)
    _places: dict[str, list[PhotoPlace]] = field(default_factory=dict)
    _frames: Spool = field(default_factory=lambda: Spool(photos_frame([])))
    _done: int = 0
    _progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self._progress = Progress(self.run, "image_hashes")

    def hash_all(self, listings: Iterable[Listing]) -> Spool:
        """Every photo of the listings with its hashes or the reason why it has none."""
        self._places = places_by_url(listings)
        missing = self._keep_known()
        asyncio.run(self._fetch_all(missing))
        return self._frames

    def _keep_known(self) -> list[str]:
        """The URLs to ask for: those without a kept picture, and those that may have another."""
        urls = list(self._places)
        missing: list[str] = []
        for start in range(0, len(urls), LOOKED_UP_AT_ONCE):
            some = urls[start : start + LOOKED_UP_AT_ONCE]
            known = self._known(some)
            now = datetime.now(UTC)
            good = {url for url, picture in known.items() if is_good(picture.answer, now)}
            self._due |= {url: known[url] for url in known.keys() - good}
            if good:
                self._keep([Unchanged(url, known[url]) for url in some if url in good])
            missing += [url for url in some if url not in good]
        return missing

    def _known(self, urls: Sequence[str]) -> dict[str, StoredPicture]:
        client_id = self.run.client_id
        with self.database.client(client_id) as connection:
            stored = image_store.stored_pictures(connection, client_id, self.run.provider, urls)
            kept = kept_images(connection, client_id, (one.sha256 for one in stored.values()))
        return {url: picture for url, picture in stored.items() if picture.sha256 in kept}

    async def _fetch_all(self, urls: Sequence[str]) -> None:
        waiting = iter(urls)
        try:
            async with (
                self.images.fetcher() as fetcher,
                DecodingWorkers() as workers,
                WriteBehind(self._keep, weigh=self._share_of_batch, batch=1, much=1) as behind,
                asyncio.TaskGroup() as tasks,
            ):
                for _ in range(min(FETCHING_AT_ONCE, len(urls))):
                    tasks.create_task(self._fetch_some(fetcher, workers, behind, waiting))
        except ExceptionGroup as group:
            raise group.exceptions[0] from group  # its kind decides whether the step is retried

    async def _fetch_some(
        self,
        fetcher: ImageFetcher,
        workers: DecodingWorkers,
        behind: WriteBehind[Outcome],
        waiting: Iterator[str],
    ) -> None:
        for url in waiting:
            await behind.add([await self._fetch(fetcher, workers, url)])

    async def _fetch(self, fetcher: ImageFetcher, workers: DecodingWorkers, url: str) -> Outcome:
        due = self._due.get(url)
        known = due.answer.validators if due is not None and due.answer is not None else None
        fetched = await fetcher.fetch(url, known)
        self.fetched += isinstance(fetched, FetchedImage)
        if due is not None:
            again = self._again(url, due, fetched)
            if again is not None:
                return again
        if isinstance(fetched, MissedPhoto):
            return Picture(url, fetched)
        assert isinstance(fetched, FetchedImage)  # only kept pictures have validators
        return await self._hash(workers, url, fetched)

    def _again(self, url: str, due: StoredPicture, fetched: Fetched) -> Unchanged | None:
        """The kept picture where it still stands, None where another has taken its place.

        Of an address that does not answer, the kept picture is all there is; it is due again in
        the next scan.
        """
        if isinstance(fetched, MissedPhoto):
            return Unchanged(url, due)
        if isinstance(fetched, FetchedImage) and fetched.sha256 != due.sha256:
            return None
        self.unchanged += 1
        known = due.answer.validators if due.answer is not None else None
        if isinstance(fetched, FetchedImage):
            known = fetched.validators
        return Unchanged(url, replace(due, answer=last_answer(known, fetched)))

    async def _hash(self, workers: DecodingWorkers, url: str, fetched: FetchedImage) -> Picture:
        seen = await workers.see(fetched.content)
        if isinstance(seen, MissedPhoto):
            return Picture(url, seen)
        hashed = seen.hashed
        row = ImageRow(
            sha256=fetched.sha256,
            media_type=hashed.media_type,
            width_px=hashed.width_px,
            height_px=hashed.height_px,
            size_bytes=len(fetched.content),
            object_key=image_key(self.run.client_id, fetched.sha256),
            fetched_at=datetime.now(UTC),
        )
        answer = last_answer(fetched.validators, fetched)
        points = None if seen.points is None else seen.points.packed()
        image = NewImage(row, fetched.content, points)
        return Picture(url, KeptPhoto(fetched.sha256, hashed), answer, image)

    def _keep(self, batch: Sequence[Outcome]) -> None:
        """Guarantees that the pictures are kept, bytes before rows, and adds them to the frame."""
        run = self.run
        self._done += len(batch)
        self.objects.put_all_once(
            {image.row.object_key: image.content for image in new_images(batch)}
        )
        with run.transaction(self.database) as connection:
            pictures = self._with_hashes(connection, batch)
            image_store.put_images(connection, run.client_id, new_rows(pictures))
            point_store.put_points(connection, run.client_id, new_points(pictures))
            image_store.put_listing_images(connection, run.client_id, self._rows(pictures))
            event = self._progress.event(self._done, len(self._places))
            event_store.append_events(connection, run.client_id, [event])
        photos = [
            ListingPhoto(place.listing_id, place.position, picture.url, picture.photo)
            for picture in pictures
            for place in self._places[picture.url]
        ]
        self.not_stored += filter(None, map(missing_item, photos))
        self._frames.add(photos_frame(photos))

    def _with_hashes(self, connection: Connection, batch: Sequence[Outcome]) -> list[Picture]:
        kept = kept_images(
            connection,
            self.run.client_id,
            [one.picture.sha256 for one in batch if isinstance(one, Unchanged)],
        )
        return [
            one.with_hashes(kept[one.picture.sha256]) if isinstance(one, Unchanged) else one
            for one in batch
        ]

    def _rows(self, pictures: Sequence[Picture]) -> Iterator[ListingImageRow]:
        now = datetime.now(UTC)
        for picture in pictures:
            for place in self._places[picture.url]:
                yield ListingImageRow(
                    provider=self.run.provider,
                    listing_id=place.listing_id,
                    url=picture.url,
                    position=place.position,
                    picture=picture.as_stored(),
                    scan_id=self.run.scan_id,
                    checked_at=now,
                )

    def _share_of_batch(self, outcome: Outcome) -> float:
        enough = min(max(len(self._places) // 10, KEPT_AT_ONCE_MIN), KEPT_AT_ONCE_MAX)
        size_bytes = sum(image.row.size_bytes for image in new_images([outcome]))
        return max(1 / enough, size_bytes / KEPT_BYTES_AT_ONCE)
