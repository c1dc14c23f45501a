"""Dagster's word on the runs that have not ended, and stopping them there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import dagster as dg

from infringement_dagster.assets.failures import is_outage
from infringement_dagster.domain.reconciliation import STOP_SECONDS, DagsterState
from infringement_dagster.scans import tags
from resources.postgres.scans.lease_store import UnendedRun

_WAITING = frozenset(
    {
        dg.DagsterRunStatus.QUEUED,
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.MANAGED,
    }
)
_ENDED: Final[Mapping[dg.DagsterRunStatus, DagsterState]] = {
    dg.DagsterRunStatus.SUCCESS: "succeeded",
    dg.DagsterRunStatus.CANCELED: "canceled",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """The Dagster run behind one of our runs; `changed_seconds` is how long ago its row changed."""

    state: DagsterState
    run: dg.DagsterRun | None = None
    changed_seconds: float = 0.0


def look_up(instance: dg.DagsterInstance, runs: Sequence[UnendedRun]) -> Mapping[UnendedRun, Seen]:
    """Dagster's word on each run; two queries, and one for each that has a failed step."""
    held = [run.dagster_run_id for run in runs if run.dagster_run_id is not None]
    keys = [_key(run) for run in runs if run.dagster_run_id is None]
    # An empty list in a filter would be an error, and no filter would be every run there is.
    by_id = instance.get_run_records(dg.RunsFilter(run_ids=held)) if held else []
    by_key = instance.get_run_records(dg.RunsFilter(tags={tags.RUN_KEY: keys})) if keys else []
    seen_by_id = {record.dagster_run.run_id: record for record in by_id}
    seen_by_key = {record.dagster_run.tags[tags.RUN_KEY]: record for record in by_key}
    records = {
        run: seen_by_id.get(run.dagster_run_id)
        if run.dagster_run_id
        else seen_by_key.get(_key(run))
        for run in runs
    }
    return {run: _seen(instance, record) for run, record in records.items()}


def stop(instance: dg.DagsterInstance, seen: Seen) -> None:
    """Asks the Dagster run to stop, once; one that does not obey is marked as cancelled."""
    if seen.run is None or seen.run.is_finished:
        return
    if seen.run.status != dg.DagsterRunStatus.CANCELING:
        instance.run_coordinator.cancel_run(seen.run.run_id)
    elif seen.changed_seconds > STOP_SECONDS:
        instance.report_run_canceled(seen.run, "did not stop when asked")


def close(instance: dg.DagsterInstance, seen: Seen, reason: str) -> None:
    """Guarantees that Dagster does not show a dead run as running."""
    if seen.run is not None and not seen.run.is_finished:
        instance.report_run_failed(seen.run, reason)


def _key(run: UnendedRun) -> str:
    return tags.run_key(run.scan_id, run.provider, run.attempt)


def _seen(instance: dg.DagsterInstance, record: dg.RunRecord | None) -> Seen:
    if record is None:
        return Seen("absent")
    run = record.dagster_run
    changed = record.update_timestamp
    changed = changed if changed.tzinfo else changed.replace(tzinfo=UTC)
    return Seen(_state(instance, run), run, (datetime.now(UTC) - changed).total_seconds())


def _state(instance: dg.DagsterInstance, run: dg.DagsterRun) -> DagsterState:
    if run.status in _WAITING:
        return "waiting"
    if run.status == dg.DagsterRunStatus.FAILURE:
        if run.tags.get(tags.FAILURE_REASON) != "STEP_FAILURE":
            return "crashed"
        return "interrupted" if _only_outages(instance, run) else "failed"
    return _ENDED.get(run.status, "started")


def _only_outages(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    failures = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    errors = [
        entry.dagster_event.step_failure_data.error
        for entry in failures
        if entry.dagster_event is not None
    ]
    return bool(errors) and all(map(is_outage, errors))
