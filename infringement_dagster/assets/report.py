"""A finished step as operators see it: counts, reasons, a preview, links, durations."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import dagster as dg

from infringement_dagster.assets.preview import PREVIEW_ROWS, markdown_table
from infringement_dagster.domain.counts import ItemCounts, ItemOutcome, count_items
from infringement_dagster.domain.event import CheckFailed, NewEvent, new_event
from infringement_dagster.scans.lease import ScanRun
from infringement_dagster.scans.progress import Progress
from resources.decoding.worker_process import cpu_seconds
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.scans import outcome_store
from resources.settings import PageLinks

if TYPE_CHECKING:
    import polars as pl

NOUNS = {
    "raw_listings": "listings",
    "image_hashes": "photos",
    "scores": "scores",
    "flagged_cases": "cases",
}


class StepReport:
    """The report of one step of one run; made when the step begins."""

    def __init__(self, run: ScanRun, asset: str) -> None:
        self._run = run
        self._asset = asset
        self.progress = Progress(run, asset)
        self._began = time.monotonic()
        self._began_cpu = cpu_seconds()

    def keep(
        self,
        database: Database,
        found: int,
        stored: int,
        not_stored: Sequence[ItemOutcome],
        *,
        beside: Mapping[str, object] | None = None,
        events: Sequence[NewEvent] = (),
        listings: int | None = None,
        flagged: int = 0,
    ) -> ItemCounts:
        """The step's counts, kept in the run's row with what was not stored and why.

        `beside` is kept with the counts, `events` are told in the same transaction, as is how many
        `listings` the run has found and how many of them are `flagged`.
        """
        run = self._run
        counts = count_items(found, stored, not_stored)
        with run.transaction(database) as connection:
            outcome_store.put_item_outcomes(
                connection, run.client_id, run.scan_id, run.provider, self._asset, not_stored
            )
            outcome_store.merge_counts(
                connection,
                run.client_id,
                run.scan_id,
                run.provider,
                run.epoch,
                self._asset,
                counts.as_document() | dict(beside or {}),
            )
            event = self.progress.event(found, found, found=listings, flagged=flagged)
            event_store.append_events(connection, run.client_id, [event, *events])
        return counts

    def checked(
        self, database: Database, results: Sequence[dg.AssetCheckResult]
    ) -> Sequence[dg.AssetCheckResult]:
        """The results; the client is told of those that failed for more than a warning."""
        run = self._run
        told = [
            CheckFailed(run.provider, self._asset, str(result.check_name), str(result.description))
            for result in results
            if not result.passed and result.severity == dg.AssetCheckSeverity.ERROR
        ]
        if told:
            with run.transaction(database) as c:
                events = [new_event(failed, run.scan_id) for failed in told]
                event_store.append_events(c, run.client_id, events)
        return results

    def metadata(
        self, counts: ItemCounts, preview: pl.DataFrame, pages: PageLinks
    ) -> dict[str, dg.MetadataValue]:
        """The step's metadata; `preview` gives the columns and first rows to show."""
        client_id, scan_id = self._run.client_id, self._run.scan_id
        page = pages.scan(client_id, scan_id)
        seconds = time.monotonic() - self._began
        rate = counts.found / seconds if seconds else 0.0
        return {
            "scan": dg.MetadataValue.url(page) if page else dg.MetadataValue.text(str(scan_id)),
            "found": dg.MetadataValue.int(counts.found),
            "stored": dg.MetadataValue.int(counts.stored),
            "skipped": dg.MetadataValue.int(counts.skipped),
            "failed": dg.MetadataValue.int(counts.failed),
            "reasons": dg.MetadataValue.json(dict(counts.reasons)),
            "cpu_seconds": dg.MetadataValue.float(round(cpu_seconds() - self._began_cpu, 3)),
            "duration_seconds": dg.MetadataValue.float(round(seconds, 3)),
            "items_per_second": dg.MetadataValue.float(round(rate, 1)),
            # Text, as the UI would draw a number over time.
            "config_version": dg.MetadataValue.text(str(self._run.config.version)),
            "preview": dg.MetadataValue.md(
                markdown_table(preview.head(PREVIEW_ROWS), client_id, pages)
            ),
        }


def step_line(asset: str, counts: ItemCounts, **beside: int) -> str:
    """The step in one line for people: `91 listings, 108 skipped, 125 credits`."""
    missed = {"skipped": counts.skipped, "failed": counts.failed}
    told = {name: number for name, number in missed.items() if number} | beside
    numbers = {NOUNS[asset]: counts.stored} | told
    return ", ".join(f"{number:,} {name}" for name, number in numbers.items())
