from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from infringement_dagster.domain.client import Schedule
from infringement_dagster.scans.due_scans import BadCron, next_due

BERLIN = ZoneInfo("Europe/Berlin")


def due_times(schedule: Schedule, after: datetime, number: int) -> list[str]:
    found: list[str] = []
    for _ in range(number):
        due = next_due(schedule, "acme", after)
        assert due is not None
        found.append(due.astimezone(BERLIN).isoformat())
        after = due
    return found


def test_a_manual_schedule_is_never_due() -> None:
    assert next_due(Schedule(), "acme", datetime.now(UTC)) is None


def test_a_time_that_the_clocks_skip_is_due_once_after_the_gap() -> None:
    half_past_two = Schedule("30 2 * * *", "Europe/Berlin")
    assert due_times(half_past_two, datetime(2026, 3, 28, 12, tzinfo=BERLIN), 2) == [
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]


def test_a_time_that_the_clocks_repeat_is_due_once() -> None:
    half_past_two = Schedule("30 2 * * *", "Europe/Berlin")
    after = datetime(2026, 10, 24, 12, tzinfo=BERLIN)
    assert [due[:10] for due in due_times(half_past_two, after, 3)] == [
        "2026-10-25",
        "2026-10-26",
        "2026-10-27",
    ]


def test_a_day_keeps_its_local_hour_over_the_change() -> None:
    six = Schedule("0 6 * * *", "Europe/Berlin")
    assert due_times(six, datetime(2026, 3, 28, 7, tzinfo=BERLIN), 2) == [
        "2026-03-29T06:00:00+02:00",
        "2026-03-30T06:00:00+02:00",
    ]


def test_jitter_spreads_clients_and_stays_the_same_for_each() -> None:
    midnight = Schedule("0 0 * * *", "UTC", jitter_minutes=60)
    after = datetime(2026, 5, 1, 12, tzinfo=UTC)
    dues = [next_due(midnight, f"client-{number}", after) for number in range(50)]
    assert dues == [next_due(midnight, f"client-{number}", after) for number in range(50)]
    start = datetime(2026, 5, 2, tzinfo=UTC)
    delays = [due - start for due in dues if due is not None]
    assert len(delays) == 50
    assert min(delays) >= timedelta(0)
    assert max(delays) <= timedelta(hours=1)
    assert len(set(delays)) > 40


def test_jitter_neither_repeats_nor_loses_a_day() -> None:
    midnight = Schedule("0 0 * * *", "UTC", jitter_minutes=720)
    after, days = datetime(2026, 5, 1, 12, tzinfo=UTC), []
    for _ in range(30):
        due = next_due(midnight, "acme", after)
        assert due is not None
        days.append(due.date())
        after = due
    assert [day.toordinal() for day in days] == list(
        range(days[0].toordinal(), days[0].toordinal() + 30)
    )


@pytest.mark.parametrize("cron", ["0 0 31 2 *", "99 * * * *"])
def test_a_day_that_does_not_exist_is_refused(cron: str) -> None:
    with pytest.raises(BadCron, match="acme"):
        next_due(Schedule(cron), "acme", datetime.now(UTC))
