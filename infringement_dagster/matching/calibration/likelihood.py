"""How well a moved model explains decisions, and the move that explains them best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from infringement_dagster.matching.calibration.metrics import Floats
from infringement_dagster.matching.combination import NoisyOr, Values
from infringement_dagster.matching.signal_table import COLD_START, SIGNALS
from infringement_dagster.matching.signals.sellers import allowed

RULES = tuple(rule for rule in SIGNALS if rule.role != "context")
# Shift, log scale and each signal's log multiplier; all 0 is where the fit starts.
Moved: TypeAlias = Floats
_SHIFT_MAX = 1.5
_SCALE_LIMITS = (0.7, 1.5)
_SIGNAL_LIMITS = (0.4, 2.5)
_STRONG_LIMITS = (0.7, 2.5)  # what accuses by itself keeps most of its weight
_STRONG_MIN = 0.7  # cold strength
# By how much in log-odds plain cases are kept inside their ranges, and how firmly: a fit that leans
# on a range stays within it, instead of being drawn back as a whole.
_MARGIN, _FIRMNESS = 0.03, 400.0
_ROUNDS, _HALVINGS, _GAIN_MIN = 60, 20, 1e-6


@dataclass(frozen=True, slots=True)
class Evidence:
    """Listings as arrays: what each signal brings in the model that a fit starts from."""

    causes: Floats  # listings x signals; 0 for relief
    relief: Floats
    start: NoisyOr

    def told(self, moved: Moved) -> Floats:
        """Each listing's log-odds."""
        scale = self.start.scale * np.exp(moved[1])
        told: Floats = self.start.shift + moved[0] + scale * self._whole(moved)[1]
        return told

    def steps(self, moved: Moved) -> Floats:
        """How each listing's log-odds change with each parameter."""
        scale, factors = self.start.scale * np.exp(moved[1]), np.exp(moved[2:])
        by_causes, whole = self._whole(moved)
        per_signal = scale * (self.causes / by_causes[:, None] + self.relief) * factors
        return np.column_stack((np.ones(len(whole)), scale * whole, per_signal))

    def _whole(self, moved: Moved) -> tuple[Floats, Floats]:
        factors = np.exp(moved[2:])
        by_causes = -np.expm1(np.log1p(-self.start.leak) - self.causes @ factors)
        return by_causes, np.log(by_causes) - np.log1p(-by_causes) + self.relief @ factors


def evidence_of(listings: Sequence[Values], start: NoisyOr = COLD_START) -> Evidence:
    """The signals' values as what they bring."""
    factors = np.array([start.multipliers.get(rule.name, 1.0) for rule in RULES])
    causes, relief = np.zeros((2, len(listings), len(RULES)))
    for row, values in enumerate(listings):
        for column, rule in enumerate(RULES):
            value = values.get(rule.name) or 0.0
            if rule.role == "cause":
                causes[row, column] = -np.log1p(-rule.strength * value)
            else:
                relief[row, column] = rule.strength * value
    return Evidence(causes * factors, relief * factors, start)


@dataclass(frozen=True, slots=True)
class Decided:
    """Decided listings; `weights` add up to their number."""

    evidence: Evidence
    infringing: Floats  # 1 or 0
    weights: Floats


@dataclass(frozen=True, slots=True)
class Plain:
    """Plain cases and the log-odds between which each has to stay."""

    evidence: Evidence
    low: Floats
    high: Floats
    margin: float = _MARGIN

    def beyond(self, moved: Moved) -> Floats:
        """How far each case is above its range; below it negative, within 0."""
        told = self.evidence.told(moved)
        above = np.maximum(0, told - (self.high - self.margin))
        below: Floats = np.maximum(0, self.low + self.margin - told)
        return above - below


@dataclass(frozen=True, slots=True)
class Beliefs:
    """Assumptions before any decision is read.

    `decided_wrong` is the share that reviewers err; the others draw each part to the cold start,
    as inverse variances of its log.
    """

    decided_wrong: float
    pull_signal: float
    pull_shift: float = 1.0
    pull_scale: float = 20.0

    @property
    def pulls(self) -> Floats:
        """Of each parameter."""
        return np.array([self.pull_shift, self.pull_scale, *(self.pull_signal for _ in RULES)])

    def decided_so(self, probability: Floats) -> Floats:
        """How probably a person decides "infringing" on a listing that infringes so probably."""
        return self.decided_wrong + (1 - 2 * self.decided_wrong) * probability


@dataclass(frozen=True, slots=True)
class Problem:
    """The question of a fit: decisions under beliefs, within ranges unless there are none.

    Signals that are `held` stay where they are.
    """

    decided: Decided
    beliefs: Beliefs
    plain: Plain | None
    held: frozenset[str] = frozenset()

    def solved(self) -> Moved:
        """The move with the least loss.

        Fisher scoring, each step cut back to the limits and halved until it gains.
        """
        lowest, highest = limits(self.held)
        found = np.zeros(len(lowest))
        loss = self.loss(found)
        for _ in range(_ROUNDS):
            step = self._step(found, lowest, highest)
            for halving in range(_HALVINGS):
                moved = np.clip(found - step / 2**halving, lowest, highest)
                lower = self.loss(moved)
                if lower < loss:
                    break
            else:
                return found
            is_settled = loss - lower < _GAIN_MIN
            found, loss = moved, lower
            if is_settled:
                break
        return found

    def loss(self, at: Moved) -> float:
        """The penalised negative log-likelihood."""
        leaning = 0.0 if self.plain is None else float((self.plain.beyond(at) ** 2).sum())
        return -self._likelihood(at) + 0.5 * _FIRMNESS * leaning

    def supported(self, at: Moved) -> float:
        """How well the beliefs explain the decisions, whatever the move: Laplace's approximation.

        By it the decisions themselves tell how much signals differ and how often people err.
        """
        pulls = self.beliefs.pulls
        curve = self._curve(at) + np.diag(pulls)
        volume = float(np.log(pulls).sum()) - float(np.linalg.slogdet(curve)[1])
        return self._likelihood(at) + 0.5 * volume

    def _likelihood(self, at: Moved) -> float:
        decided = self.decided
        so = self.beliefs.decided_so(_probability(decided.evidence.told(at)))
        likely = np.where(decided.infringing > 0, so, 1 - so)
        pulled = 0.5 * (self.beliefs.pulls * at**2).sum()
        return float((decided.weights * np.log(likely)).sum() - pulled)

    def _slopes(self, at: Moved) -> tuple[Floats, Floats, Floats]:
        """The decisions' steps, their slope and curvature by log-odds."""
        decided, beliefs = self.decided, self.beliefs
        probability = _probability(decided.evidence.told(at))
        so = beliefs.decided_so(probability)
        rise = (1 - 2 * beliefs.decided_wrong) * probability * (1 - probability)
        spread = so * (1 - so)
        slope = decided.weights * (so - decided.infringing) * rise / spread
        return decided.evidence.steps(at), slope, decided.weights * rise**2 / spread

    def _curve(self, at: Moved) -> Floats:
        steps, _, curvature = self._slopes(at)
        curve: Floats = steps.T @ (steps * curvature[:, None])
        return curve

    def _step(self, at: Moved, lowest: Moved, highest: Moved) -> Moved:
        """The step that a quadratic loss would call for, still where a limit holds a parameter."""
        steps, by_told, curvature = self._slopes(at)
        slope = steps.T @ by_told + self.beliefs.pulls * at
        curve = steps.T @ (steps * curvature[:, None]) + np.diag(self.beliefs.pulls)
        if self.plain is not None:
            beyond, leaning = self.plain.beyond(at), self.plain.evidence.steps(at)
            slope += _FIRMNESS * leaning.T @ beyond
            curve += _FIRMNESS * leaning[beyond != 0].T @ leaning[beyond != 0]
        is_held = ((at <= lowest) & (slope > 0)) | ((at >= highest) & (slope < 0))
        free = np.flatnonzero(~is_held)
        step = np.zeros(len(at))
        step[free] = np.linalg.solve(curve[np.ix_(free, free)], slope[free])
        return step


def _probability(told: Floats) -> Floats:
    clipped: Floats = np.clip(told, -30, 30)
    return 1 / (1 + np.exp(-clipped))


def limits(held: frozenset[str] = frozenset()) -> tuple[Moved, Moved]:
    """Least and greatest of each parameter."""
    low, high = [-_SHIFT_MAX, np.log(_SCALE_LIMITS[0])], [_SHIFT_MAX, np.log(_SCALE_LIMITS[1])]
    for rule in RULES:
        is_strong = rule.role == "cause" and rule.strength >= _STRONG_MIN
        bounds = _STRONG_LIMITS if is_strong else _SIGNAL_LIMITS
        if rule.name in {allowed.__name__, *held}:
            bounds = (1.0, 1.0)  # the first is the client's own word; not for the data to weigh
        low.append(np.log(bounds[0]))
        high.append(np.log(bounds[1]))
    return np.array(low), np.array(high)
