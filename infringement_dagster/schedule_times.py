"""When a client's next scheduled scan is due; pure.

Belongs here: cron, time zones, jitter. Not here: starting what is due (`schedules.py`).

A time that the clocks skip in spring is due at the end of the gap, one that they repeat in autumn
is due once; Dagster's own cron iterator sees to both.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from dagster._utils.schedules import cron_string_iterator, is_valid_cron_string

from infringement_dagster.matching.client import Schedule
from infringement_dagster.matching.errors import PermanentError


class BadCron(PermanentError):
    """The expression names no time that exists."""


def next_due(schedule: Schedule, client_id: str, after: datetime) -> datetime | None:
    """The first due time later than `after`, jitter included; None when scans start by hand only.

    Raises BadCron.
    """
    if schedule.cron is None:
        return None
    if not is_valid_cron_string(schedule.cron):
        raise BadCron(
            f"the schedule {schedule.cron!r} of client {client_id!r} is never due: give five "
            "fields (minute hour day month weekday) that name a day which exists"
        )
    jitter_max = timedelta(minutes=schedule.jitter_minutes)
    ticks = cron_string_iterator(
        (after - jitter_max).timestamp(), schedule.cron, schedule.time_zone
    )
    return next(
        due
        for due in (tick + _jitter(client_id, tick, jitter_max) for tick in ticks)
        if due > after
    )


def _jitter(client_id: str, tick: datetime, jitter_max: timedelta) -> timedelta:
    """A part of the jitter that is the same whenever it is asked for."""
    seed = f"{client_id} {tick.timestamp():.0f}".encode()
    share = int.from_bytes(hashlib.sha256(seed).digest()[:4], "big") / 2**32
    return timedelta(seconds=round(jitter_max.total_seconds() * share))
