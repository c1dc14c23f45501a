"""Starts the scans that clients' schedules ask for.

A scan is asked for under a key made of its due time before the next time is kept, so a process
killed in between asks again and gets the same scan. Ticks missed while nothing ran are one scan.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.client import ClientConfig, Schedule
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.scans.request import request_scan
from resources.postgres.clients import schedule_store
from resources.postgres.database import Database
from resources.postgres.scans.records import ScanRow


@dataclass(frozen=True, slots=True)
class Tended:
    """The scans that were started, and why a client's schedule could not be followed."""

    started: tuple[ScanRow, ...]
    problems: tuple[str, ...]


def start_due_scans(database: Database, now: datetime) -> Tended:
    """The scans due at `now`; one client's bad config keeps nobody else's from starting."""
    started: list[ScanRow] = []
    problems: list[str] = []
    with database.admission() as c:
        to_tend = schedule_store.schedules_to_tend(c, now)
    for tended in to_tend:
        next_due_at: datetime | None = None
        try:
            with database.client(tended.client_id) as c:
                config = load_client_config(c, tended.client_id, tended.config_version)
            next_due_at = next_due(config.schedule, tended.client_id, now)
            if tended.due_at is not None:
                started.append(_start(database, tended.client_id, config, tended.due_at))
        except PermanentError as error:
            problems.append(str(error))
        with database.admission() as c:
            schedule_store.keep_schedule(c, tended.client_id, tended.config_version, next_due_at)
    return Tended(tuple(started), tuple(problems))


def _start(database: Database, client_id: str, config: ClientConfig, due_at: datetime) -> ScanRow:
    with database.client(client_id) as c:
        return request_scan(
            c,
            client_id,
            trigger="schedule",
            requested_by="schedule",
            config_version=config.version,
            idempotency_key=f"schedule {due_at.isoformat()}",
        )


class BadCron(PermanentError):
    """The expression names no time that exists."""


def next_due(schedule: Schedule, client_id: str, after: datetime) -> datetime | None:
    """The first due time later than `after`, jitter included; None when scans start by hand only.

    Raises BadCron.
    """
    if schedule.cron is None:
        return None
    jitter_max = timedelta(minutes=schedule.jitter_minutes)
    since = (after - jitter_max).astimezone(ZoneInfo(schedule.time_zone))
    try:
        ticks = CronSim(schedule.cron, since)
    except CronSimError:
        raise BadCron(
            f"the schedule {schedule.cron!r} of client {client_id!r} is never due: give five "
            "fields (minute hour day month weekday) that name a day which exists"
        ) from None
    return next(
        due
        for due in (tick + _jitter(client_id, tick, jitter_max) for tick in ticks)
        if due > after
    )


def cron_in_words(cron: str) -> str:
    """The expression as a sentence without its stop, such as "At 06:00 on Monday".

    Raises BadCron.
    """
    try:
        return CronSim(cron, datetime(2000, 1, 1, tzinfo=UTC)).explain()
    except CronSimError:
        raise BadCron(f"the schedule {cron!r} names no day that exists") from None


def _jitter(client_id: str, tick: datetime, jitter_max: timedelta) -> timedelta:
    """A part of the jitter that is the same whenever it is asked for."""
    seed = f"{client_id} {tick.timestamp():.0f}".encode()
    share = int.from_bytes(hashlib.sha256(seed).digest()[:4], "big") / 2**32
    return timedelta(seconds=round(jitter_max.total_seconds() * share))
