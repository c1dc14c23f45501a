"""Scores what a run has found: its listings with their photos, and words read in some of those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.photos.photo_texts import PhotoTexts
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.scans.progress import Progress
from infringement_dagster.scoring.score_run import RunScoring
from infringement_dagster.snapshots.photos import PhotoLookup
from infringement_dagster.snapshots.rows import RowLookup
from infringement_dagster.snapshots.spool import Spool
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import text_workers
from resources.descriptors.onnx_descriptor import OnnxDescriptor
from resources.fetching.allowed_hosts import PhotoAccess
from resources.objects.store import ObjectStore
from resources.postgres.database import Database


@dataclass(frozen=True, slots=True)
class ScoredRun:
    """The scores of a run, each stored already, and the photos that they were made with."""

    scores: Spool
    photos: PhotoLookup
    photos_compared: int  # of which no verdict was kept
    failed: Sequence[ItemOutcome]  # listings without a score, each with the reason
    flagged: int  # at or above the client's threshold
    photos_read: int  # for words
    photos_left_unread: int  # beyond what the client reads in one scan


def score_scanned(
    run: ScanRun,
    dagster_run_id: str,
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    descriptor: OnnxDescriptor | None,
    access: PhotoAccess,
    progress: Progress,
    listings: RowLookup,
    image_hashes: pl.LazyFrame,
) -> ScoredRun:
    """The run's scores by the config that the run is pinned to. Raises `LostLease`.

    Verdicts on its photos are kept for the next run.
    """
    photos = PhotoLookup(image_hashes)
    photos_max = run.config.text_in_photos.photos_at_most
    with BlockingDecoder(text_workers()) as reader:  # starts no worker where nothing is read
        texts = PhotoTexts(database, objects, reader, run.client_id, photos_max, access)
        scoring = RunScoring(
            run, database, objects, decoder, descriptor, progress, listings, photos, texts
        )
        scores = scoring.score_all()
    scoring.verdicts.keep(database, objects, run, dagster_run_id)
    return ScoredRun(
        scores,
        photos,
        scoring.verdicts.compared,
        scoring.failed,
        scoring.flagged,
        texts.read_count,
        texts.left_count,
    )
