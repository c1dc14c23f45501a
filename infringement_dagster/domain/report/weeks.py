"""Weeks as reports count them: from Monday to Sunday, UTC, named by their Monday."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from infringement_dagster.domain.errors import PermanentError

WEEKS_MAX: Final = 52  # of a report, its own included


class WeekNotBegun(PermanentError):
    """Nothing can be reported of a week that has not begun."""


class NoMonday(PermanentError):
    """Weeks are named by their Monday."""


def week_of(moment: datetime) -> date:
    """The Monday (UTC) of the week in which the moment lies."""
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def week_named(name: str) -> date:
    """The week of this ISO date; raises NoMonday."""
    try:
        day = date.fromisoformat(name)
    except ValueError as error:
        raise NoMonday(f"{name!r} is no date: give the week's Monday as YYYY-MM-DD") from error
    if day.weekday():
        raise NoMonday(f"{name} is no Monday: the week is {day - timedelta(days=day.weekday())}")
    return day


def begin_of(week: date) -> datetime:
    """The first moment of the week."""
    return datetime.combine(week, time(), UTC)


def end_of(week: date) -> datetime:
    """The first moment of the week after."""
    return begin_of(week) + timedelta(days=7)


def told_until(week: date, now: datetime) -> datetime:
    """Up to which moment a report made now can tell of the week; raises WeekNotBegun."""
    if now < begin_of(week):
        raise WeekNotBegun(f"the week of {week} has not begun: take one that has")
    return min(end_of(week), now)


def weeks_until(week: date) -> list[date]:
    """The weeks that a report shows, the oldest first."""
    return [week - timedelta(weeks=back) for back in reversed(range(WEEKS_MAX))]
