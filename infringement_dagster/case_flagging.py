"""Opens a case for each listing that a person should look at, with evidence frozen first.

Belongs here: what is frozen and in which transaction the case appears. Not here: the rule
(`matching/cases.py`), the SQL (`resources/postgres/case_store.py`).

Evidence is written before the case, under keys made of its SHA-256, so a killed run leaves at
most objects without a case, never a case without its evidence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.frames import FoundListing, KeptPhoto, ListingPhoto
from infringement_dagster.matching.cases import should_flag
from infringement_dagster.matching.scoring import Score
from infringement_dagster.scan_runs import ScanRun
from resources.object_store import ObjectStore, sha256_hex
from resources.onboarding import image_key
from resources.postgres import case_store, run_store
from resources.postgres.database import Database
from resources.postgres.records import CaseFlag, EvidenceKind, EvidenceRow, FlaggedCase


@dataclass(frozen=True, slots=True)
class Frozen:
    """One frozen copy, before it belongs to a case."""

    kind: EvidenceKind
    object_key: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class CaseFlagging:
    """The flagged listings of one run."""

    run: ScanRun
    database: Database
    objects: ObjectStore
    listings: Mapping[str, FoundListing]
    photos: Mapping[str, Sequence[ListingPhoto]]

    def flag(self, scores: Mapping[str, Score]) -> list[FlaggedCase]:
        """The cases of the listings at or above the review threshold, new and known ones."""
        run = self.run
        flagged = {
            listing_id: score
            for listing_id, score in scores.items()
            if should_flag(score, run.config.thresholds)
        }
        page_keys = {self.listings[listing_id].page_key for listing_id in flagged}
        pages = {key: self._frozen_page(key) for key in page_keys}
        frozen = {listing_id: list(self._freeze(listing_id, pages)) for listing_id in flagged}
        flags = [
            CaseFlag(listing_id, score.probability, score.violation_type)
            for listing_id, score in flagged.items()
        ]
        with self.database.client(run.client_id) as connection:
            run_store.check_epoch(connection, run.client_id, run.scan_id, run.provider, run.epoch)
            cases = case_store.flag_cases(
                connection, run.client_id, run.scan_id, run.provider, run.config.version, flags
            )
            evidence = [
                row
                for case in cases
                for row in self._news(connection, case, frozen[case.listing_id])
            ]
            case_store.put_evidence(connection, run.client_id, evidence)
        return cases

    def _news(
        self, connection: Connection, case: FlaggedCase, frozen: Sequence[Frozen]
    ) -> list[EvidenceRow]:
        """All copies when the listing or a photo is not frozen yet; none when nothing changed.

        A page differs each time it is asked for, so it alone is no news.
        """
        known: set[str] = set()
        if not case.created:
            rows = case_store.evidence_of(connection, self.run.client_id, case.case_id)
            known = {row.sha256 for row in rows}
        telling = {copy.sha256 for copy in frozen if copy.kind != "page_facts"}
        return [] if telling <= known else list(self._rows(case.case_id, frozen))

    def _freeze(self, listing_id: str, pages: Mapping[str, Frozen]) -> Iterator[Frozen]:
        found = self.listings[listing_id]
        yield self._frozen_payload(found)
        yield pages[found.page_key]
        for place in self.photos.get(listing_id, ()):
            if isinstance(place.photo, KeptPhoto):
                key = image_key(self.run.client_id, place.photo.sha256)
                size_bytes = len(self.objects.get(key))
                yield Frozen("photo", key, place.photo.sha256, size_bytes)

    def _frozen_page(self, page_key: str) -> Frozen:
        content = self.objects.get(page_key)
        return Frozen("page_facts", page_key, sha256_hex(content), len(content))

    def _frozen_payload(self, found: FoundListing) -> Frozen:
        payload = asdict(found.listing)
        content = json.dumps(payload, default=str, ensure_ascii=False, sort_keys=True).encode()
        sha256 = sha256_hex(content)
        key = f"clients/{self.run.client_id}/evidence/{sha256[:2]}/{sha256}.json"
        self.objects.put_once(key, content)
        return Frozen("listing_payload", key, sha256, len(content))

    def _rows(self, case_id: UUID, frozen: Sequence[Frozen]) -> Iterator[EvidenceRow]:
        for copy in frozen:
            yield EvidenceRow(
                case_id=case_id,
                kind=copy.kind,
                object_key=copy.object_key,
                sha256=copy.sha256,
                size_bytes=copy.size_bytes,
                scan_id=self.run.scan_id,
                captured_at=datetime.now(UTC),
            )
