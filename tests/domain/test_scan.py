from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from infringement_dagster.domain.scan import (
    END_STATES,
    RUN_CHANGES,
    RUN_STATES,
    ForbiddenChange,
    Writer,
    check_change,
    end_of_scan,
    may_change,
    state_of_scan,
)


def test_every_state_is_reached_and_only_good_ends_are_final() -> None:
    assert {after for _, after in RUN_CHANGES} == set(RUN_STATES)
    left = {before for before, _ in RUN_CHANGES}
    assert set(RUN_STATES) - left == {"succeeded", "cancelled"}


def test_only_admission_admits_and_only_outcomes_end_a_running_run() -> None:
    writers: tuple[Writer, ...] = get_args(Writer)
    assert [writer for writer in writers if may_change("queued", "admitted", writer)] == [
        "admission"
    ]
    for end in END_STATES:
        assert [writer for writer in writers if may_change("running", end, writer)] == ["outcome"]


def test_a_forbidden_change_names_the_run() -> None:
    with pytest.raises(ForbiddenChange, match=r"run 7 is succeeded and cannot become queued"):
        check_change("succeeded", "queued", "person", "run 7")
    check_change("failed", "queued", "person", "run 7")


def test_how_a_scan_ends() -> None:
    for state, other in product(END_STATES, repeat=2):
        assert end_of_scan([state, other]) == (state if state == other else "partial")
    assert end_of_scan(["succeeded", "admitted"]) is None


def test_a_scan_follows_its_runs() -> None:
    assert state_of_scan(["queued", "admitted"], "queued") == "queued"
    assert state_of_scan(["queued", "running"], "queued") == "running"
    assert state_of_scan(["queued", "succeeded"], "queued") == "running"
    assert state_of_scan(["queued"], "running") == "running"  # its only run crashed
    assert state_of_scan(["queued"], "failed") == "queued"  # its only run is retried
    assert state_of_scan(["failed", "succeeded"], "running") == "partial"
