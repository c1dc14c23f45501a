"""When a digest is due and until when mail waits for the end of quiet hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from infringement_dagster.domain.alerts.preferences import AlertPreferences, QuietHours

_DAYS = {"daily": 1, "weekly": 7}


def next_digest_at(now: datetime, preferences: AlertPreferences, zone: tzinfo) -> datetime | None:
    """The next moment after `now` at which a digest is due, weekly ones on Mondays; None: never."""
    if preferences.digest == "off":
        return None
    day = now.astimezone(zone).date()
    if preferences.digest == "weekly":
        day -= timedelta(days=day.weekday())
    at = _moment(day, preferences.digest_hour, zone)
    if at <= now:
        at = _moment(day + timedelta(days=_DAYS[preferences.digest]), preferences.digest_hour, zone)
    return at


def earliest_at(now: datetime, quiet: QuietHours | None, zone: tzinfo) -> datetime:
    """The first moment from `now` on that is not quiet."""
    local = now.astimezone(zone)
    if quiet is None or not quiet.holds(local.hour):
        return now
    day = local.date()
    if local.hour >= quiet.until_hour:
        day += timedelta(days=1)
    end = _moment(day, quiet.until_hour, zone)
    # Where clocks are put back, the hour of the end comes twice and the first may be over.
    return end if end > now else now


def _moment(day: date, hour: int, zone: tzinfo) -> datetime:
    """That hour of the day; one that clocks leave out is the one after it."""
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
