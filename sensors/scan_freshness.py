"""Tells where clients' scheduled scans are missing, as a failed check of the partition.

Dagster's own freshness policies look at an asset as a whole: with hundreds of clients it is always
fresh, as somebody's scan has just ended.
"""

from datetime import UTC, datetime, timedelta

import dagster as dg

from infringement_dagster.assets.checks import late_evaluation
from infringement_dagster.scans.late_scans import newly_late
from resources.postgres.database import Database

_FIRST_LOOK_BACK = timedelta(days=1)


@dg.sensor(
    name="scan_freshness",
    description="Fails the check scanned_on_time where a scheduled scan is six hours late.",
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def scan_freshness_sensor(
    context: dg.SensorEvaluationContext, database: dg.ResourceParam[Database]
) -> dg.SensorResult:
    """Looks at what became late since the last look, whose time is the cursor."""
    now = datetime.now(UTC)
    since = datetime.fromisoformat(context.cursor) if context.cursor else now - _FIRST_LOOK_BACK
    late = newly_late(database, since, now)
    return dg.SensorResult(
        cursor=now.isoformat(),
        asset_events=[late_evaluation(run) for run in late],
        skip_reason=f"{len(late)} scheduled scans became late",
    )
