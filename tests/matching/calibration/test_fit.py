from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infringement_dagster.domain.client import Calibration
from infringement_dagster.matching.calibration.fit import (
    CannotCalibrateError,
    Example,
    cross_validated,
    fit,
    fit_global,
    report,
)
from infringement_dagster.matching.calibration.metrics import (
    brier,
    expected_calibration_error,
    precision_recall,
    roc,
    threshold_at,
)
from infringement_dagster.matching.calibration.synthetic import made_up_examples
from infringement_dagster.matching.combination import Combination, logit, strength_of
from infringement_dagster.matching.global_model import (
    GLOBAL,
    UnknownModelError,
    combination_of,
)
from infringement_dagster.matching.signals import (
    COLD_START,
    SIGNALS,
    SignalRule,
)

NAMES = [rule.name for rule in SIGNALS]


UNSEEN = made_up_examples(seed=99, count=4000)


@pytest.mark.parametrize("seed", [10, 11, 12])
def test_two_hundred_decisions_make_probabilities_honest(seed: int) -> None:
    calibration = fit(made_up_examples(seed, 200), GLOBAL)
    fitted = report(combination_of(calibration), UNSEEN, 0.5)
    assert fitted.calibration_error <= 0.03
    assert fitted.brier < report(COLD_START, UNSEEN, 0.5).brier


def test_the_cold_start_is_roughly_honest() -> None:
    assert report(COLD_START, UNSEEN, 0.5).calibration_error <= 0.10


def test_the_shipped_model_is_what_the_fit_gives() -> None:
    fresh = fit_global(made_up_examples(seed=1, count=20_000), "global/1")
    for name in NAMES:
        assert fresh.slopes[name] == pytest.approx(GLOBAL.slopes[name], abs=0.02)
    assert fresh.curve.slopes == pytest.approx(GLOBAL.curve.slopes, abs=0.02)


def test_a_client_with_other_habits_shifts_the_model() -> None:
    harsh = [Example(e.values, True) if i % 3 == 0 else e for i, e in enumerate(UNSEEN[:300])]
    assert fit(harsh, GLOBAL).shift > fit(UNSEEN[:300], GLOBAL).shift


@pytest.mark.parametrize("decided", [[True] * 30 + [False] * 10, [True] * 95 + [False] * 5, []])
def test_refuses_too_few_or_one_sided_decisions(decided: list[bool]) -> None:
    few = [Example({}, is_infringing) for is_infringing in decided]
    with pytest.raises(CannotCalibrateError, match="decide more cases"):
        fit(few, GLOBAL)


def test_cross_validation_judges_every_decision_once() -> None:
    found = cross_validated(UNSEEN[:200], GLOBAL, 0.5)
    assert found.decisions == 200
    assert sum(b.count for b in found.bins) == 200
    assert found.infringing == sum(e.is_infringing for e in UNSEEN[:200])


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(UnknownModelError):
        combination_of(Calibration("global/0", 0.0, 1.0, 80))


VALUES = st.dictionaries(st.sampled_from(NAMES), st.none() | st.floats(0, 1))
CLIENT = combination_of(Calibration(GLOBAL.name, -0.3, 1.2, 120))


@pytest.mark.parametrize("combination", [COLD_START, GLOBAL, CLIENT])
@pytest.mark.parametrize("rule", SIGNALS, ids=NAMES)
@settings(max_examples=25, deadline=None)
@given(values=VALUES, one=st.floats(0, 1), other=st.floats(0, 1))
def test_a_stronger_signal_never_argues_the_other_way(
    combination: Combination,
    rule: SignalRule,
    values: dict[str, float | None],
    one: float,
    other: float,
) -> None:
    low, high = (
        combination.combine({**values, rule.name: value}, {}).probability
        for value in sorted((one, other))
    )
    assert (low <= high + 1e-9) if rule.role == "cause" else (low >= high - 1e-9)


@given(VALUES)
def test_contributions_and_the_base_add_up(values: dict[str, float | None]) -> None:
    base = CLIENT.combine({}, {})
    combined = CLIENT.combine(values, {})
    missing = sum(base.contributions.values())
    told = logit(base.probability) - missing + sum(combined.contributions.values())
    assert told == pytest.approx(logit(combined.probability), abs=1e-6)


@given(st.floats(0, 1), st.floats(0, 1))
def test_strength_rises_from_nought_to_one(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert -1e-12 <= strength_of(low) <= strength_of(high) <= 1 + 1e-12


def test_measures_of_known_answers() -> None:
    said = np.array([0.1, 0.1, 0.9, 0.9])
    was = np.array([False, False, True, True])
    assert expected_calibration_error(said, was, bins=2) == pytest.approx(0.1)
    assert brier(said, was) == pytest.approx(0.01)
    assert precision_recall(said, was, 0.5) == (1.0, 1.0)
    assert precision_recall(said, ~was, 0.5) == (0.0, 0.0)
    assert threshold_at(np.arange(1000) / 1000, 0.01) == pytest.approx(0.989)
    false_rate, true_rate = roc(said[was], said[~was])
    assert (float(false_rate[1]), float(true_rate[1])) == (0.0, 1.0)
    assert math.isclose(false_rate[-1], 1.0)
