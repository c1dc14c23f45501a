"""Callers on a simulated clock: each place works and then rests as long as it is told to."""

from __future__ import annotations

import heapq

import pytest

from api.shares.pace import WORK_PART, WORK_SECONDS_FREE, Pace, WorkTime


class Clock:
    """A clock that the test sets."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr("api.shares.pace.time.monotonic", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def worked_seconds(
    clock: Clock, places: dict[str, list[float]], pauses: dict[str, float], until: float
) -> dict[str, float]:
    """How long each caller was at work; `places` are the seconds that each of its places takes."""
    work = WorkTime()
    had = dict.fromkeys(places, 0.0)
    ends = [(seconds, name, seconds) for name, of in places.items() for seconds in of]
    heapq.heapify(ends)
    while ends[0][0] < until:
        clock.now, name, seconds = heapq.heappop(ends)
        had[name] += seconds
        rest = work.rest_seconds(name, seconds)
        heapq.heappush(ends, (clock.now + pauses.get(name, 0.0) + rest + seconds, name, seconds))
    return had


GREEDY = [0.01, 0.02, 0.02, 0.3, 0.5, 0.05, 0.04]  # lists, photos, an upload, a bundle ...


def test_whoever_never_pauses_has_a_quarter_of_one_place_over_all_kinds_of_work(
    clock: Clock,
) -> None:
    had = worked_seconds(clock, {"greedy": GREEDY, "other": [0.01]}, {"other": 0.2}, 200)
    assert had["greedy"] == pytest.approx(WORK_SECONDS_FREE + 200 * WORK_PART, rel=0.1)
    assert had["other"] == pytest.approx(200 * 0.01 / 0.21, rel=0.05)


def test_whoever_works_as_much_as_the_others_hardly_rests(clock: Clock) -> None:
    """A person who clicks through a slow minute owes more than is free, and less than the loop."""
    had = worked_seconds(clock, {"greedy": GREEDY, "other": [0.1]}, {"other": 0.05}, 60)
    assert had["other"] > 0.75 * 60 * 0.1 / 0.15


def test_callers_alike_are_served_alike(clock: Clock) -> None:
    had = worked_seconds(clock, dict.fromkeys("abcde", GREEDY), {}, 100)
    assert max(had.values()) < 1.2 * min(had.values())


def test_who_is_alone_never_rests(clock: Clock) -> None:
    work = WorkTime()
    for _ in range(100):
        clock.now += 0.1
        assert work.rest_seconds("greedy", 0.1) == 0.0


def test_what_is_owed_is_paid_by_waiting(clock: Clock) -> None:
    work = WorkTime()
    work.rest_seconds("greedy", 4.0)
    work.rest_seconds("other", 0.01)
    assert work.rest_seconds("greedy", 0.1) > 1.0
    clock.now += 60
    work.rest_seconds("other", 0.01)
    assert work.rest_seconds("greedy", 0.1) == 0.0


def test_the_pace_is_even_but_for_a_burst(clock: Clock) -> None:
    clock.now = 1000.0
    pace = Pace(60)
    assert [pace.wait_seconds("acme", 1) for _ in range(12)].count(0.0) == 11
    assert pace.wait_seconds("acme", 1) == pytest.approx(1.0)
    assert pace.wait_seconds("beta", 50) == 0.0
    assert pace.wait_seconds("beta", 1) == pytest.approx(40.0)
    clock.now += 2
    assert [pace.wait_seconds("acme", 1) for _ in range(3)].count(0.0) == 2
