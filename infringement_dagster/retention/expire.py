"""Removes what clients keep no longer: months, rows, snapshots, exports, imported files.

Objects go before the rows that name them: killed in between, the next housekeeping finds the rows
again and finishes. Never removed are a partition's newest snapshots, evidence, and scores that a
case shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from resources.objects.keys import imported_prefix, pages_prefix
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.retention import retention_store
from resources.postgres.retention.retention_store import KeptRun, Retention, longest

MONTHS_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Months:
    """The partitions of large tables that were made ahead and those that were dropped."""

    made: tuple[str, ...]
    dropped: tuple[str, ...]


def read_retentions(database: Database) -> dict[str, Retention]:
    """How long each client's things are kept."""
    with database.admission() as c:
        return retention_store.retention_of_clients(c)


def turn_months(database: Database, now: datetime) -> Months:
    """The months made and dropped; one is dropped when nobody keeps anything of it."""
    kept = longest(read_retentions(database).values())
    with database.housekeeping() as c:
        made = retention_store.make_months(c, MONTHS_AHEAD)
    with database.housekeeping() as c:
        dropped = retention_store.drop_months(c, kept, now)
    return Months(tuple(made), tuple(dropped))


def remove_expired(
    database: Database, objects: ObjectStore, retentions: Mapping[str, Retention], now: datetime
) -> Counter[str]:
    """How many rows (by table) and objects were removed, over all clients."""
    removed: Counter[str] = Counter()
    for client_id, kept in retentions.items():
        before = now - timedelta(days=kept.snapshots_days)
        with database.housekeeping(client_id) as c:
            removed.update(retention_store.delete_expired(c, client_id, kept, now))
            runs = retention_store.runs_to_clear(c, client_id, before)
            exports = retention_store.past_exports(c, client_id, before)
            imports = retention_store.past_imports(c, client_id, before)
        for run in runs:
            removed.update(_clear(database, objects, client_id, run))
        removed.update(_clear_exports(database, objects, client_id, exports))
        removed.update(_clear_imports(database, objects, client_id, imports))
    return removed


def _clear_exports(
    database: Database, objects: ObjectStore, client_id: str, exports: Sequence[str]
) -> Mapping[str, int]:
    """Removes exported tables; the reports made of them stay."""
    objects.delete(exports)
    with database.housekeeping(client_id) as c:
        rows = retention_store.delete_exports(c, client_id, exports)
    return {"objects": len(exports), "exported_tables": rows}


def _clear_imports(
    database: Database, objects: ObjectStore, client_id: str, files: Sequence[str]
) -> Mapping[str, int]:
    """Removes imported files, by their digests; what scans have read of them stays."""
    keys = [key for sha256 in files for key in objects.keys(imported_prefix(client_id, sha256))]
    objects.delete(keys)
    with database.housekeeping(client_id) as c:
        rows = retention_store.delete_imports(c, client_id, files)
    return {"objects": len(keys), "listing_imports": rows}


def _clear(
    database: Database, objects: ObjectStore, client_id: str, run: KeptRun
) -> Mapping[str, int]:
    """Removes the snapshots of a run and the pages they were made of."""
    pages = objects.keys(pages_prefix(client_id, run.scan_id, run.provider))
    with database.housekeeping(client_id) as c:
        snapshots = retention_store.snapshot_keys(c, client_id, run)
        evidence = retention_store.kept_as_evidence(c, client_id, [*snapshots, *pages])
    expendable = [key for key in [*pages, *snapshots] if key not in evidence]
    objects.delete(expendable)
    with database.housekeeping(client_id) as c:
        rows = retention_store.delete_snapshots(c, client_id, expendable)
    return {"objects": len(expendable), "snapshots": rows}
