"""Starts the scans that clients' schedules ask for."""

from datetime import UTC, datetime

import dagster as dg

from infringement_dagster.scans.due_scans import start_due_scans
from resources.postgres.database import Database


@dg.sensor(
    name="client_schedules",
    description="Asks for the scans that are due by clients' schedules.",
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def client_schedules_sensor(
    context: dg.SensorEvaluationContext, database: dg.ResourceParam[Database]
) -> dg.SkipReason:
    """Asks for a scan of each client that is due; admission starts them like any other."""
    tended = start_due_scans(database, datetime.now(UTC))
    for problem in tended.problems:
        context.log.warning(problem)
    if not tended.started:
        return dg.SkipReason("no client's scan is due")
    return dg.SkipReason(f"asked for {len(tended.started)} scans")
