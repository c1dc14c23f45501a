"""Erases a client: what it stored, in every place, so that a receipt without its name is left.

It may be killed anywhere and started again: each part deletes what is there, and the client's row
and the unfinished receipt go last. Evidence is written once and never deleted but here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from infringement_dagster.domain.errors import TransientError
from infringement_dagster.retention import dagster_history
from resources.objects.keys import client_prefix
from resources.objects.store import ObjectStore
from resources.postgres.clients import operator_store
from resources.postgres.database import Database
from resources.postgres.retention import erasure_store
from resources.postgres.retention.erasure_store import Erasure
from resources.postgres.scans import intervention_store
from resources.postgres.scans.intervention_store import ScanHasEnded

if TYPE_CHECKING:
    import dagster as dg

# A cancelled run ends within ten seconds; one that did not beat for a minute is dead.
STOP_SECONDS_MAX = 120.0
SILENT_SECONDS_MAX = 60.0
LOOK_SECONDS = 0.5
Report = Callable[[str], None]


class ScansStillRun(TransientError):
    """A run of the client did not stop in time."""


@dataclass(frozen=True, slots=True)
class ClientEraser:
    """Erases clients of one installation."""

    database: Database
    objects: ObjectStore
    instance: dg.DagsterInstance
    report: Report

    def erase(self, client_id: str) -> Erasure:
        """The receipt; nothing of the client is left. Raises UnknownClient and TransientError."""
        with self.database.identity() as c:
            operator_store.set_client_state(c, client_id, "suspended")
        with self.database.housekeeping(client_id) as c:
            erasure_id = erasure_store.begin_erasure(c, client_id).erasure_id
        self._stop_scans(client_id)
        self._erase_objects(client_id, erasure_id)
        self._erase_rows(client_id, erasure_id)
        self.report("removing its runs and partitions from Dagster")
        removed = dagster_history.remove_client(self.instance, self.database, client_id)
        self._count(client_id, erasure_id, removed)
        self._erase_objects(client_id, erasure_id)  # what a dying run might still have put there
        with self.database.housekeeping(client_id) as c:
            return erasure_store.finish_erasure(c, client_id, erasure_id)

    def _stop_scans(self, client_id: str) -> None:
        self.report("stopping its scans")
        with self.database.housekeeping(client_id) as c:
            scan_ids = erasure_store.unended_scans(c, client_id)
        for scan_id in scan_ids:
            self._cancel(client_id, scan_id)
        until = time.monotonic() + STOP_SECONDS_MAX
        while self._live_runs(client_id):
            if time.monotonic() > until:
                raise ScansStillRun(
                    f"client {client_id}: a run did not stop within {STOP_SECONDS_MAX:g} s; end "
                    "it in Dagster's UI, then run the erasure again"
                )
            time.sleep(LOOK_SECONDS)

    def _cancel(self, client_id: str, scan_id: UUID) -> None:
        try:
            with self.database.client(client_id) as c:
                intervention_store.cancel_scan(c, client_id, scan_id)
        except ScanHasEnded:
            return  # by itself, which is as good

    def _live_runs(self, client_id: str) -> int:
        with self.database.housekeeping(client_id) as c:
            return erasure_store.live_runs(c, client_id, SILENT_SECONDS_MAX)

    def _erase_objects(self, client_id: str, erasure_id: UUID) -> None:
        self.report("deleting its objects")
        keys = self.objects.keys(client_prefix(client_id))
        self.objects.delete(keys)
        self._count(client_id, erasure_id, {"objects": len(keys)})

    def _erase_rows(self, client_id: str, erasure_id: UUID) -> None:
        with self.database.housekeeping(client_id) as c:
            tables = erasure_store.tables_to_clear(c)
        for table in tables:
            self.report(f"deleting its rows of {table}")
            with self.database.housekeeping(client_id) as c:
                deleted = erasure_store.delete_rows(c, table)
                erasure_store.count_erased(c, erasure_id, {table: deleted})

    def _count(self, client_id: str, erasure_id: UUID, counts: Mapping[str, int]) -> None:
        with self.database.housekeeping(client_id) as c:
            erasure_store.count_erased(c, erasure_id, counts)
