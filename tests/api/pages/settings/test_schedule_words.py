"""Schedules in words, with the next starts where their clock is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api.pages.settings.schedule_words import NOT_VALID, schedule_plan

FRIDAY = datetime(2027, 3, 26, 12, 0, tzinfo=UTC)  # clocks in Berlin go forward on the 28th


@pytest.mark.parametrize(
    ("schedule", "said", "starts"),
    [
        (None, "Scans start by hand only.", ()),
        (
            {"kind": "daily", "at": "03:30", "time_zone": "Europe/Berlin"},
            "Every day at 03:30, Europe/Berlin.",
            (
                "Saturday, 27 Mar 2027, 03:30",
                "Sunday, 28 Mar 2027, 03:30",
                "Monday, 29 Mar 2027, 03:30",
            ),
        ),
        (
            {"kind": "weekly", "weekday": "friday", "at": "23:00", "time_zone": "Asia/Tokyo"},
            "Every Friday at 23:00, Asia/Tokyo.",
            (
                "Friday, 26 Mar 2027, 23:00",
                "Friday, 2 Apr 2027, 23:00",
                "Friday, 9 Apr 2027, 23:00",
            ),
        ),
        (
            {"kind": "cron", "cron": "0 6 * * 1-5"},
            "At 06:00 on Monday through Friday, UTC.",
            (
                "Monday, 29 Mar 2027, 06:00",
                "Tuesday, 30 Mar 2027, 06:00",
                "Wednesday, 31 Mar 2027, 06:00",
            ),
        ),
        ({"kind": "cron"}, NOT_VALID.said, ()),
        ({"kind": "daily", "at": "25:00"}, NOT_VALID.said, ()),
    ],
)
def test_a_schedule_is_a_sentence_and_three_starts(
    schedule: dict[str, object] | None, said: str, starts: tuple[str, ...]
) -> None:
    plan = schedule_plan({"schedule": schedule} if schedule else {}, "acme", FRIDAY)
    assert (plan.said, plan.starts) == (said, starts)


def test_a_schedule_of_a_day_that_never_comes_says_so() -> None:
    plan = schedule_plan({"schedule": {"kind": "cron", "cron": "0 6 31 2 *"}}, "acme", FRIDAY)
    assert plan.said.startswith("No scan would ever start: ")
    assert plan.starts == ()


def test_starts_are_told_with_their_delay() -> None:
    plan = schedule_plan(
        {"schedule": {"kind": "daily", "at": "03:00", "jitter_minutes": 60}}, "acme", FRIDAY
    )
    assert plan.said == "Every day at 03:00, up to 60 minutes later, UTC."
    assert all("03:00" <= start[-5:] <= "04:00" for start in plan.starts)
