from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.case import (
    Decision,
    StaleCase,
    decide,
    should_flag,
)
from infringement_dagster.domain.client import Thresholds
from infringement_dagster.domain.score import Score


def score(probability: float, *, calibrated: bool = True) -> Score:
    return Score(probability, calibrated, "test/1", ())


@given(st.floats(0, 1))
def test_flags_from_the_review_threshold_on(probability: float) -> None:
    assert should_flag(score(probability), Thresholds(review=0.5)) == (probability >= 0.5)


@pytest.mark.parametrize(
    ("decision", "state"),
    [("infringing", "decided"), ("not_infringing", "decided"), ("unsure", "open")],
)
def test_a_decision_moves_the_case(decision: Decision, state: str) -> None:
    assert decide(decision, case="case 7", version=3, expected_version=3) == (state, 4)


def test_a_decision_on_an_old_version_is_refused() -> None:
    with pytest.raises(StaleCase, match="case 7 is at version 4, not at 3"):
        decide("infringing", case="case 7", version=4, expected_version=3)
