from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.case import (
    CaseConflictError,
    Decision,
    decide,
    is_notice_ready,
    should_flag,
)
from infringement_dagster.domain.client import Thresholds
from infringement_dagster.domain.score import Score


def score(probability: float, *, calibrated: bool = True) -> Score:
    return Score(probability, calibrated, "test/1", ())


@given(st.floats(0, 1))
def test_flags_from_the_review_threshold_on(probability: float) -> None:
    assert should_flag(score(probability), Thresholds(review=0.5)) == (probability >= 0.5)


def test_only_calibrated_scores_are_notice_ready() -> None:
    assert is_notice_ready(score(0.95), Thresholds())
    assert not is_notice_ready(score(0.95, calibrated=False), Thresholds())
    assert not is_notice_ready(score(0.85), Thresholds())


@pytest.mark.parametrize(
    ("decision", "state"),
    [("infringing", "decided"), ("not_infringing", "decided"), ("unsure", "open")],
)
def test_a_decision_moves_the_case(decision: Decision, state: str) -> None:
    assert decide(decision, version=3, expected_version=3) == (state, 4)


def test_a_decision_on_an_old_version_is_refused() -> None:
    with pytest.raises(CaseConflictError, match="read the case again"):
        decide("infringing", version=4, expected_version=3)
