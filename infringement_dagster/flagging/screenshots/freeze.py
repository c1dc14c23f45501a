"""Freezes a screenshot, or why there is none, as a link of its own in the chain."""

from __future__ import annotations

from dataclasses import dataclass

from infringement_dagster.evidence.manifest import CaseListing
from infringement_dagster.evidence.screenshot import (
    NotTaken,
    ScreenshotAsked,
    ScreenshotOutcome,
    ScreenshotTaken,
    screenshot_facts,
)
from infringement_dagster.flagging.freeze_beside import captured_beside
from infringement_dagster.flagging.freeze_evidence import (
    Capture,
    FrozenObject,
    frozen_file,
    frozen_json,
)
from infringement_dagster.flagging.keep_evidence import keep_evidence
from infringement_dagster.flagging.seal_chain import seal_chain
from resources.objects.keys import screenshot_key
from resources.objects.store import ObjectStore
from resources.postgres.cases import chain_store
from resources.postgres.database import Database


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
        listing = CaseListing(
            asked.client_id,
            asked.provider,
            asked.listing_id,
            asked.address,
            asked.scan_id,
            config_version,
            asked.software,
        )
        document = screenshot_facts(asked, outcome)
        facts = frozen_json(self.objects, asked.client_id, outcome.kind, document)
        frozen = (
            [facts] if isinstance(outcome, NotTaken) else [self._screenshot(asked, outcome), facts]
        )
        return captured_beside(self.objects, listing, frozen)

    def _screenshot(self, asked: ScreenshotAsked, taken: ScreenshotTaken) -> FrozenObject:
        key = screenshot_key(asked.client_id, taken.sha256)
        return frozen_file(self.objects, "screenshot", key, taken.content, taken.media_type)
