"""Brings the end of Dagster runs to the runs of scans.

A run that flags its cases ends itself. These sensors end the others: failed, cancelled, or
finished without that step (an operator may materialise a single asset).
"""

import dagster as dg

from infringement_dagster.run_outcome import end_state
from infringement_dagster.scan_runs import run_of_dagster_run
from resources.postgres import run_store
from resources.postgres.database import Database
from resources.postgres.records import EndState

UNENDED = frozenset({"queued", "admitted", "running"})
_EVERY_SECONDS = 3


@dg.run_status_sensor(
    name="run_succeeded",
    run_status=dg.DagsterRunStatus.SUCCESS,
    minimum_interval_seconds=_EVERY_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Ends runs of scans that Dagster finished without flagging.",
)
def run_succeeded(
    context: dg.RunStatusSensorContext, database: dg.ResourceParam[Database]
) -> dg.SkipReason:
    """Ends the run by what its steps counted."""
    return _end(database, context.dagster_run, None, None)


@dg.run_status_sensor(
    name="run_failed",
    run_status=dg.DagsterRunStatus.FAILURE,
    minimum_interval_seconds=_EVERY_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Ends runs of scans whose Dagster run failed or whose process died.",
)
def run_failed(
    context: dg.RunStatusSensorContext, database: dg.ResourceParam[Database]
) -> dg.SkipReason:
    """Ends the run as failed, with Dagster's message."""
    message = context.dagster_event.message or "the Dagster run failed"
    return _end(database, context.dagster_run, "failed", message)


@dg.run_status_sensor(
    name="run_cancelled",
    run_status=dg.DagsterRunStatus.CANCELED,
    minimum_interval_seconds=_EVERY_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Ends runs of scans that were cancelled in Dagster.",
)
def run_cancelled(
    context: dg.RunStatusSensorContext, database: dg.ResourceParam[Database]
) -> dg.SkipReason:
    """Ends the run as cancelled; what it stored stays."""
    return _end(database, context.dagster_run, "cancelled", "cancelled in Dagster")


run_outcome_sensors = [run_succeeded, run_failed, run_cancelled]


def _end(
    database: Database, dagster_run: dg.DagsterRun, state: EndState | None, error: str | None
) -> dg.SkipReason:
    found = run_of_dagster_run(database, dagster_run)
    if found is None:
        return dg.SkipReason(f"Dagster run {dagster_run.run_id} works for no scan")
    if found.state not in UNENDED:
        return dg.SkipReason(f"the run had already ended as {found.state}")
    ended = state or end_state(found.counts)
    with database.client(found.client_id) as connection:
        run_store.finish_run(
            connection,
            found.client_id,
            found.scan_id,
            found.provider,
            found.epoch,
            ended,
            counts={},
            error=error,
        )
    return dg.SkipReason(f"ended {found.provider} of scan {found.scan_id} as {ended}")
