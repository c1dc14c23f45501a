"""Starts the scans that clients' schedules ask for.

Belongs here: one look at all schedules. Not here: when a scan is due (`schedule_times.py`).

A scan is asked for under a key made of its due time before the next time is kept, so a process
killed in between asks again and gets the same scan. Ticks missed while nothing ran are one scan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from infringement_dagster.matching.client import ClientConfig
from infringement_dagster.matching.errors import PermanentError
from infringement_dagster.schedule_times import next_due
from resources.client_config import read_client_config
from resources.postgres import client_store, scan_store, schedule_store
from resources.postgres.database import Database
from resources.postgres.records import ScanRow
from resources.postgres.schedule_store import ScheduleToTend


@dataclass(frozen=True, slots=True)
class Tended:
    """The scans that were started, and why a client's schedule could not be followed."""

    started: tuple[ScanRow, ...]
    problems: tuple[str, ...]


def start_due_scans(database: Database, now: datetime) -> Tended:
    """What was due at `now`; one client's bad config keeps nobody else's scan from starting."""
    started: list[ScanRow] = []
    problems: list[str] = []
    with database.admission() as c:
        to_tend = schedule_store.schedules_to_tend(c, now)
    for one in to_tend:
        next_due_at: datetime | None = None
        try:
            config = _config(database, one)
            next_due_at = next_due(config.schedule, one.client_id, now)
            if one.due_at is not None:
                started.append(_start(database, one.client_id, config, one.due_at))
        except PermanentError as error:
            problems.append(str(error))
        with database.admission() as c:
            schedule_store.keep_schedule(c, one.client_id, one.config_version, next_due_at)
    return Tended(tuple(started), tuple(problems))


def _config(database: Database, one: ScheduleToTend) -> ClientConfig:
    with database.client(one.client_id) as c:
        newest = client_store.load_config(c, one.client_id, one.config_version)
    return read_client_config(one.client_id, newest.version, newest.document)


def _start(database: Database, client_id: str, config: ClientConfig, due_at: datetime) -> ScanRow:
    with database.client(client_id) as c:
        return scan_store.request_scan(
            c,
            client_id,
            config.searches,
            trigger="schedule",
            requested_by="schedule",
            config_version=config.version,
            idempotency_key=f"schedule {due_at.isoformat()}",
        )
