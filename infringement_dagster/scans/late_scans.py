"""Scheduled scans that have not succeeded in time, told to their clients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from infringement_dagster.domain.event import CheckFailed, new_event
from resources.postgres.database import Database
from resources.postgres.events.event_store import append_events
from resources.postgres.scans.late_query import DueRun, unfulfilled_runs

SCANNED_ON_TIME: Final = "scanned_on_time"
# A scan is given up after six hours, so by then it has succeeded or never will.
LATE_AFTER: Final = timedelta(hours=6)


def newly_late(database: Database, since: datetime, now: datetime) -> Sequence[DueRun]:
    """The parts of scheduled scans that became late after `since`; each client is told of its own.

    Looks that follow one another, each from the time of the one before, tell of each part once.
    """
    with database.admission() as c:
        late = unfulfilled_runs(c, since - LATE_AFTER, now - LATE_AFTER)
    for client_id, theirs in groupby(late, key=lambda run: run.client_id):
        told = [
            new_event(CheckFailed(run.provider, "flagged_cases", SCANNED_ON_TIME, why_late(run)))
            for run in theirs
        ]
        with database.client(client_id) as c:
            append_events(c, client_id, told)
    return late


def why_late(run: DueRun) -> str:
    """The fate of the scan, in words."""
    due = f"the scan of {run.client_id} at {run.provider} that was due {run.due_at:%Y-%m-%d %H:%M}"
    if run.state is None:
        return f"{due} UTC was never asked for: the sensor client_schedules must be on"
    reason = f": {run.reason}" if run.reason else ""
    return f"{due} UTC has not succeeded, its run is {run.state}{reason}"
