"""Fitting the combination of signals to what people have decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from infringement_dagster.domain.client import Calibration
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.matching.calibrated_model import combination_of
from infringement_dagster.matching.calibration.evidence_ranges import (
    RANGES,
    outside_ranges,
    wrongly_accused,
    wrongly_cleared,
)
from infringement_dagster.matching.calibration.likelihood import (
    RULES,
    Beliefs,
    Decided,
    Moved,
    Plain,
    Problem,
    evidence_of,
)
from infringement_dagster.matching.calibration.metrics import (
    Bin,
    Flags,
    Floats,
    brier,
    expected_calibration_error,
    precision_recall,
    reliability_bins,
)
from infringement_dagster.matching.combination import NoisyOr, Values, logit
from infringement_dagster.matching.signal_table import COLD_START

DECISIONS_MIN = 50
EACH_SIDE_MIN = 10
_FOLDS = 5
_DRAWN_BACK = (1.0, 0.95, 0.9, 0.8, 0.6, 0.4)  # shares of the fit that are tried
# Under these beliefs no decisions may say the opposite of plain evidence, taken by such a share.
# How much infringes differs tenfold between clients; how an offer at full price looks does not.
_CAREFUL = Beliefs(decided_wrong=0.04, pull_signal=12.0, pull_shift=2.0)
_ACCUSING_SHARE, _CLEARING_SHARE = 0.9, 0.4
# Beliefs that are tried; which of them, the decisions tell. How often reviewers err is expected to
# be about one decision in 20 (a beta distribution of 2 and 21).
_DECIDED_WRONG = (0.01, 0.03, 0.06, 0.1, 0.14)
_ERRORS_EXPECTED, _CORRECT_EXPECTED = 1.0, 20.0
# A pull of 10 throughout ranks by up to .004 worse than cold after 200 decisions, those tried by
# .001; after 1,000 it gains .0019 in AUC, those tried .0024 (20 trials each).
_PULLS = (3.0, 10.0, 30.0, 100.0)
_PULL_FIRST = 10.0
# A sampled listing stands for 50 others. With whole weights a handful of such decisions would be
# nearly all that counts. With roots what is flagged is .100 off at a base rate of 5%, and all
# listings .036 at 30%; with fourth roots .094 and .032 (nine trials each of 200 decisions).
_TEMPER = 0.25


class CannotCalibrateError(PermanentError):
    """There are too few decisions, nearly all of them agree, or they contradict plain evidence."""


@dataclass(frozen=True, slots=True)
class Example:
    """The signals of one listing and what a person decided about it.

    `weight` is the inverse of the chance that the listing was shown to a person.
    """

    values: Values
    is_infringing: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """How good probabilities were for decisions that the fit had not seen."""

    decisions: int
    infringing: int
    calibration_error: float  # expected, 0 to 1
    brier: float
    precision: float  # from the threshold for review on
    recall: float
    notice_precision: float  # from the threshold for notices on
    notice_recall: float
    bins: tuple[Bin, ...]


def fit(examples: Sequence[Example]) -> Calibration:
    """How one client's decisions move the cold start.

    Raises CannotCalibrateError for fewer than 50 decisions, fewer than 10 of either kind, or where
    they say the opposite of plain evidence: that lawful offers infringe, or clear copies do not.
    """
    infringing = sum(example.is_infringing for example in examples)
    lawful = len(examples) - infringing
    if len(examples) < DECISIONS_MIN or min(infringing, lawful) < EACH_SIDE_MIN:
        raise CannotCalibrateError(
            f"{infringing} infringing and {lawful} lawful decisions: calibration needs "
            f"{DECISIONS_MIN} in all and {EACH_SIDE_MIN} of each; decide more cases first"
        )
    decided = _decided_listings(examples)
    careful = Problem(decided, _CAREFUL, None).solved()
    problems = (
        *wrongly_accused(COLD_START.moved(*parts_of(_ACCUSING_SHARE * careful))),
        *wrongly_cleared(COLD_START.moved(*parts_of(_CLEARING_SHARE * careful))),
    )
    if problems:
        raise _contradiction(problems)
    return _calibration(drawn_back(_moved(decided), COLD_START), len(examples))


def _contradiction(problems: Sequence[str]) -> CannotCalibrateError:
    return CannotCalibrateError(
        "the decisions contradict what plain evidence may mean, so nothing was fitted: "
        f"{'; '.join(problems)}. Look for cases that were decided by mistake"
    )


def drawn_back(moved: Moved, start: NoisyOr) -> Moved:
    """The move, drawn back to the start as far as plain evidence has to keep its range.

    Raises CannotCalibrateError where two fifths of it would still take a case out.
    """
    problems: tuple[str, ...] = ()
    for share in _DRAWN_BACK:
        part: Moved = share * moved
        problems = outside_ranges(start.moved(*parts_of(part)))
        if not problems:
            return part
    raise _contradiction(problems)


def parts_of(moved: Moved) -> tuple[Mapping[str, float], float, float]:
    """The multipliers of the signals that it moves, its shift and its scale."""
    shift, scale, *signals = moved.tolist()
    multipliers = {
        name: float(np.exp(log_factor))
        for name, log_factor in zip(_NAMES, signals, strict=True)
        if abs(log_factor) > 1e-9
    }
    return multipliers, shift, float(np.exp(scale))


def _calibration(moved: Moved, decisions: int) -> Calibration:
    multipliers, shift, scale = parts_of(moved)
    return Calibration(COLD_START.name, shift, scale, decisions, multipliers)


def report(
    combination: NoisyOr, examples: Sequence[Example], threshold: float, notice_ready: float = 0.9
) -> CalibrationReport:
    """How a combination does on decisions it was not fitted to."""
    probabilities = np.array([combination.combine(e.values, {}).probability for e in examples])
    return _report(probabilities, _decided(examples), threshold, notice_ready)


def cross_validated(
    examples: Sequence[Example], threshold: float, notice_ready: float = 0.9
) -> CalibrationReport:
    """How `fit` does on these decisions, each judged by a fit that had not seen it."""
    fold = np.random.default_rng(0).permutation(len(examples)) % _FOLDS
    probabilities = np.zeros(len(examples))
    for held_out in range(_FOLDS):
        seen = [e for e, f in zip(examples, fold, strict=True) if f != held_out]
        moved = drawn_back(_moved(_decided_listings(seen)), COLD_START)
        model = combination_of(_calibration(moved, len(seen)))
        for position in np.flatnonzero(fold == held_out).tolist():
            probabilities[position] = model.combine(examples[position].values, {}).probability
    return _report(probabilities, _decided(examples), threshold, notice_ready)


def _decided(examples: Sequence[Example]) -> Flags:
    return np.array([example.is_infringing for example in examples], dtype=np.bool_)


def _report(
    probabilities: Floats, decided: Flags, threshold: float, notice_ready: float
) -> CalibrationReport:
    precision, recall = precision_recall(probabilities, decided, threshold)
    notice_precision, notice_recall = precision_recall(probabilities, decided, notice_ready)
    return CalibrationReport(
        len(decided),
        int(decided.sum()),
        expected_calibration_error(probabilities, decided),
        brier(probabilities, decided),
        precision,
        recall,
        notice_precision,
        notice_recall,
        tuple(reliability_bins(probabilities, decided)),
    )


_NAMES = tuple(rule.name for rule in RULES)


def _moved(decided: Decided) -> Moved:
    """The move that the decisions speak for, under the beliefs that explain them best."""
    tried = [
        _tried(decided, Beliefs(decided_wrong, _PULL_FIRST)) for decided_wrong in _DECIDED_WRONG
    ]
    likeliest = max(tried, key=_support).problem.beliefs
    tried += [
        _tried(decided, replace(likeliest, pull_signal=pull))
        for pull in _PULLS
        if pull != _PULL_FIRST
    ]
    return max(tried, key=_support).moved


@dataclass(frozen=True, slots=True)
class _Tried:
    problem: Problem
    moved: Moved


def _tried(decided: Decided, beliefs: Beliefs) -> _Tried:
    problem = Problem(decided, beliefs, _plain())
    return _Tried(problem, problem.solved())


def _support(tried: _Tried) -> float:
    wrong = tried.problem.beliefs.decided_wrong
    expected = _ERRORS_EXPECTED * np.log(wrong) + _CORRECT_EXPECTED * np.log1p(-wrong)
    return tried.problem.supported(tried.moved) + float(expected)


def _decided_listings(examples: Sequence[Example]) -> Decided:
    weights = np.array([example.weight for example in examples]) ** _TEMPER
    return Decided(
        evidence_of([example.values for example in examples]),
        _decided(examples).astype(float),
        weights * len(examples) / weights.sum(),
    )


@lru_cache(maxsize=1)
def _plain() -> Plain:
    return plain_of(COLD_START)


def plain_of(start: NoisyOr) -> Plain:
    """The plain cases as they bound a fit that starts from this model."""
    cases, low, high = zip(
        *((item.case.values(), item.low, item.high) for item in RANGES), strict=True
    )
    lowest, highest = (np.array([logit(bound) for bound in bounds]) for bounds in (low, high))
    return Plain(evidence_of(cases, start), lowest, highest)
