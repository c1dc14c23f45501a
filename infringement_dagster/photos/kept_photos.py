"""The photos of one run as they are kept: bytes, rows and the table handed on.

Rows are kept by 50 to 100 photos, a tenth of the run's: a killed run loses at most so many, and the
next one fetches only what is missing. What is kept goes on packed: as objects, the hashes of 10,000
photos would take 60 MB.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from psycopg import Connection

from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.photo import ListingPhoto
from infringement_dagster.photos.freshness import kept_photos
from infringement_dagster.photos.outcomes import (
    PhotoPlace,
    Unchanged,
    UrlOutcome,
    missing_item,
    new_photos,
    new_points,
    new_rows,
)
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.scans.progress import Progress
from infringement_dagster.snapshots.photos import photos_frame
from infringement_dagster.snapshots.spool import Spool
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.listings import photo_store, point_store
from resources.postgres.listings.records import ListingPhotoRow, StoredPhoto

KEPT_AT_ONCE_MIN, KEPT_AT_ONCE_MAX = 50, 100
KEPT_BYTES_AT_ONCE = 8 * 2**20  # what waits to be kept is held in memory

Outcome: TypeAlias = UrlOutcome | Unchanged


@dataclass(slots=True)
class KeptPhotos:
    """Photos of one run in the object store, Postgres and a table; `places` has all its URLs.

    Its methods block; one thread at a time calls them.
    """

    run: ScanRun
    database: Database
    objects: ObjectStore
    places: Mapping[str, Sequence[PhotoPlace]]
    not_stored: list[ItemOutcome] = field(default_factory=list)
    spool: Spool = field(default_factory=lambda: Spool(photos_frame([])))
    _done: int = 0
    _progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self._progress = Progress(self.run, "image_hashes")

    def known(self, urls: Sequence[str]) -> dict[str, StoredPhoto]:
        """The photos of these URLs that are kept with hashes of the versions in use."""
        client_id = self.run.client_id
        with self.database.client(client_id) as connection:
            stored = photo_store.stored_photos(connection, client_id, self.run.provider, urls)
            kept = kept_photos(connection, client_id, (row.sha256 for row in stored.values()))
        return {url: photo for url, photo in stored.items() if photo.sha256 in kept}

    def keep(self, batch: Sequence[Outcome]) -> None:
        """Guarantees that the photos are kept, bytes before rows, and handed on."""
        run = self.run
        self._done += len(batch)
        self.objects.put_all_once(
            {photo.row.object_key: photo.content for photo in new_photos(batch)}
        )
        with run.transaction(self.database) as connection:
            outcomes = self._with_hashes(connection, batch)
            photo_store.put_photos(connection, run.client_id, new_rows(outcomes))
            point_store.put_points(connection, run.client_id, new_points(outcomes))
            photo_store.put_listing_photos(connection, run.client_id, self._rows(outcomes))
            events = self._progress.events(self._done, len(self.places))
            event_store.append_events(connection, run.client_id, events)
        photos = [
            ListingPhoto(place.listing_id, place.position, outcome.url, outcome.photo)
            for outcome in outcomes
            for place in self.places[outcome.url]
        ]
        self.not_stored += filter(None, map(missing_item, photos))
        self.spool.add(photos_frame(photos))

    def _with_hashes(self, connection: Connection, batch: Sequence[Outcome]) -> list[UrlOutcome]:
        kept = kept_photos(
            connection,
            self.run.client_id,
            [outcome.photo.sha256 for outcome in batch if isinstance(outcome, Unchanged)],
        )
        return [
            outcome.with_hashes(kept[outcome.photo.sha256])
            if isinstance(outcome, Unchanged)
            else outcome
            for outcome in batch
        ]

    def _rows(self, outcomes: Sequence[UrlOutcome]) -> Iterator[ListingPhotoRow]:
        now = datetime.now(UTC)
        for outcome in outcomes:
            for place in self.places[outcome.url]:
                yield ListingPhotoRow(
                    provider=self.run.provider,
                    listing_id=place.listing_id,
                    url=outcome.url,
                    position=place.position,
                    photo=outcome.as_stored(),
                    scan_id=self.run.scan_id,
                    checked_at=now,
                )

    def share_of_batch(self, outcome: Outcome) -> float:
        """How much of a batch the outcome fills, by number or bytes."""
        enough = min(max(len(self.places) // 10, KEPT_AT_ONCE_MIN), KEPT_AT_ONCE_MAX)
        size_bytes = sum(photo.row.size_bytes for photo in new_photos([outcome]))
        return max(1 / enough, size_bytes / KEPT_BYTES_AT_ONCE)
