from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.report.figures import (
    Absent,
    Figure,
    Interval,
    figure_document,
    figure_from,
    median_days,
    share_of,
)
from infringement_dagster.domain.report.weeks import (
    NoMonday,
    told_until,
    week_named,
    week_of,
    weeks_until,
)

WEEK = date(2026, 3, 2)


def test_a_week_begins_on_monday_utc() -> None:
    west = timezone(timedelta(hours=-8))
    assert week_of(datetime(2026, 3, 8, 23, 59, tzinfo=UTC)) == WEEK
    assert week_of(datetime(2026, 3, 8, 23, 0, tzinfo=west)) == WEEK + timedelta(weeks=1)
    assert week_named("2026-03-02") == WEEK
    for name in ("2026-03-03", "march", "2026-02-30"):
        with pytest.raises(NoMonday):
            week_named(name)
    assert told_until(WEEK, datetime(2026, 3, 3, tzinfo=UTC)) == datetime(2026, 3, 3, tzinfo=UTC)
    assert weeks_until(WEEK)[-2:] == [WEEK - timedelta(weeks=1), WEEK]


def test_a_share_has_the_interval_of_wilson() -> None:
    told = share_of("removed_share", WEEK, 8, 10)
    assert told.value == 0.8
    assert told.interval is not None
    # Agresti and Coull (1998): 8 of 10 gives 0.490 to 0.943.
    assert (told.interval.low, told.interval.high) == pytest.approx((0.490, 0.943), abs=0.001)
    assert isinstance(share_of("removed_share", WEEK, 0, 0).value, Absent)


@given(some=st.integers(0, 500), more=st.integers(0, 500))
def test_an_interval_holds_its_share_and_stays_a_share(some: int, more: int) -> None:
    told = share_of("removed_share", WEEK, some, some + more)
    if isinstance(told.value, float):
        assert told.interval is not None
        assert 0 <= told.interval.low <= told.value + 1e-12
        assert told.value - 1e-12 <= told.interval.high <= 1


def test_what_still_stands_slows_the_median_down() -> None:
    gone = [(1.0, True), (2.0, True), (3.0, True)]
    assert median_days(gone) == 2.0
    assert median_days([*gone, (30.0, False), (30.0, False)]) == 3.0
    assert isinstance(median_days([*gone, *[(30.0, False)] * 4]), Absent)
    # Watched for a day only, they say nothing of the second day.
    assert median_days([*gone, *[(0.5, False)] * 4]) == 2.0
    assert isinstance(median_days([]), Absent)


def test_a_figure_comes_back_from_its_record() -> None:
    figures = [
        Figure("credits", WEEK, 5.0),
        Figure("infringing_share", WEEK, Absent("no scan"), "amazon"),
        Figure("removed_share", WEEK, 0.5, "dmca", Interval(0.2, 0.8), 4),
    ]
    assert [figure_from(figure_document(figure)) for figure in figures] == figures
