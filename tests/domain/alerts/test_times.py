"""When digests are due, and how long mail waits in quiet hours, over changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.alerts.preferences import AlertPreferences, QuietHours
from infringement_dagster.domain.alerts.times import earliest_at, next_digest_at

BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
HOURS = st.integers(0, 23)


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[arg-type, misc]


def daily(hour: int) -> AlertPreferences:
    return AlertPreferences(digest="daily", digest_hour=hour)


def test_a_daily_digest_is_due_at_the_next_such_hour() -> None:
    assert next_digest_at(berlin(2026, 11, 30, 7, 59), daily(8), BERLIN) == berlin(2026, 11, 30, 8)
    assert next_digest_at(berlin(2026, 11, 30, 8), daily(8), BERLIN) == berlin(2026, 12, 1, 8)


def test_a_weekly_digest_is_due_on_mondays() -> None:
    weekly = AlertPreferences(digest="weekly", digest_hour=8)
    assert next_digest_at(berlin(2026, 11, 30, 7), weekly, BERLIN) == berlin(2026, 11, 30, 8)
    assert next_digest_at(berlin(2026, 11, 30, 9), weekly, BERLIN) == berlin(2026, 12, 7, 8)
    assert next_digest_at(berlin(2026, 12, 6, 23), weekly, BERLIN) == berlin(2026, 12, 7, 8)


def test_no_digest_is_never_due() -> None:
    assert next_digest_at(berlin(2026, 11, 30, 7), AlertPreferences(), BERLIN) is None


def test_an_hour_that_clocks_leave_out_is_the_one_after_it() -> None:
    due = next_digest_at(berlin(2026, 3, 29, 0), daily(2), BERLIN)
    assert due == berlin(2026, 3, 29, 3)


def test_mail_waits_for_the_end_of_the_night() -> None:
    night = QuietHours(20, 7)
    assert earliest_at(berlin(2026, 11, 30, 19, 59), night, BERLIN) == berlin(2026, 11, 30, 19, 59)
    assert earliest_at(berlin(2026, 11, 30, 20), night, BERLIN) == berlin(2026, 12, 1, 7)
    assert earliest_at(berlin(2026, 12, 1, 6, 59), night, BERLIN) == berlin(2026, 12, 1, 7)
    assert earliest_at(berlin(2026, 12, 1, 7), night, BERLIN) == berlin(2026, 12, 1, 7)


@given(MOMENTS, ZONES, HOURS, st.sampled_from(["daily", "weekly"]))
def test_the_next_digest_comes_later_and_within_its_span(
    now: datetime, zone: ZoneInfo, hour: int, cadence: str
) -> None:
    wanted = AlertPreferences(digest=cadence, digest_hour=hour)  # type: ignore[arg-type]
    due = next_digest_at(now, wanted, zone)
    assert due is not None
    assert now < due <= now + timedelta(days=7 if cadence == "weekly" else 1, hours=25)


@given(MOMENTS, ZONES, HOURS, HOURS)
def test_mail_waits_less_than_a_day_and_only_when_it_is_quiet(
    now: datetime, zone: ZoneInfo, start: int, length: int
) -> None:
    quiet = QuietHours(start, (start + 1 + length % 23) % 24)
    at = earliest_at(now, quiet, zone)
    assert now <= at < now + timedelta(hours=26)
    if not quiet.holds(now.astimezone(zone).hour):
        assert at == now
