"""Opens a case for each listing that a person should look at, with evidence frozen first.

Evidence is written before the case, so a killed run leaves at most objects without a case, never a
case without its evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from psycopg import Connection

from infringement_dagster.domain.case import CaseFlag, FlaggedCase, Sample
from infringement_dagster.domain.counts import read_counts
from infringement_dagster.domain.listing import FoundListing
from infringement_dagster.domain.photo import ListingPhoto
from infringement_dagster.domain.score import Score
from infringement_dagster.flagging.freeze_evidence import (
    Capture,
    EvidenceFreezing,
    Sighting,
    photos_named,
)
from infringement_dagster.flagging.keep_evidence import keep_evidence
from infringement_dagster.flagging.seal_chain import seal_chain
from infringement_dagster.scans.lease import ScanRun
from resources.objects.store import ObjectStore
from resources.postgres.cases import case_store, chain_store, evidence_store, relation_store
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.listings import photo_store
from resources.postgres.scans import run_store


@dataclass(frozen=True, slots=True)
class CaseFlagging:
    """The flagged listings of one run, and those drawn from the rest."""

    run: ScanRun
    database: Database
    objects: ObjectStore
    listings: Mapping[str, FoundListing]
    photos: Mapping[str, Sequence[ListingPhoto]]
    sample: Sample = field(default_factory=Sample)

    def flag(self, scores: Mapping[str, Score]) -> list[FlaggedCase]:
        """The cases of the listings that people should see, new and known ones.

        Those at or above the review threshold, and of the others those that were drawn.
        """
        run = self.run
        flagged = {
            listing_id: score
            for listing_id, score in scores.items()
            if self.sample.shows(listing_id, score, run.config.thresholds)
        }
        captures = self._captures(flagged)
        flags = [
            CaseFlag(
                listing_id,
                score.probability,
                score.violation_type,
                self.sample.chance_of(listing_id),
            )
            for listing_id, score in flagged.items()
        ]
        with run.transaction(self.database) as connection:
            end = chain_store.lock_chain(connection, run.client_id)
            cases = case_store.flag_cases(
                connection, run.client_id, run.scan_id, run.provider, run.config.version, flags
            )
            captured = {
                case.case_id: captures[case.listing_id]
                for case in cases
                if case.listing_id in captures
            }
            keep_evidence(connection, run.client_id, run.scan_id, end, captured)
            self._keep_relations(connection, cases)
        seal_chain(self.database, self.objects, run.client_id)
        return cases

    def _keep_relations(self, connection: Connection, cases: Iterable[FlaggedCase]) -> None:
        run = self.run
        held = run_store.get_run(connection, run.client_id, run.scan_id, run.provider)
        pages = read_counts(held.counts).get("raw_listings")
        events = relation_store.note_presence(
            connection,
            run.client_id,
            run.scan_id,
            run.provider,
            read_every_page=pages is not None and pages.found > 0 and pages.failed == 0,
        )
        events += relation_store.relate_cases(
            connection, run.client_id, run.scan_id, [case.case_id for case in cases]
        )
        event_store.append_events(connection, run.client_id, events)

    def _captures(self, flagged: Mapping[str, Score]) -> dict[str, Capture]:
        """Captures of the listings that say or show something not frozen yet."""
        client_id = self.run.client_id
        with self.database.client(client_id) as connection:
            known = evidence_store.known_evidence(connection, client_id, self.run.provider, flagged)
            named = [
                photos_named(self.photos.get(listing_id, ()), score)
                for listing_id, score in flagged.items()
            ]
            photos = photo_store.photo_rows_of(connection, client_id, set().union(*named))
        seen = Sighting(client_id, self.run.scan_id, self.run.config.version)
        freezing = EvidenceFreezing(
            seen, self.objects, self.listings, self.photos, photos, self.sample
        )
        return {
            listing_id: freezing.freeze(listing_id, score)
            for listing_id, score in flagged.items()
            if listing_id not in known
            or not known[listing_id].is_linked
            or freezing.is_news(listing_id, score, known[listing_id].sha256s)
        }
