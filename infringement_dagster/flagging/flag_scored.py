"""Flags what a run has scored: its cases, with all that they were made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from infringement_dagster.domain.case import FlaggedCase
from infringement_dagster.domain.photo import ListingPhoto
from infringement_dagster.domain.score import Score
from infringement_dagster.flagging.flag_cases import CaseFlagging
from infringement_dagster.flagging.sample_listings import sample_below
from infringement_dagster.flagging.settle import Settled, settle
from infringement_dagster.flagging.thresholds import parted
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.snapshots.listings import found_listings_of
from infringement_dagster.snapshots.photos import photos_of
from infringement_dagster.snapshots.scores import cases_frame, scores_of
from resources.objects.store import ObjectStore
from resources.postgres.database import Database


@dataclass(frozen=True, slots=True)
class FlaggedRun:
    """The cases of a run with the listings, photos and scores that they were made of."""

    cases: Sequence[FlaggedCase]
    flagged: Mapping[str, Score]  # at or above the threshold, by listing id
    sampled: Mapping[str, Score]  # drawn from those below it
    listings: pl.DataFrame
    photos: Mapping[str, Sequence[ListingPhoto]]
    settled: Settled

    @property
    def created(self) -> int:
        """How many of the flagged listings are new cases."""
        return sum(case.created and case.listing_id in self.flagged for case in self.cases)

    def frame(self) -> pl.DataFrame:
        """One row a flagged or sampled listing."""
        return cases_frame(self.cases, {**self.flagged, **self.sampled}, self.sampled)


def flag_scored(
    run: ScanRun,
    database: Database,
    objects: ObjectStore,
    listings: pl.LazyFrame,
    photos: pl.LazyFrame,
    scores: pl.LazyFrame,
) -> FlaggedRun:
    """The run's cases with frozen evidence, each in a group; decided ones stay decided.

    Raises `LostLease`.
    """
    flagged, below = parted(scores, run.config.thresholds)
    sample = sample_below(database, run, below)
    sampled = scores_of(_rows_of(scores, sample.listing_ids))
    shown = flagged | sampled
    seen = _rows_of(listings, shown)
    shown_photos = photos_of(_rows_of(photos, shown))
    found = {found.listing.listing_id: found for found in found_listings_of(seen)}
    cases = CaseFlagging(run, database, objects, found, shown_photos, sample).flag(shown)
    told = [item.listing for item in found.values()]
    settled = settle(database, run, scores, flagged, told)
    return FlaggedRun(cases, flagged, sampled, seen, shown_photos, settled)


def _rows_of(table: pl.LazyFrame, listing_ids: Collection[str]) -> pl.DataFrame:
    return table.filter(pl.col("listing_id").is_in(list(listing_ids))).collect()
