"""Fitting the combination of signals to what people have decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from infringement_dagster.domain.client import Calibration
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.matching.calibrated_model import combination_of
from infringement_dagster.matching.calibration.evidence_ranges import outside_ranges
from infringement_dagster.matching.calibration.metrics import (
    Bin,
    Flags,
    Floats,
    brier,
    expected_calibration_error,
    precision_recall,
    reliability_bins,
)
from infringement_dagster.matching.combination import NoisyOr, Values
from infringement_dagster.matching.signals import COLD_START, SIGNALS
from infringement_dagster.matching.signals.sellers import allowed

DECISIONS_MIN = 50
EACH_SIDE_MIN = 10
_FOLDS = 5
# How much each part is drawn to the cold start, as inverse variances of its log: with few decisions
# hardly anything moves but the shift, with a thousand each signal does.
_PULL_SHIFT, _PULL_SCALE, _PULL_SIGNAL = 2.0, 20.0, 12.0
_SHIFT_MAX = 1.5
_SCALE_LIMITS = (0.7, 1.5)
_SIGNAL_LIMITS = (0.4, 2.5)
_STRONG_LIMITS = (0.7, 2.5)  # what accuses by itself keeps most of its weight
_STRONG_MIN = 0.7  # cold strength
_DRAWN_BACK = (1.0, 0.8, 0.6, 0.4)  # shares of the fit that are tried
_DECIDED_WRONG = 0.04  # reviewers err: a sure case that was decided otherwise proves little
_ROUNDS, _HALVINGS, _GAIN_MIN = 60, 20, 1e-7


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
    precision: float  # at the threshold given
    recall: float
    bins: tuple[Bin, ...]


def fit(examples: Sequence[Example]) -> Calibration:
    """How one client's decisions move the cold start.

    Raises CannotCalibrateError for fewer than 50 decisions, fewer than 10 of either kind, or where
    even half of the fit takes plain evidence out of the range that it must keep.
    """
    infringing = sum(example.is_infringing for example in examples)
    lawful = len(examples) - infringing
    if len(examples) < DECISIONS_MIN or min(infringing, lawful) < EACH_SIDE_MIN:
        raise CannotCalibrateError(
            f"{infringing} infringing and {lawful} lawful decisions: calibration needs "
            f"{DECISIONS_MIN} in all and {EACH_SIDE_MIN} of each; decide more cases first"
        )
    return _in_ranges(_moved(examples), len(examples))


def _in_ranges(moved: Floats, decisions: int) -> Calibration:
    """The fit, drawn back to the cold start as far as plain evidence has to keep its range."""
    problems: tuple[str, ...] = ()
    for share in _DRAWN_BACK:
        calibration = _calibration(share * moved, decisions)
        problems = outside_ranges(combination_of(calibration))
        if not problems:
            return calibration
    raise CannotCalibrateError(
        "the decisions contradict what plain evidence may mean, so nothing was fitted: "
        f"{'; '.join(problems)}. Look for cases that were decided by mistake"
    )


def _calibration(moved: Floats, decisions: int) -> Calibration:
    shift, scale, *signals = moved.tolist()
    multipliers = {
        name: float(np.exp(log_factor))
        for name, log_factor in zip(_NAMES, signals, strict=True)
        if abs(log_factor) > 1e-9
    }
    return Calibration(COLD_START.name, shift, float(np.exp(scale)), decisions, multipliers)


def report(
    combination: NoisyOr, examples: Sequence[Example], threshold: float
) -> CalibrationReport:
    """How a combination does on decisions it was not fitted to."""
    probabilities = np.array([combination.combine(e.values, {}).probability for e in examples])
    return _report(probabilities, _decided(examples), threshold)


def cross_validated(examples: Sequence[Example], threshold: float) -> CalibrationReport:
    """How `fit` does on these decisions, each judged by a fit that had not seen it."""
    fold = np.random.default_rng(0).permutation(len(examples)) % _FOLDS
    probabilities = np.zeros(len(examples))
    for held_out in range(_FOLDS):
        seen = [e for e, f in zip(examples, fold, strict=True) if f != held_out]
        model = combination_of(_in_ranges(_moved(seen), len(seen)))
        for position in np.flatnonzero(fold == held_out).tolist():
            probabilities[position] = model.combine(examples[position].values, {}).probability
    return _report(probabilities, _decided(examples), threshold)


def _decided(examples: Sequence[Example]) -> Flags:
    return np.array([example.is_infringing for example in examples], dtype=np.bool_)


def _report(probabilities: Floats, decided: Flags, threshold: float) -> CalibrationReport:
    precision, recall = precision_recall(probabilities, decided, threshold)
    return CalibrationReport(
        len(decided),
        int(decided.sum()),
        expected_calibration_error(probabilities, decided),
        brier(probabilities, decided),
        precision,
        recall,
        tuple(reliability_bins(probabilities, decided)),
    )


_RULES = tuple(rule for rule in SIGNALS if rule.role != "context")
_NAMES = tuple(rule.name for rule in _RULES)


def _limits() -> tuple[Floats, Floats]:
    """Least and greatest of shift, log scale and each signal's log multiplier."""
    low, high = [-_SHIFT_MAX, np.log(_SCALE_LIMITS[0])], [_SHIFT_MAX, np.log(_SCALE_LIMITS[1])]
    for rule in _RULES:
        is_strong = rule.role == "cause" and rule.strength >= _STRONG_MIN
        limits = _STRONG_LIMITS if is_strong else _SIGNAL_LIMITS
        if rule.compute is allowed:
            limits = (1.0, 1.0)  # the client's own word; not for the data to weigh
        low.append(np.log(limits[0]))
        high.append(np.log(limits[1]))
    return np.array(low), np.array(high)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Decided listings as arrays: what each signal brings at multiplier 1, and the decisions."""

    causes: Floats  # listings x signals; 0 for relief
    relief: Floats
    decided: Floats
    weights: Floats

    def told(self, moved: Floats) -> tuple[Floats, Floats]:
        """Each listing's log-odds, and how they change with each parameter."""
        shift, scale, factors = moved[0], np.exp(moved[1]), np.exp(moved[2:])
        total = self.causes @ factors
        by_causes = -np.expm1(np.log1p(-COLD_START.leak) - total)
        whole = np.log(by_causes) - np.log1p(-by_causes) + self.relief @ factors
        per_signal = scale * (self.causes / by_causes[:, None] + self.relief) * factors
        steps = np.column_stack((np.ones(len(whole)), scale * whole, per_signal))
        return shift + scale * whole, steps


def _evidence(examples: Sequence[Example]) -> _Evidence:
    rows = len(examples)
    causes, relief = np.zeros((rows, len(_RULES))), np.zeros((rows, len(_RULES)))
    for row, example in enumerate(examples):
        for column, rule in enumerate(_RULES):
            value = example.values.get(rule.name) or 0.0
            if rule.role == "cause":
                causes[row, column] = -np.log1p(-rule.strength * value)
            else:
                relief[row, column] = rule.strength * value
    weights = np.array([example.weight for example in examples])
    return _Evidence(
        causes, relief, _decided(examples).astype(float), weights * rows / weights.sum()
    )


def _pull() -> Floats:
    return np.array([_PULL_SHIFT, _PULL_SCALE, *(_PULL_SIGNAL for _ in _RULES)])


def _moved(examples: Sequence[Example]) -> Floats:
    """Shift, log scale and log multipliers that the decisions speak for.

    Fisher scoring on the penalised likelihood, each step cut back to the limits and halved until
    it gains.
    """
    evidence, pull, (lowest, highest) = _evidence(examples), _pull(), _limits()
    found = np.zeros(len(pull))
    loss = _loss(evidence, found, pull)
    for _ in range(_ROUNDS):
        step = _step(evidence, found, pull, (lowest, highest))
        for halving in range(_HALVINGS):
            moved = np.clip(found - step / 2**halving, lowest, highest)
            lower = _loss(evidence, moved, pull)
            if lower < loss:
                break
        else:
            return found
        is_settled = loss - lower < _GAIN_MIN
        found, loss = moved, lower
        if is_settled:
            break
    return found


def _loss(evidence: _Evidence, at: Floats, pull: Floats) -> float:
    decided = _decided_so(_probability(evidence.told(at)[0]))
    likely = np.where(evidence.decided > 0, decided, 1 - decided)
    return float(-(evidence.weights * np.log(likely)).sum() + 0.5 * (pull * at**2).sum())


def _probability(told: Floats) -> Floats:
    clipped: Floats = np.clip(told, -30, 30)
    return 1 / (1 + np.exp(-clipped))


def _decided_so(probability: Floats) -> Floats:
    """How probably a person decides "infringing" on a listing that infringes so probably."""
    return _DECIDED_WRONG + (1 - 2 * _DECIDED_WRONG) * probability


def _step(evidence: _Evidence, at: Floats, pull: Floats, limits: tuple[Floats, Floats]) -> Floats:
    """The step that a quadratic loss would call for, still where a limit holds a parameter."""
    told, steps = evidence.told(at)
    probability = _probability(told)
    decided = _decided_so(probability)
    rise = (1 - 2 * _DECIDED_WRONG) * probability * (1 - probability)  # of `decided` by log-odds
    spread = decided * (1 - decided)
    slope = steps.T @ (evidence.weights * (decided - evidence.decided) * rise / spread) + pull * at
    curve = steps.T @ (steps * (evidence.weights * rise**2 / spread)[:, None]) + np.diag(pull)
    is_held = ((at <= limits[0]) & (slope > 0)) | ((at >= limits[1]) & (slope < 0))
    free = np.flatnonzero(~is_held)
    step = np.zeros(len(at))
    step[free] = np.linalg.solve(curve[np.ix_(free, free)], slope[free])
    return step


def multipliers_of(calibration: Calibration) -> Mapping[str, float]:
    """How much each signal weighs beside the cold start; 1 where it was not moved."""
    return {name: calibration.multipliers.get(name, 1.0) for name in _NAMES}
