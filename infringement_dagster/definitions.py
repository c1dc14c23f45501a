"""Everything Dagster loads: the composition root, the only place where adapters meet assets."""

from __future__ import annotations

import dagster as dg

from infringement_dagster.assets.io_manager import snapshot_io_manager
from infringement_dagster.jobs import (
    HOUSEKEEPING_ASSETS,
    REPORT_ASSETS,
    SCAN_ASSETS,
    housekeeping_job,
    housekeeping_schedule,
    report_job,
    scan_job,
)
from resources.bindings import (
    database_resource,
    descriptor_resource,
    objects_resource,
    photos_resource,
    vendor_resource,
)
from sensors.client_partitions import client_partitions_sensor
from sensors.client_reports import client_reports_schedule
from sensors.client_schedules import client_schedules_sensor
from sensors.scan_admission import scan_admission_sensor
from sensors.scan_watch import scan_watch_sensor


@dg.definitions
def definitions() -> dg.Definitions:
    """The assets, the jobs, the sensors and the adapters they run on."""
    return dg.Definitions(
        assets=[*SCAN_ASSETS, *REPORT_ASSETS, *HOUSEKEEPING_ASSETS],
        jobs=[scan_job, report_job, housekeeping_job],
        schedules=[housekeeping_schedule, client_reports_schedule],
        sensors=[
            client_partitions_sensor,
            client_schedules_sensor,
            scan_admission_sensor,
            scan_watch_sensor,
        ],
        resources={
            "database": database_resource,
            "objects": objects_resource,
            "vendor": vendor_resource,
            "photo_access": photos_resource,
            "descriptor": descriptor_resource,
            "snapshots": snapshot_io_manager,
        },
        # Otherwise the UI's "Materialize" and backfills use one process a step: 33 CPU seconds
        # a run against 8.
        executor=dg.in_process_executor,
    )
