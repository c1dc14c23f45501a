"""A schedule in words, with the next starts by the clock that it means; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from api.pages.languages.figures import minute
from api.pages.languages.words import gettext, marked, translated
from infringement_dagster.clients.config_document import ScheduleDocument
from infringement_dagster.scans.due_scans import BadCron, cron_in_words, next_due

_STARTS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class SchedulePlan:
    """When scans start: as a sentence, and the next three times where the schedule's clock is."""

    said: str
    starts: tuple[str, ...] = ()


NOT_VALID: Final = SchedulePlan(marked("This schedule is not complete yet."))


def schedule_plan(document: Mapping[str, object], client_id: str, now: datetime) -> SchedulePlan:
    """The plan of a config document's schedule, whether it can be followed or not."""
    given = document.get("schedule")
    try:
        read = ScheduleDocument.model_validate(dict(given) if isinstance(given, Mapping) else {})
        return SchedulePlan(_said(read), _starts(read, client_id, now))
    except ValidationError:
        return NOT_VALID
    except BadCron as error:
        return SchedulePlan(gettext("No scan would ever start: %(why)s.", why=error))


def _said(read: ScheduleDocument) -> str:
    if read.kind == "manual":
        return gettext("Scans start by hand only.")
    begin = {
        "daily": lambda: gettext("Every day at %(time)s", time=read.at),
        "weekly": lambda: gettext(
            "Every %(weekday)s at %(time)s",
            weekday=translated(read.weekday.capitalize()),
            time=read.at,
        ),
        "cron": lambda: cron_in_words(read.cron or ""),
    }[read.kind]()
    if not read.jitter_minutes:
        return f"{begin}, {read.time_zone}."
    return gettext(
        "%(begin)s, up to %(minutes)s minutes later, %(zone)s.",
        begin=begin,
        minutes=read.jitter_minutes,
        zone=read.time_zone,
    )


def _start(due: datetime) -> str:
    return f"{translated(f'{due:%A}')}, {minute(due)}"


def _starts(read: ScheduleDocument, client_id: str, now: datetime) -> tuple[str, ...]:
    schedule, zone = read.to_schedule(), ZoneInfo(read.time_zone)
    starts: list[str] = []
    while len(starts) < _STARTS_SHOWN and (due := next_due(schedule, client_id, now)) is not None:
        starts.append(_start(due.astimezone(zone)))
        now = due
    return tuple(starts)
