"""Freezes a screenshot, or why there is none, as a link of its own in the chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from infringement_dagster.evidence.documents import sha256_hex
from infringement_dagster.evidence.manifest import EvidenceKind, FrozenFile, Manifest
from infringement_dagster.evidence.screenshot import (
    NotTaken,
    ScreenshotAsked,
    ScreenshotOutcome,
    ScreenshotTaken,
    screenshot_facts,
)
from infringement_dagster.flagging.freeze_evidence import Capture, FrozenObject
from infringement_dagster.flagging.keep_evidence import keep_evidence
from infringement_dagster.flagging.seal_chain import seal_chain
from resources.objects.keys import evidence_key, screenshot_key
from resources.objects.store import ObjectStore
from resources.postgres.cases import chain_store
from resources.postgres.database import Database

_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class ScreenshotFreezing:
    """The evidence of screenshots, written before any row names it."""

    database: Database
    objects: ObjectStore

    def freeze(
        self, asked: ScreenshotAsked, config_version: int, outcome: ScreenshotOutcome
    ) -> None:
        """Guarantees what came of it as evidence of the case, linked and sealed."""
        client_id = asked.client_id
        capture = self._capture(asked, config_version, outcome)
        with self.database.client(client_id) as c:
            end = chain_store.lock_chain(c, client_id)
            keep_evidence(c, client_id, asked.scan_id, end, {asked.case_id: capture})
        seal_chain(self.database, self.objects, client_id)

    def _capture(
        self, asked: ScreenshotAsked, config_version: int, outcome: ScreenshotOutcome
    ) -> Capture:
        captured_at = datetime.now(UTC)
        facts = self._put(asked, outcome.kind, screenshot_facts(asked, outcome))
        frozen = (
            [facts] if isinstance(outcome, NotTaken) else [self._screenshot(asked, outcome), facts]
        )
        manifest = Manifest(
            asked.client_id,
            asked.provider,
            asked.listing_id,
            asked.address,
            asked.scan_id,
            config_version,
            asked.software,
            captured_at,
            [copy.file for copy in frozen],
        )
        listed = self._put(asked, "manifest", manifest.content())
        capture = Capture((*frozen, listed), captured_at)
        for copy in capture.objects:
            self.objects.hold(copy.object_key)
        return capture

    def _screenshot(self, asked: ScreenshotAsked, taken: ScreenshotTaken) -> FrozenObject:
        key = screenshot_key(asked.client_id, taken.sha256)
        self.objects.put_once(key, taken.content)
        size_bytes = len(taken.content)
        return FrozenObject(
            FrozenFile("screenshot", taken.sha256, size_bytes, taken.media_type), key
        )

    def _put(self, asked: ScreenshotAsked, kind: EvidenceKind, content: bytes) -> FrozenObject:
        sha256 = sha256_hex(content)
        key = evidence_key(asked.client_id, sha256)
        self.objects.put_once(key, content)
        return FrozenObject(FrozenFile(kind, sha256, len(content), _JSON), key)
