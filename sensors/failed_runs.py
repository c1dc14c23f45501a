"""Tells of Dagster runs that nobody else ends: clients of early ones, operators of jobs."""

import dagster as dg

from infringement_dagster.assets.partitions import split_week_key
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.jobs import report_job
from infringement_dagster.reporting.alerts.operator_notes import note_failed_job
from infringement_dagster.scans import tags
from infringement_dagster.scans.failed_starts import tell_failed_start
from infringement_dagster.scans.lease import was_admitted
from infringement_dagster.scans.partition_key import split_partition_key
from resources.postgres.database import Database


@dg.run_failure_sensor(
    name="failed_runs",
    description="Sends run.finished for a run that failed before its scan, tells operators of "
    "failed jobs.",
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def failed_runs_sensor(
    context: dg.RunFailureSensorContext, database: dg.ResourceParam[Database]
) -> dg.SkipReason:
    """One event or alert for each such run; the others end with their scan, by `scan_watch`."""
    run = context.dagster_run
    partition = run.tags.get(tags.PARTITION)
    if was_admitted(run):
        return dg.SkipReason(f"run {run.run_id} is one that the queue tries again")
    try:
        if partition is None or run.job_name == report_job.name:
            client_id = None if partition is None else split_week_key(partition)[0]
            note_failed_job(database, run.job_name, run.run_id, _why(context), client_id)
            return dg.SkipReason(f"operators are told of run {run.run_id} of {run.job_name}")
        client_id, provider = split_partition_key(partition)
        tell_failed_start(database, client_id, provider, run.run_id, _why(context))
    except PermanentError as error:
        return dg.SkipReason(str(error))  # the client was erased meanwhile, or never existed
    return dg.SkipReason(f"{partition}: run {run.run_id} has failed")


def _why(context: dg.RunFailureSensorContext) -> str:
    for event in context.get_step_failure_events():
        failed = event.step_failure_data
        if failed.user_failure_data and failed.user_failure_data.description:
            return failed.user_failure_data.description
        if failed.error:
            return failed.error.message.strip()
    return context.failure_event.message or "Dagster gives no reason"
