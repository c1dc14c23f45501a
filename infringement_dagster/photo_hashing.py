"""Fetches and hashes the photos of one run's listings, keeping each as soon as it is done.

Belongs here: which pictures are fetched, in which order rows are kept. Not here: fetching
(`resources/image_fetcher.py`), hashing (`resources/decoding_workers.py`).

Rows are kept every `KEPT_AT_ONCE` pictures, so a killed run loses at most so many and the next
one fetches only what is missing. What is kept goes on as a frame: as objects, the hashes of
10,000 pictures would take 60 MB.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import polars as pl

from infringement_dagster.frames import KeptPhoto, ListingPhoto, MissedPhoto, photos_frame
from infringement_dagster.kept_images import kept_images
from infringement_dagster.matching.hashing import CouldNotHash, HashedImage, PerceptualHash
from infringement_dagster.matching.listing import Listing
from infringement_dagster.progress import Progress
from infringement_dagster.scan_runs import ScanRun
from resources.decoding_workers import DecodingWorkers, WorkerLost
from resources.image_access import ImageAccess
from resources.image_fetcher import CouldNotFetch, ImageFetcher
from resources.object_store import ObjectStore
from resources.onboarding import image_key
from resources.postgres import event_store, image_store, run_store
from resources.postgres.database import Database
from resources.postgres.records import (
    ImageRow,
    ItemOutcome,
    ListingImageRow,
    MissingPicture,
    StoredPicture,
)

KEPT_AT_ONCE = 50
LOOKED_UP_AT_ONCE = 500
FETCHING_AT_ONCE = 32
PHOTOS_A_LISTING_MAX = 8


@dataclass(frozen=True, slots=True)
class PhotoPlace:
    """Where a picture stands: the listing and its position there, 0 first."""

    listing_id: str
    position: int


@dataclass(frozen=True, slots=True)
class Picture:
    """What became of one URL; `new_row` is set when this run stored the picture."""

    url: str
    photo: KeptPhoto | MissedPhoto
    new_row: ImageRow | None = None


@dataclass(slots=True)
class PhotoHashing:
    """The pictures of one run."""

    run: ScanRun
    database: Database
    objects: ObjectStore
    images: ImageAccess
    not_stored: list[ItemOutcome] = field(default_factory=list)
    fetched: int = 0
    _places: dict[str, list[PhotoPlace]] = field(default_factory=dict)
    _not_kept: list[Picture] = field(default_factory=list)
    _frames: list[pl.DataFrame] = field(default_factory=list)
    _done: int = 0
    _keeping: asyncio.Lock = field(default_factory=asyncio.Lock)
    _progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self._progress = Progress(self.run, "image_hashes")

    def hash_all(self, listings: Iterable[Listing]) -> pl.DataFrame:
        """Every photo of the listings with its hashes or the reason why it has none."""
        self._places = _places_by_url(listings)
        missing = self._keep_known()
        asyncio.run(self._fetch_all(missing))
        return pl.concat([photos_frame([]), *self._frames])

    def _keep_known(self) -> list[str]:
        """The URLs left to fetch, after those that an earlier run kept with current hashes."""
        urls = list(self._places)
        missing: list[str] = []
        for start in range(0, len(urls), LOOKED_UP_AT_ONCE):
            some = urls[start : start + LOOKED_UP_AT_ONCE]
            known = self._known(some)
            self._keep(known)
            kept = {picture.url for picture in known}
            missing += [url for url in some if url not in kept]
        return missing

    def _known(self, urls: Sequence[str]) -> list[Picture]:
        client_id = self.run.client_id
        with self.database.client(client_id) as connection:
            digests = image_store.known_urls(connection, client_id, self.run.provider, urls)
            kept = kept_images(connection, client_id, digests.values())
        return [
            Picture(url, KeptPhoto(sha256, kept[sha256]))
            for url, sha256 in digests.items()
            if sha256 in kept
        ]

    async def _fetch_all(self, urls: Sequence[str]) -> None:
        waiting = iter(urls)
        try:
            async with (
                self.images.fetcher() as fetcher,
                DecodingWorkers() as workers,
                asyncio.TaskGroup() as tasks,
            ):
                for _ in range(min(FETCHING_AT_ONCE, len(urls))):
                    tasks.create_task(self._fetch_some(fetcher, workers, waiting))
        except ExceptionGroup as group:
            raise group.exceptions[0] from group  # its kind decides whether the step is retried
        self._keep(self._not_kept)

    async def _fetch_some(
        self, fetcher: ImageFetcher, workers: DecodingWorkers, waiting: Iterator[str]
    ) -> None:
        for url in waiting:
            picture = await self._fetch(fetcher, workers, url)
            self._not_kept.append(picture)  # only now: the list may be another one than before
            if len(self._not_kept) >= KEPT_AT_ONCE:
                batch, self._not_kept = self._not_kept, []
                async with self._keeping:  # one after the other, so that progress only grows
                    await asyncio.to_thread(self._keep, batch)

    async def _fetch(self, fetcher: ImageFetcher, workers: DecodingWorkers, url: str) -> Picture:
        fetched = await fetcher.fetch(url)
        if isinstance(fetched, CouldNotFetch):
            return Picture(url, MissedPhoto("failed", fetched.reason, fetched.detail))
        self.fetched += 1
        hashed = await workers.hash(fetched.content)
        if not isinstance(hashed, HashedImage):
            return Picture(url, _missed(hashed))
        key = image_key(self.run.client_id, fetched.sha256)
        await asyncio.to_thread(self.objects.put_once, key, fetched.content)
        row = ImageRow(
            sha256=fetched.sha256,
            media_type=hashed.media_type,
            width_px=hashed.width_px,
            height_px=hashed.height_px,
            size_bytes=len(fetched.content),
            object_key=key,
            fetched_at=datetime.now(UTC),
        )
        return Picture(url, KeptPhoto(fetched.sha256, hashed), row)

    def _keep(self, batch: Sequence[Picture]) -> None:
        """Guarantees in one transaction that the pictures are kept, then adds them to the frame."""
        run = self.run
        self._done += len(batch)
        places = [row for picture in batch for row in self._rows(picture)]
        with self.database.client(run.client_id) as connection:
            run_store.check_epoch(connection, run.client_id, run.scan_id, run.provider, run.epoch)
            rows = [picture.new_row for picture in batch if picture.new_row is not None]
            image_store.put_images(connection, run.client_id, rows)
            image_store.put_hashes_many(connection, run.client_id, _new_hashes(batch))
            image_store.put_listing_images(connection, run.client_id, places)
            event = self._progress.event(self._done, len(self._places))
            event_store.append_events(connection, run.client_id, [event])
        photos = [photo for picture in batch for photo in self._photos(picture)]
        self.not_stored += filter(None, map(_missing, photos))
        self._frames.append(photos_frame(photos))

    def _rows(self, picture: Picture) -> Iterator[ListingImageRow]:
        photo = picture.photo
        for place in self._places[picture.url]:
            yield ListingImageRow(
                provider=self.run.provider,
                listing_id=place.listing_id,
                url=picture.url,
                position=place.position,
                picture=StoredPicture(photo.sha256)
                if isinstance(photo, KeptPhoto)
                else MissingPicture(photo.outcome, photo.reason),
                scan_id=self.run.scan_id,
                checked_at=datetime.now(UTC),
            )

    def _photos(self, picture: Picture) -> Iterator[ListingPhoto]:
        for place in self._places[picture.url]:
            yield ListingPhoto(place.listing_id, place.position, picture.url, picture.photo)


def _missed(hashed: CouldNotHash | WorkerLost) -> MissedPhoto:
    # A blank picture was read well; fetching it again cannot help.
    outcome: Literal["skipped", "failed"] = "skipped" if hashed.reason == "blank" else "failed"
    return MissedPhoto(outcome, hashed.reason, hashed.detail)


def _missing(place: ListingPhoto) -> ItemOutcome | None:
    if isinstance(place.photo, KeptPhoto):
        return None
    return ItemOutcome(
        item_key=f"{place.listing_id} photo {place.position}",
        outcome=place.photo.outcome,
        reason=place.photo.reason,
        detail=f"{place.photo.detail} ({place.url})",
    )


def _new_hashes(pictures: Iterable[Picture]) -> dict[str, tuple[PerceptualHash, ...]]:
    return {
        picture.photo.sha256: picture.photo.hashed.hashes
        for picture in pictures
        if picture.new_row is not None and isinstance(picture.photo, KeptPhoto)
    }


def _places_by_url(listings: Iterable[Listing]) -> dict[str, list[PhotoPlace]]:
    places: dict[str, list[PhotoPlace]] = {}
    for listing in listings:
        distinct = dict.fromkeys(listing.image_urls)
        for position, url in enumerate(list(distinct)[:PHOTOS_A_LISTING_MAX]):
            places.setdefault(url, []).append(PhotoPlace(listing.listing_id, position))
    return places
