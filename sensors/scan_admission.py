"""Starts Dagster runs for queued runs of scans.

A run asked for but not yet started is asked for again: Dagster knows its `run_key` and starts it
once, so a daemon killed between our commit and Dagster's loses nothing.
"""

import dagster as dg

from infringement_dagster.admission import plan_admissions
from infringement_dagster.jobs import scan_job
from infringement_dagster.partitions import client_partitions, partition_key
from infringement_dagster.tags import scan_run_tags
from resources.postgres import scan_store
from resources.postgres.database import Database
from resources.postgres.records import RunRow

# A tick has 60 s; Dagster creates about 20 runs a second.
ADMITTED_AT_ONCE = 50
LOOKED_AT = 1000


@dg.sensor(
    name="scan_admission",
    description="Admits queued runs of scans, the clients taking turns.",
    job=scan_job,
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def scan_admission_sensor(
    database: dg.ResourceParam[Database],
) -> dg.SensorResult | dg.SkipReason:
    """Requests a Dagster run for each admitted run."""
    with database.admission() as connection:
        waiting = scan_store.runs_to_start(connection, LOOKED_AT)
        admitted = plan_admissions(waiting, ADMITTED_AT_ONCE)
        for run in admitted:
            scan_store.admit_run(connection, run.client_id, run.scan_id, run.provider)
    if not admitted:
        return dg.SkipReason("no run is queued")
    clients = sorted({run.client_id for run in admitted})
    return dg.SensorResult(
        run_requests=[_run_request(run) for run in admitted],
        # One unknown partition key would fail the whole tick; adding a known one does nothing.
        dynamic_partitions_requests=[client_partitions.build_add_request(clients)],
    )


def _run_request(run: RunRow) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{run.scan_id}:{run.provider}:{run.attempt}",
        partition_key=partition_key(run.client_id, run.provider),
        tags=scan_run_tags(run.scan_id, run.client_id, run.provider),
    )
