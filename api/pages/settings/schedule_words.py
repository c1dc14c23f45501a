"""A schedule in words, with the next starts by the clock that it means; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from infringement_dagster.clients.config_document import ScheduleDocument
from infringement_dagster.scans.due_scans import BadCron, cron_in_words, next_due

_STARTS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class SchedulePlan:
    """When scans start: as a sentence, and the next three times where the schedule's clock is."""

    said: str
    starts: tuple[str, ...] = ()


NOT_VALID: Final = SchedulePlan("This schedule is not complete yet.")


def schedule_plan(document: Mapping[str, object], client_id: str, now: datetime) -> SchedulePlan:
    """The plan of a config document's schedule, whether it can be followed or not."""
    given = document.get("schedule")
    try:
        read = ScheduleDocument.model_validate(dict(given) if isinstance(given, Mapping) else {})
        return SchedulePlan(_said(read), _starts(read, client_id, now))
    except ValidationError:
        return NOT_VALID
    except BadCron as error:
        return SchedulePlan(f"No scan would ever start: {error}.")


def _said(read: ScheduleDocument) -> str:
    if read.kind == "manual":
        return "Scans start by hand only."
    begin = {
        "daily": lambda: f"Every day at {read.at}",
        "weekly": lambda: f"Every {read.weekday.capitalize()} at {read.at}",
        "cron": lambda: cron_in_words(read.cron or ""),
    }[read.kind]()
    later = f", up to {read.jitter_minutes} minutes later" if read.jitter_minutes else ""
    return f"{begin}{later}, {read.time_zone}."


def _starts(read: ScheduleDocument, client_id: str, now: datetime) -> tuple[str, ...]:
    schedule, zone = read.to_schedule(), ZoneInfo(read.time_zone)
    starts: list[str] = []
    while len(starts) < _STARTS_SHOWN and (due := next_due(schedule, client_id, now)) is not None:
        starts.append(f"{due.astimezone(zone):%A, %-d %b %Y, %H:%M}")
        now = due
    return tuple(starts)
