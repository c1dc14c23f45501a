"""Starts Dagster runs for queued runs of scans.

A run admitted but not started is asked for again: Dagster knows its `run_key` and starts it once,
so a daemon killed between our commit and Dagster's loses nothing.
"""

import time
from collections.abc import Sequence

import dagster as dg

from infringement_dagster.assets.partitions import client_partitions, partition_key
from infringement_dagster.jobs import scan_job
from infringement_dagster.scans.admit_runs import QueuePass, pass_over_queue
from infringement_dagster.scans.lease import remaining_assets
from infringement_dagster.scans.tags import run_key, scan_run_tags
from resources.postgres.database import Database
from resources.postgres.events.wakeups import Wait, listening
from resources.postgres.scans import admission_store, run_store
from resources.postgres.scans.records import RunRow
from resources.postgres.scans.scan_store import QUEUE_CHANNEL
from resources.providers.registry import installed

# A tick stays so long for work to arrive, as waiting costs nothing and ticks cost 50 ms of CPU.
TICK_SECONDS = 4.0
_PAUSE_SECONDS = 0.1  # between two looks, so that a storm of wake-ups is one look
ASKED_AGAIN_AFTER_SECONDS = 15.0


@dg.sensor(
    name="scan_admission",
    description="Admits queued runs of scans, fairly over clients and inside all limits.",
    job=scan_job,
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def scan_admission_sensor(
    database: dg.ResourceParam[Database],
) -> dg.SensorResult | dg.SkipReason:
    """Requests a Dagster run for each admitted run."""
    with listening(database, QUEUE_CHANNEL) as wait:
        passed, to_start = _first_admissions(database, wait)
    if not to_start:
        return dg.SkipReason(_why_none(passed))
    clients = sorted({run.client_id for run in to_start})
    return dg.SensorResult(
        run_requests=[_run_request(run, remaining_assets(database, run)) for run in to_start],
        # One unknown partition key would fail the whole tick; adding a known one does nothing.
        dynamic_partitions_requests=[client_partitions.build_add_request(clients)],
    )


def _first_admissions(database: Database, wait: Wait) -> tuple[QueuePass, list[RunRow]]:
    until = time.monotonic() + TICK_SECONDS
    while True:
        passed, to_start = _look(database)
        left_seconds = until - time.monotonic()
        if to_start or left_seconds <= 0:
            return passed, to_start
        if wait(left_seconds):
            time.sleep(_PAUSE_SECONDS)


def _look(database: Database) -> tuple[QueuePass, list[RunRow]]:
    with database.admission() as c:
        forgotten = admission_store.forgotten_admissions(c, ASKED_AGAIN_AFTER_SECONDS)
        passed = pass_over_queue(c)
        admitted = [
            run_store.get_run(c, run.client_id, run.scan_id, run.provider)
            for run in passed.admitted
        ]
    # One that names no partition would fail the whole tick; the watch ends it.
    known = [run for run in forgotten if run.provider in installed()]
    return passed, known + admitted


def _why_none(passed: QueuePass) -> str:
    if not passed.waiting:
        return "no run is queued"
    reasons = ", ".join(f"{number} for {why}" for why, number in sorted(passed.waiting.items()))
    return f"{sum(passed.waiting.values())} runs wait: {reasons}"


def _run_request(run: RunRow, assets: Sequence[str]) -> dg.RunRequest:
    return dg.RunRequest(
        asset_selection=[dg.AssetKey(asset) for asset in assets],
        run_key=run_key(run.scan_id, run.provider, run.attempt),
        partition_key=partition_key(run.client_id, run.provider),
        tags=scan_run_tags(run.scan_id, run.client_id, run.provider),
    )
