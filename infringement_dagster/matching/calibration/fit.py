"""Fitting the combination of signals to what people have decided.

Belongs here: the fit, its report, and when there is too little to fit. Not here: where decisions
come from, what a signal is (`signals.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from infringement_dagster.domain.client import Calibration
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.matching.calibration.metrics import (
    Bin,
    Flags,
    Floats,
    brier,
    expected_calibration_error,
    precision_recall,
    reliability_bins,
)
from infringement_dagster.matching.combination import (
    Combination,
    Curve,
    Logistic,
    Values,
    curve_pieces,
    strength_of,
)
from infringement_dagster.matching.signals import SIGNALS, allowed

DECISIONS_MIN = 50
EACH_SIDE_MIN = 10
_FOLDS = 5
# How much each part is drawn to its prior. The shift weighs as much as 200 decisions of made-up
# clients do (a tenth of each is in doubt): a smaller pull follows the luck of the draw, and
# fitting every signal's slope anew doubles the calibration error.
_PULL_SHIFT, _PULL_SCALE, _PULL_GLOBAL, _PULL_CURVE = 20.0, 100.0, 0.5, 2.0
_GATES = {allowed.__name__: -12.0}  # the client's own word; not for the data to weigh
_SLOPE_MIN = 0.05  # more evidence never lowers the probability
_KNOTS = (-3.0, -1.5, 0.0, 1.5, 3.0)  # log-odds at which the global curve may bend
_ROUNDS = 50
_HALVINGS = 30
_GAIN_MIN = 1e-9  # of the loss

_NAMES = tuple(rule.name for rule in SIGNALS)
_IS_RELIEF = np.array([rule.role == "relief" for rule in SIGNALS])


class CannotCalibrateError(PermanentError):
    """There are too few decisions, or nearly all of them agree."""


@dataclass(frozen=True, slots=True)
class Example:
    """The signals of one listing and what a person decided about it."""

    values: Values
    is_infringing: bool


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


def fit(examples: Sequence[Example], prior: Logistic) -> Calibration:
    """How one client's decisions shift and scale the prior model's log-odds.

    Raises CannotCalibrateError for fewer than 50 decisions, or fewer than 10 of either kind.
    """
    infringing = sum(example.is_infringing for example in examples)
    lawful = len(examples) - infringing
    if len(examples) < DECISIONS_MIN or min(infringing, lawful) < EACH_SIDE_MIN:
        raise CannotCalibrateError(
            f"{infringing} infringing and {lawful} lawful decisions: calibration needs "
            f"{DECISIONS_MIN} in all and {EACH_SIDE_MIN} of each; decide more cases first"
        )
    return _fitted(examples, prior)


def _fitted(examples: Sequence[Example], prior: Logistic) -> Calibration:
    told = np.array([prior.curve.at(prior.log_odds(example.values, {})) for example in examples])
    rows = np.stack((np.ones(len(told)), told), axis=1)
    limits = (np.array([-np.inf, 0.0]), np.array([np.inf, np.inf]))
    pull = np.array([_PULL_SHIFT, _PULL_SCALE])
    unmoved = np.array([0.0, 1.0])
    shift, scale = penalised_fit(rows, _decided(examples), unmoved, pull, limits).tolist()
    return Calibration(prior.name, shift, scale, len(examples))


def fit_global(examples: Sequence[Example], name: str) -> Logistic:
    """The model of very many decisions of all clients: the prior of each client's own.

    First the signals (causes never count against, relief never for an infringement), then the
    curve that makes their sum honest.
    """
    decided = _decided(examples)
    rows = np.array([_row(example.values) for example in examples])
    rows[:, 1:] *= np.ptp(rows[:, 1:], axis=0) > 0  # what never varies belongs to the bias
    zeros = np.zeros(rows.shape[1])
    bias, *rest = penalised_fit(rows, decided, zeros, zeros + _PULL_GLOBAL, _limits()).tolist()
    slopes = dict(zip(_NAMES, rest[: len(_NAMES)], strict=True))
    slopes |= _GATES
    offsets = dict(zip(_NAMES, rest[len(_NAMES) :], strict=True))
    additive = Logistic(bias, slopes, offsets, name)
    told = np.array([additive.log_odds(example.values, {}) for example in examples])
    return replace(additive, curve=_curve(told, decided))


def _curve(told: Floats, decided: Flags) -> Curve:
    pieces = np.array([[1.0, *curve_pieces(z, _KNOTS)] for z in told.tolist()])
    straight = np.array([_KNOTS[0], *(1.0 for _ in range(len(_KNOTS) + 1))])
    highest = np.full(len(straight), np.inf)
    lowest = np.array([-np.inf, *(_SLOPE_MIN for _ in range(len(_KNOTS) + 1))])
    pull = np.full(len(straight), _PULL_CURVE)
    start, *slopes = penalised_fit(pieces, decided, straight, pull, (lowest, highest)).tolist()
    return Curve(start, _KNOTS, tuple(slopes))


def report(
    combination: Combination, examples: Sequence[Example], threshold: float
) -> CalibrationReport:
    """How a combination does on decisions it was not fitted to."""
    probabilities = np.array([combination.combine(e.values, {}).probability for e in examples])
    return _report(probabilities, _decided(examples), threshold)


def cross_validated(
    examples: Sequence[Example], prior: Logistic, threshold: float
) -> CalibrationReport:
    """How `fit` does on these decisions, each judged by a fit that had not seen it."""
    fold = np.random.default_rng(0).permutation(len(examples)) % _FOLDS
    probabilities = np.zeros(len(examples))
    for held_out in range(_FOLDS):
        seen = [e for e, f in zip(examples, fold, strict=True) if f != held_out]
        fold_fit = _fitted(seen, prior)
        model = replace(prior, client_shift=fold_fit.shift, client_scale=fold_fit.scale)
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


def _row(values: Values) -> list[float]:
    """Bias, strength of each signal (0 where unavailable), and where each is unavailable."""
    given = [values.get(name) for name in _NAMES]
    strengths = [0.0 if value is None else strength_of(value) for value in given]
    return [1.0, *strengths, *(float(value is None) for value in given)]


def _limits() -> tuple[Floats, Floats]:
    """Least and greatest coefficients: causes at least 0, relief at most 0, the rest free."""
    free = np.full(len(_NAMES), np.inf)
    lowest = np.concatenate(([-np.inf], np.where(_IS_RELIEF, -np.inf, 0.0), -free))
    highest = np.concatenate(([np.inf], np.where(_IS_RELIEF, 0.0, np.inf), free))
    return lowest, highest


def penalised_fit(
    rows: Floats, decided: Flags, prior: Floats, pull: Floats, limits: tuple[Floats, Floats]
) -> Floats:
    """The coefficients of a logistic regression, each drawn to its prior by its own pull.

    Newton's method on the penalised likelihood, each step cut back to the limits and halved
    until it gains.
    """
    lowest, highest = limits
    found = np.clip(prior, lowest, highest)
    loss = _loss(rows, decided, found, prior, pull)
    for _ in range(_ROUNDS):
        step = _newton_step(rows, decided, found, prior, pull, limits)
        for halving in range(_HALVINGS):
            moved = np.clip(found - step / 2**halving, lowest, highest)
            lower = _loss(rows, decided, moved, prior, pull)
            if lower < loss:
                break
        else:
            return found
        is_settled = loss - lower < _GAIN_MIN
        found, loss = moved, lower
        if is_settled:
            break
    return found


def _loss(rows: Floats, decided: Flags, at: Floats, prior: Floats, pull: Floats) -> float:
    told = rows @ at
    unlikely = np.logaddexp(0.0, np.where(decided, -told, told)).sum()
    return float(unlikely + 0.5 * (pull * (at - prior) ** 2).sum())


def _newton_step(
    rows: Floats,
    decided: Flags,
    at: Floats,
    prior: Floats,
    pull: Floats,
    limits: tuple[Floats, Floats],
) -> Floats:
    """The step that a quadratic loss would call for, still where a limit holds a coefficient."""
    probability = 1 / (1 + np.exp(-np.clip(rows @ at, -30, 30)))
    slope = rows.T @ (probability - decided) + pull * (at - prior)
    spread = (probability * (1 - probability))[:, None]
    curve = rows.T @ (rows * spread) + np.diag(pull)
    is_held = ((at <= limits[0]) & (slope > 0)) | ((at >= limits[1]) & (slope < 0))
    free = np.flatnonzero(~is_held)
    step = np.zeros(len(at))
    step[free] = np.linalg.solve(curve[np.ix_(free, free)], slope[free])
    return step
