"""Scores all listings of one run, portion by portion, each kept as soon as it is scored."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from infringement_dagster.domain.case import should_flag
from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.score import Score
from infringement_dagster.matching.scan_context import ScanContext
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.photos.features import KeptFeatures
from infringement_dagster.photos.key_points import KeyPoints
from infringement_dagster.photos.photo_texts import PhotoTexts
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.scans.poison_items import PoisonItems, set_aside
from infringement_dagster.scans.progress import Progress
from infringement_dagster.scoring.run_context import context_of_run
from infringement_dagster.scoring.run_verdicts import RunVerdicts
from infringement_dagster.snapshots.listings import listings_of
from infringement_dagster.snapshots.photos import PhotoLookup
from infringement_dagster.snapshots.rows import RowLookup
from infringement_dagster.snapshots.scores import scores_frame
from infringement_dagster.snapshots.spool import Spool
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import OnnxDescriptor
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.listings import score_store

SCORED_AT_ONCE = 200  # the corner points of a photo take 45 kB, a score with its signals 4


@dataclass(slots=True)
class RunScoring:
    """The listings of one run with their photos, scored against their client's references."""

    run: ScanRun
    database: Database
    objects: ObjectStore
    decoder: BlockingDecoder
    descriptor: OnnxDescriptor | None
    progress: Progress
    listings: RowLookup
    photos: PhotoLookup
    texts: PhotoTexts
    failed: list[ItemOutcome] = field(default_factory=list)
    flagged: int = 0
    verdicts: RunVerdicts = field(init=False)
    _scorer: Scorer = field(init=False)
    _features: KeptFeatures = field(init=False)
    _key_points: KeyPoints = field(init=False)

    def __post_init__(self) -> None:
        client_id = self.run.client_id
        self._key_points = KeyPoints(self.objects, self.decoder, client_id)
        self._features = KeptFeatures(
            self.database,
            self.objects,
            self.decoder,
            client_id,
            self.run.config.further_hashes,
            self.descriptor,
        )
        self._scorer = Scorer(self.run.config, self._features.references())
        self.verdicts = RunVerdicts.of_run(self.database, self.objects, self.run, self._scorer)

    def score_all(self) -> Spool:
        """The scores of all listings; those without one are in `failed` with the reason."""
        scan = context_of_run(
            self.database,
            self.run,
            self._scorer.reader,
            self.listings,
            self.photos,
        )
        items = PoisonItems(self.database, self.run, "scores")
        quarantine = items.quarantine(self.listings.ids)
        self.failed += set_aside(quarantine)
        spool = Spool(scores_frame({}, self.run.config.version))
        done = len(self.failed)
        for listing_ids in items.portions(quarantine, SCORED_AT_ONCE):
            done += len(listing_ids)
            spool.add(scores_frame(self._score(listing_ids, scan, done), self.run.config.version))
        return spool

    def _score(
        self, listing_ids: Collection[str], scan: ScanContext, done: int
    ) -> Mapping[str, Score]:
        some = self.listings.of(listing_ids)
        shown = self._features.of_photos(self.photos.of(listing_ids))
        listings = list(listings_of(some))
        scored, missed = self.verdicts.scored(
            self._scorer, self._key_points, scan, listings, shown, self.texts
        )
        self.failed += missed
        self.flagged += sum(
            should_flag(score, self.run.config.thresholds) for score in scored.values()
        )
        self._keep(scored, done)
        return scored

    def _keep(self, scored: Mapping[str, Score], done: int) -> None:
        run, height = self.run, self.listings.height
        events = self.progress.events(done, height, found=height, flagged=self.flagged)
        with run.transaction(self.database) as connection:
            score_store.put_scores(
                connection, run.client_id, run.scan_id, run.provider, run.config.version, scored
            )
            event_store.append_events(connection, run.client_id, events)
