"""Everything Dagster loads: the composition root, the only place where adapters meet assets."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import dagster as dg

from infringement_dagster.assets.expected_credits import expected_credits
from infringement_dagster.assets.io_manager import snapshot_io_manager
from infringement_dagster.jobs import (
    HOUSEKEEPING_ASSETS,
    REPORT_ASSETS,
    SCAN_ASSETS,
    before_a_backfill_job,
    housekeeping_job,
    housekeeping_schedule,
    report_job,
    scan_job,
)
from resources.bindings import (
    database_resource,
    descriptor_resource,
    links_resource,
    objects_resource,
    photos_resource,
    vendors_resource,
)
from sensors.client_partitions import client_partitions_sensor
from sensors.client_reports import client_reports_schedule
from sensors.client_schedules import client_schedules_sensor
from sensors.failed_runs import failed_runs_sensor
from sensors.scan_admission import scan_admission_sensor
from sensors.scan_freshness import scan_freshness_sensor
from sensors.scan_watch import scan_watch_sensor


@dg.definitions
def definitions() -> dg.Definitions:
    """The assets, the jobs, the sensors and the adapters they run on."""
    return dg.Definitions(
        assets=_with_sources(
            [*SCAN_ASSETS, expected_credits, *REPORT_ASSETS, *HOUSEKEEPING_ASSETS]
        ),
        jobs=[scan_job, before_a_backfill_job, report_job, housekeeping_job],
        schedules=[housekeeping_schedule, client_reports_schedule],
        sensors=[
            client_partitions_sensor,
            client_schedules_sensor,
            failed_runs_sensor,
            scan_admission_sensor,
            scan_freshness_sensor,
            scan_watch_sensor,
        ],
        resources={
            "database": database_resource,
            "objects": objects_resource,
            "links": links_resource,
            "vendors": vendors_resource,
            "photo_access": photos_resource,
            "descriptor": descriptor_resource,
            "snapshots": snapshot_io_manager,
        },
        # Otherwise the UI's "Materialize" and backfills use one process a step: 33 CPU seconds
        # a run against 8.
        executor=dg.in_process_executor,
    )


def _with_sources(assets: Sequence[dg.AssetsDefinition]) -> Sequence[dg.AssetsDefinition]:
    """The same, each with the file and line where its code begins."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        found = dg.with_source_code_references(assets)
    return [asset for asset in found if isinstance(asset, dg.AssetsDefinition)]
