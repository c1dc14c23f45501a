"""Removes from Dagster what is past, or what is of a client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

import dagster as dg

from infringement_dagster.scans.partition_key import CLIENTS
from resources.postgres.database import Database
from resources.postgres.retention import dagster_store
from resources.postgres.retention.dagster_store import PastRun
from resources.postgres.retention.retention_store import Retention

RUNS_AT_ONCE = 200


def remove_past_runs(
    instance: dg.DagsterInstance,
    database: Database,
    retentions: Mapping[str, Retention],
    now: datetime,
) -> Counter[str]:
    """How many runs and event rows were removed.

    A run that holds the newest materialisation of a partition keeps its assets' events, so nothing
    that is current disappears from the UI.
    """
    days: dict[str | None, int] = {key: kept.dagster_runs_days for key, kept in retentions.items()}
    days[None] = Retention().dagster_runs_days  # runs of no client: housekeeping's own
    removed: Counter[str] = Counter(runs=0, pruned_runs=0, event_rows=0)
    for client_id, kept_days in days.items():
        before = now - timedelta(days=kept_days)
        while past := _past_runs(database, client_id, before):
            removed.update(_remove(instance, database, past))
    return removed


def _past_runs(database: Database, client_id: str | None, before: datetime) -> list[PastRun]:
    with database.dagster() as c:
        return dagster_store.past_runs(c, client_id, before, RUNS_AT_ONCE)


def _remove(instance: dg.DagsterInstance, database: Database, past: list[PastRun]) -> Counter[str]:
    pruned = [run.run_id for run in past if run.holds_newest]
    gone = [run.run_id for run in past if not run.holds_newest]
    for run_id in gone:
        delete_run(instance, run_id)
    with database.dagster() as c:
        event_rows = dagster_store.prune_events(c, pruned)
    return Counter(runs=len(gone), pruned_runs=len(pruned), event_rows=event_rows)


def delete_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """Guarantees that the run is gone with its events and what its steps printed.

    The row goes last: by it the run is found again by whoever goes on after a kill.
    """
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    instance.event_log_storage.delete_events(run_id)
    instance.delete_run(run_id)


def remove_client(instance: dg.DagsterInstance, database: Database, client_id: str) -> Counter[str]:
    """How many runs and other rows of the client were removed; nothing in Dagster names it then."""
    removed: Counter[str] = Counter(dagster_runs=0)
    while run_ids := _runs_of(database, client_id):
        for run_id in run_ids:
            delete_run(instance, run_id)
        removed["dagster_runs"] += len(run_ids)
    instance.delete_dynamic_partition(CLIENTS, client_id)
    with database.dagster() as c:
        removed["dagster_rows"] = sum(dagster_store.forget_client(c, client_id).values())
    return removed


def _runs_of(database: Database, client_id: str) -> list[str]:
    with database.dagster() as c:
        return dagster_store.runs_of_client(c, client_id, RUNS_AT_ONCE)
