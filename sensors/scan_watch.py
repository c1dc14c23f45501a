"""Brings the end of Dagster runs to the runs of scans, and asks Dagster to stop what is cancelled.

A step cannot report its own death, and a person may stop, delete or re-execute a run in Dagster's
UI. So nothing but this sensor ends a run: it compares what has not ended with what Dagster knows.
"""

import time
from collections import Counter

import dagster as dg

from infringement_dagster.domain.counts import end_state, why_failed
from infringement_dagster.domain.errors import InfringementError
from infringement_dagster.domain.reconciliation import (
    Action,
    End,
    LeaveAlone,
    Requeue,
    Watched,
    reconcile,
)
from resources.postgres.database import Database
from resources.postgres.events.wakeups import listening
from resources.postgres.scans import lease_store, run_store
from resources.postgres.scans.lease_store import UnendedRun
from resources.postgres.scans.scan_store import QUEUE_CHANNEL
from resources.providers.registry import installed
from sensors import dagster_runs
from sensors.dagster_runs import Seen

# A look costs 5 ms, a tick 50 ms of CPU: many looks a tick.
TICK_SECONDS = 4.0
LOOK_SECONDS = 1.0
PAUSE_SECONDS = 0.1  # a storm of wake-ups is one look
LOOKED_AT = 1000


@dg.sensor(
    name="scan_watch",
    description="Ends runs of scans with their Dagster runs; stops those that are cancelled.",
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def scan_watch_sensor(
    context: dg.SensorEvaluationContext, database: dg.ResourceParam[Database]
) -> dg.SkipReason:
    """Looks once a second, and at once when something was cancelled, until the tick is over."""
    done: Counter[str] = Counter()
    until = time.monotonic() + TICK_SECONDS
    with listening(database, QUEUE_CHANNEL) as wait:
        while time.monotonic() < until:
            done.update(watch_once(context.instance, database))
            if wait(LOOK_SECONDS):
                time.sleep(PAUSE_SECONDS)
    actions = ", ".join(f"{number} {what}" for what, number in sorted(done.items()))
    return dg.SkipReason(actions or "every run is as Dagster shows it")


def watch_once(instance: dg.DagsterInstance, database: Database) -> Counter[str]:
    """The deeds of one look, by kind; one run that cannot be handled stops no other."""
    with database.admission() as c:
        runs = lease_store.unended_runs(c, LOOKED_AT, installed().names)
    done: Counter[str] = Counter()
    for run, seen in dagster_runs.look_up(instance, runs).items():
        action = reconcile(
            Watched(
                run.state,
                run.crashes,
                seen.state,
                run.silent_seconds,
                run.cancel_requested,
                run.overdue,
                run.holds_items,
                run.provider_gone,
            )
        )
        if not isinstance(action, LeaveAlone):
            done[_carried_out(instance, database, run, seen, action)] += 1
    return done


def _carried_out(
    instance: dg.DagsterInstance, database: Database, run: UnendedRun, seen: Seen, action: Action
) -> str:
    try:
        if isinstance(action, End):
            return f"ended as {_end(instance, database, run, seen, action)}"
        if isinstance(action, Requeue):
            _requeue(database, run, action)
            dagster_runs.close(instance, seen, action.reason)
            return "requeued"
        dagster_runs.stop(instance, seen)
    except InfringementError as error:
        return f"left alone ({type(error).__name__})"  # it changed meanwhile; the next look sees it
    return "asked to stop"


def _end(
    instance: dg.DagsterInstance, database: Database, run: UnendedRun, seen: Seen, end: End
) -> str:
    with database.client(run.client_id) as c:
        held = run_store.get_run(c, run.client_id, run.scan_id, run.provider)
        state = end.state or end_state(held.counts)
        run_store.finish_run(
            c,
            run.client_id,
            run.scan_id,
            run.provider,
            run.epoch,
            state,
            counts={},
            error=_error(end, seen) or (why_failed(held.counts) if end.state is None else None),
        )
    dagster_runs.close(instance, seen, end.reason or "ended")
    return state


def _error(end: End, seen: Seen) -> str | None:
    if end.reason is None or seen.run is None:
        return end.reason
    return f"{end.reason} (Dagster run {seen.run.run_id})"


def _requeue(database: Database, run: UnendedRun, action: Requeue) -> None:
    with database.client(run.client_id) as c:
        run_store.requeue_run(
            c,
            run.client_id,
            run.scan_id,
            run.provider,
            run.epoch,
            action.reason,
            cause=action.cause,
            pause_seconds=action.pause_seconds,
        )
