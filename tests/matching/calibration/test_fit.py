from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infringement_dagster.domain.client import Calibration
from infringement_dagster.matching.calibrated_model import combination_of
from infringement_dagster.matching.calibration.evidence_ranges import (
    RANGES,
    EvidenceRange,
    outside_ranges,
)
from infringement_dagster.matching.calibration.fit import (
    CannotCalibrateError,
    Example,
    cross_validated,
    fit,
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
from infringement_dagster.matching.combination import NoisyOr, logit
from infringement_dagster.matching.signal_table import COLD_START, SIGNALS, SignalRule

NAMES = [rule.name for rule in SIGNALS]
UNSEEN = made_up_examples(seed=99, count=1500)
SEEN = made_up_examples(seed=10, count=200)


def test_two_hundred_decisions_make_probabilities_honest() -> None:
    fitted = report(combination_of(fit(SEEN)), UNSEEN, 0.5)
    assert fitted.calibration_error <= 0.07
    assert fitted.brier < report(COLD_START, UNSEEN, 0.5).brier


def test_the_cold_start_is_roughly_honest() -> None:
    assert report(COLD_START, UNSEEN, 0.5).calibration_error <= 0.10


@pytest.mark.parametrize("one", RANGES, ids=[item.meaning for item in RANGES])
def test_plain_evidence_keeps_its_range_cold(one: EvidenceRange) -> None:
    probability = COLD_START.combine(one.case.values(), {}).probability
    assert one.low <= probability <= one.high


def test_every_signal_has_a_plain_case() -> None:
    found = [one.case.values() for one in RANGES]
    unseen = {
        rule.name for rule in SIGNALS if not any((values[rule.name] or 0) > 0.3 for values in found)
    }
    assert unseen == set()


@pytest.mark.parametrize("base_rate", [0.05, 0.3])
def test_plain_evidence_keeps_its_range_after_a_fit(base_rate: float) -> None:
    examples = made_up_examples(seed=11, count=400, base_rate=base_rate, decided_wrong=0.1)
    assert outside_ranges(combination_of(fit(examples))) == ()


def test_decisions_against_plain_evidence_are_refused_with_the_reason() -> None:
    accused = [Example(e.values, True) if i % 2 else e for i, e in enumerate(UNSEEN[:600])]
    with pytest.raises(CannotCalibrateError, match=r"'genuine.* would have .* may have 0 to 0\.25"):
        fit(accused)


def test_decisions_turned_upside_down_are_refused_with_the_reason() -> None:
    turned = [Example(item.case.values(), item.high < 0.7) for item in RANGES]
    with pytest.raises(CannotCalibrateError, match=r"'at 29% of the floor' would have .* 0\.6 to"):
        fit(turned * 40)


def test_a_client_with_other_habits_shifts_the_model() -> None:
    harsh = [Example(e.values, True) if i % 12 == 0 else e for i, e in enumerate(UNSEEN[:300])]
    assert fit(harsh).shift > fit(UNSEEN[:300]).shift


def test_many_decisions_move_single_signals_and_few_hardly() -> None:
    styled = {"brand_use": 1.0, "grey_market": 0.35}
    harmless = [Example(styled, False)]
    few, many = fit([*SEEN, *harmless * 3]), fit([*SEEN, *harmless * 60])
    assert many.multipliers["grey_market"] < few.multipliers.get("grey_market", 1.0) - 0.1


def test_a_listing_that_is_seldom_shown_weighs_more() -> None:
    rare = [Example(e.values, e.is_infringing, 3.0 if e.is_infringing else 1.0) for e in SEEN]
    assert fit(rare).shift > fit(SEEN).shift


@pytest.mark.parametrize("decided", [[True] * 30 + [False] * 10, [True] * 95 + [False] * 5, []])
def test_refuses_too_few_or_one_sided_decisions(decided: list[bool]) -> None:
    few = [Example({}, is_infringing) for is_infringing in decided]
    with pytest.raises(CannotCalibrateError, match="decide more cases"):
        fit(few)


def test_cross_validation_judges_every_decision_once() -> None:
    found = cross_validated(UNSEEN[:200], 0.5)
    assert found.decisions == 200
    assert sum(b.count for b in found.bins) == 200
    assert found.infringing == sum(e.is_infringing for e in UNSEEN[:200])


def test_a_calibration_of_another_model_is_ignored_and_says_so() -> None:
    combination = combination_of(Calibration("global/1", 2.0, 1.0, 80))
    assert combination.combine({}, {}) == COLD_START.combine({}, {})
    assert not combination.is_calibrated
    assert "global/1 ignored" in combination.name


VALUES = st.dictionaries(st.sampled_from(NAMES), st.none() | st.floats(0, 1))
CLIENT = combination_of(Calibration(COLD_START.name, -0.3, 1.2, 120, {"low_price": 1.3}))


@pytest.mark.parametrize("combination", [COLD_START, CLIENT])
@pytest.mark.parametrize("rule", SIGNALS, ids=NAMES)
@settings(max_examples=25, deadline=None)
@given(values=VALUES, one=st.floats(0, 1), other=st.floats(0, 1))
def test_a_stronger_signal_never_argues_the_other_way(
    combination: NoisyOr,
    rule: SignalRule,
    values: dict[str, float | None],
    one: float,
    other: float,
) -> None:
    low, high = (
        combination.combine({**values, rule.name: value}, {}).probability
        for value in sorted((one, other))
    )
    assert low <= high + 1e-9 if rule.role == "cause" else low >= high - 1e-9


@given(VALUES)
def test_contributions_and_the_base_add_up(values: dict[str, float | None]) -> None:
    base = CLIENT.combine({}, {})
    combined = CLIENT.combine(values, {})
    missing = sum(base.contributions.values())
    told = logit(base.probability) - missing + sum(combined.contributions.values())
    assert told == pytest.approx(logit(combined.probability), abs=1e-6)


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
