"""Pages that an earlier attempt at the same run has read: only its failures are asked for again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from infringement_dagster.domain.counts import ItemOutcome, read_counts
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.snapshots.listings import listings_frame
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.scans import outcome_store, run_store, snapshot_store
from resources.providers.search import QueryPage

ASSET = "raw_listings"


@dataclass(frozen=True, slots=True)
class EarlierAttempt:
    """The listings, pages and details that need not be paid for again; `skipped` rows too."""

    listings: pl.DataFrame
    pages_read: frozenset[QueryPage] = frozenset()
    pages_failed: tuple[QueryPage, ...] = ()
    described: frozenset[str] = frozenset()  # listing ids
    photos_read: frozenset[str] = frozenset()  # ids of references
    skipped: tuple[ItemOutcome, ...] = ()


@dataclass(slots=True)
class PagesSeen:
    """Which pages were read and which failed; kept with the run's counts."""

    read: set[QueryPage] = field(default_factory=set)
    failed: set[QueryPage] = field(default_factory=set)
    described: set[str] = field(default_factory=set)
    photos: set[str] = field(default_factory=set)  # ids of references that were searched by

    def as_document(self) -> dict[str, object]:
        """The pages as they are kept."""
        return {
            "pages_read": sorted(map(list, self.read)),
            "pages_failed": sorted(map(list, self.failed)),
            "described": sorted(self.described),
            "photos_read": sorted(self.photos),
        }


def earlier_attempt(
    database: Database, objects: ObjectStore, run: ScanRun
) -> EarlierAttempt | None:
    """The pages that the run's last finished search left, or None when all must be asked for."""
    with database.client(run.client_id) as c:
        counts = run_store.get_run(c, run.client_id, run.scan_id, run.provider).counts
        snapshot = snapshot_store.snapshot_of_run(
            c, run.client_id, run.scan_id, run.provider, ASSET
        )
        outcomes = outcome_store.item_outcomes(c, run.client_id, run.scan_id, run.provider, ASSET)
    document, stored = counts.get(ASSET), read_counts(counts).get(ASSET)
    if snapshot is None or stored is None or not isinstance(document, Mapping):
        return None
    if snapshot.row_count != stored.stored:  # killed between the two: they tell different stories
        return None
    return EarlierAttempt(
        listings=pl.read_parquet(io.BytesIO(objects.get(snapshot.object_key))),
        pages_read=frozenset(_pages(document.get("pages_read"))),
        pages_failed=tuple(_pages(document.get("pages_failed"))),
        described=frozenset(map(str, _items(document.get("described")))),
        photos_read=frozenset(map(str, _items(document.get("photos_read")))),
        skipped=tuple(outcome for outcome in outcomes if outcome.outcome == "skipped"),
    )


def nothing_earlier() -> EarlierAttempt:
    """The attempt before the first."""
    return EarlierAttempt(listings_frame([]))


def _pages(kept: object) -> Iterable[QueryPage]:
    for pair in _items(kept):
        match pair:
            case [str() as query, int() as page]:
                yield query, page


def _items(kept: object) -> list[object]:
    return kept if isinstance(kept, list) else []
