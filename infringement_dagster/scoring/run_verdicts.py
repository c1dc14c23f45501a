"""Verdicts on the photos of one run: those kept before, and those that the next run will read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.score import Score
from infringement_dagster.matching.photos.known_verdicts import KnownVerdicts
from infringement_dagster.matching.scan_context import ScanContext
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.photos.features import PhotoFeatures
from infringement_dagster.photos.key_points import KeyPoints
from infringement_dagster.photos.photo_texts import PhotoTexts
from infringement_dagster.scans.keep_frame import keep_frame
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.scoring.score_listings import score_listings
from infringement_dagster.snapshots.verdicts import (
    VERDICTS,
    VerdictLookup,
    VerdictSpool,
    newest_verdicts,
    verdicts_of_history,
)
from resources.objects.store import ObjectStore
from resources.postgres.database import Database


@dataclass(slots=True)
class RunVerdicts:
    """Scores listings of a run and compares no photo of which a verdict is kept."""

    kept: VerdictLookup
    all: VerdictSpool = field(default_factory=VerdictSpool)
    compared: int = 0  # photos of which none was kept

    @staticmethod
    def of_run(
        database: Database, objects: ObjectStore, run: ScanRun, scorer: Scorer
    ) -> RunVerdicts:
        """With those of the last run, or of all where listings of many runs are scored again."""
        tools = (database, objects, run.client_id, run.provider)
        if run.trigger == "rescore":
            return RunVerdicts(verdicts_of_history(*tools, scorer.references_digest))
        return RunVerdicts(newest_verdicts(*tools))

    def scored(
        self,
        scorer: Scorer,
        key_points: KeyPoints,
        scan: ScanContext,
        listings: Sequence[Listing],
        shown: PhotoFeatures,
        texts: PhotoTexts,
    ) -> tuple[dict[str, Score], list[ItemOutcome]]:
        """The scores by listing id, and the listings that could not be scored."""
        known = KnownVerdicts(self.kept.documents)
        found = score_listings(
            scorer,
            key_points,
            scan,
            listings,
            shown.photos,
            shown.points,
            shown.descriptors,
            texts,
            known,
        )
        self.all.add(known.documents())
        self.compared += known.made_count
        return found

    def keep(
        self, database: Database, objects: ObjectStore, run: ScanRun, dagster_run_id: str
    ) -> None:
        """Guarantees that the next run finds all that were asked for; raises `LostLease`."""
        made_by = (run.client_id, run.provider, dagster_run_id)
        keep_frame(database, objects, *made_by, VERDICTS, self.all.unpacked())
