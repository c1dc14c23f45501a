from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import pytest

from infringement_dagster.domain.reconciliation import (
    CRASHES_MAX,
    CRASHES_WITH_ITEMS_MAX,
    LEASE_SECONDS,
    LOST_ADMISSION_SECONDS,
    Action,
    DagsterState,
    End,
    LeaveAlone,
    Requeue,
    Stop,
    Watched,
    reconcile,
)

Interrupted = Literal["crashed", "interrupted"]
RUNNING = Watched("running", 0, "started", silent_seconds=3)
ADMITTED = Watched("admitted", 0, "waiting", silent_seconds=3)


@pytest.mark.parametrize("run", [RUNNING, ADMITTED, replace(ADMITTED, dagster="absent")])
def test_what_is_as_it_should_be_is_left_alone(run: Watched) -> None:
    assert reconcile(run) == LeaveAlone()


@pytest.mark.parametrize(
    ("dagster", "state"),
    [("succeeded", None), ("failed", "failed"), ("canceled", "cancelled"), ("absent", "failed")],
)
def test_a_running_run_ends_with_its_dagster_run(dagster: DagsterState, state: str | None) -> None:
    action = reconcile(replace(RUNNING, dagster=dagster))
    assert isinstance(action, End)
    assert action.state == state


@pytest.mark.parametrize(
    "dead",
    [
        replace(RUNNING, dagster="crashed"),
        replace(RUNNING, silent_seconds=LEASE_SECONDS + 1),
        replace(RUNNING, dagster="interrupted"),
        replace(ADMITTED, dagster="crashed"),
        replace(ADMITTED, dagster="absent", silent_seconds=LOST_ADMISSION_SECONDS + 1),
    ],
)
def test_a_dead_process_is_followed_by_another_until_the_run_is_set_aside(dead: Watched) -> None:
    assert isinstance(reconcile(dead), Requeue)
    last = reconcile(replace(dead, crashes=CRASHES_MAX - 1))
    assert isinstance(last, End)
    assert last.state == "failed"
    assert "set aside after" in (last.reason or "")


def test_a_run_whose_items_are_suspected_is_tried_until_they_can_have_been_set_aside() -> None:
    dead = replace(RUNNING, dagster="crashed", crashes=CRASHES_MAX, holds_items=True)
    assert isinstance(reconcile(dead), Requeue)
    assert isinstance(reconcile(replace(dead, crashes=CRASHES_WITH_ITEMS_MAX - 1)), End)


@pytest.mark.parametrize("dagster", get_args(Interrupted))
def test_what_fails_for_less_than_two_minutes_never_fails_a_run(dagster: Interrupted) -> None:
    failing_seconds, crashes = 0.0, 0
    while True:
        action = reconcile(replace(RUNNING, dagster=dagster, crashes=crashes))
        if isinstance(action, End):
            break
        assert isinstance(action, Requeue)
        failing_seconds, crashes = failing_seconds + action.pause_seconds, crashes + 1
    assert failing_seconds >= 120


def test_an_outage_is_not_held_against_the_items_in_hand() -> None:
    held = replace(RUNNING, dagster="interrupted", crashes=1, holds_items=True)
    action = reconcile(held)
    assert isinstance(action, Requeue)
    assert (action.cause, action.pause_seconds) == ("outage", 30)
    assert isinstance(reconcile(replace(held, crashes=CRASHES_MAX)), Requeue)
    crash = reconcile(replace(held, dagster="crashed"))
    assert isinstance(crash, Requeue)
    assert (crash.cause, crash.pause_seconds) == ("crash", 0)


def test_a_busy_process_that_beats_is_not_dead() -> None:
    assert reconcile(replace(RUNNING, silent_seconds=LEASE_SECONDS - 1)) == LeaveAlone()


@pytest.mark.parametrize("alive", [RUNNING, ADMITTED])
def test_a_cancelled_or_overdue_run_is_stopped_before_it_ends(alive: Watched) -> None:
    for asked in (replace(alive, cancel_requested=True), replace(alive, overdue=True)):
        assert reconcile(asked) == Stop()


@pytest.mark.parametrize(
    "gone", [replace(RUNNING, dagster="crashed"), replace(RUNNING, silent_seconds=99)]
)
def test_a_cancelled_run_without_process_ends_as_cancelled(gone: Watched) -> None:
    action: Action = reconcile(replace(gone, cancel_requested=True))
    assert action == End("cancelled", "cancelled")
    overdue = reconcile(replace(gone, overdue=True))
    assert isinstance(overdue, End)
    assert overdue.state == "failed"


def test_a_run_that_was_stopped_for_its_deadline_has_failed() -> None:
    stopped = replace(RUNNING, dagster="canceled", overdue=True)
    action = reconcile(stopped)
    assert isinstance(action, End)
    assert action.state == "failed"
    assert "deadline" in (action.reason or "")
    asked = reconcile(replace(stopped, cancel_requested=True))
    assert isinstance(asked, End)
    assert asked.state == "cancelled"


def test_a_scan_that_waits_beyond_its_deadline_fails() -> None:
    waits = Watched("queued", 0, "absent", silent_seconds=9999)
    assert reconcile(waits) == LeaveAlone()
    action = reconcile(replace(waits, overdue=True))
    assert isinstance(action, End)
    assert "deadline" in (action.reason or "")
