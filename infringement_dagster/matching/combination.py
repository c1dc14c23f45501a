"""From signals to one probability, with each signal's share of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

Values = Mapping[str, float | None]  # by signal: 0 to 1, None where it is unavailable
Weights = Mapping[str, float]  # the client's, by signal; 1 where it says nothing

_EDGE = 0.02  # values are held this far from 0 and 1, where log-odds have no end


@dataclass(frozen=True, slots=True)
class Combined:
    """A probability and the shares of the signals in its log-odds; the rest is the base rate."""

    probability: float
    contributions: Mapping[str, float]


class Combination(Protocol):
    """A way to combine signals."""

    @property
    def name(self) -> str:
        """Name and version, as scores keep it."""
        ...

    @property
    def is_calibrated(self) -> bool:
        """Whether it was fitted to decisions of people."""
        ...

    def combine(self, values: Values, weights: Weights) -> Combined:
        """The probability that the signals' values stand for."""
        ...


def logit(probability: float) -> float:
    """The log-odds; those of 1e-12 and 1 - 1e-12 at the ends."""
    bounded = min(max(probability, 1e-12), 1 - 1e-12)
    return math.log(bounded) - math.log1p(-bounded)


def logistic(log_odds: float) -> float:
    """The probability with these log-odds."""
    return 1 / (1 + math.exp(-min(max(log_odds, -700.0), 700.0)))


def strength_of(value: float) -> float:
    """A signal's value on the scale of log-odds: 0 at 0, 1 at 1, steep at both ends."""
    lowest = logit(_EDGE)
    return (logit(_EDGE + (1 - 2 * _EDGE) * value) - lowest) / (-2 * lowest)


def _weight(weights: Weights, name: str) -> float:
    return max(0.0, weights.get(name, 1.0))


@dataclass(frozen=True, slots=True)
class NoisyOr:
    """The cold start: causes that may each explain an infringement, and what relieves.

    A cause at value 1 explains an infringement by itself with its probability; relief at value 1
    adds its (negative) log-odds. `leak` is the probability of one that no signal shows.
    """

    causes: Mapping[str, float]
    relief: Mapping[str, float]
    leak: float = 0.01
    name: str = "noisy-or/2"
    is_calibrated: bool = False

    def combine(self, values: Values, weights: Weights) -> Combined:
        """The probability that the signals' values stand for."""
        evidence = {
            name: -_weight(weights, name) * math.log1p(-strength * value)
            for name, strength in self.causes.items()
            if (value := values.get(name)) is not None
        }
        total = sum(evidence.values())
        by_causes = logit(-math.expm1(math.log1p(-self.leak) - total))
        rise = by_causes - logit(self.leak)
        shares = {name: rise * part / total if total else 0.0 for name, part in evidence.items()}
        shares |= {
            name: _weight(weights, name) * log_odds * value
            for name, log_odds in self.relief.items()
            if (value := values.get(name)) is not None
        }
        relieved = sum(shares.get(name, 0.0) for name in self.relief)
        return Combined(logistic(by_causes + relieved), shares)


@dataclass(frozen=True, slots=True)
class Curve:
    """A rising broken line through log-odds; bends where additive evidence over- or understates."""

    start: float  # height at the first knot
    knots: tuple[float, ...]
    slopes: tuple[float, ...]  # left of the first knot, between knots, right of the last

    def at(self, log_odds: float) -> float:
        """The line's height."""
        pieces = curve_pieces(log_odds, self.knots)
        return self.start + sum(s * piece for s, piece in zip(self.slopes, pieces, strict=True))


def curve_pieces(log_odds: float, knots: tuple[float, ...]) -> list[float]:
    """How far the log-odds reach into each piece between knots, from the first knot on."""
    left = min(0.0, log_odds - knots[0])
    right = max(0.0, log_odds - knots[-1])
    between = [min(max(0.0, log_odds - low), high - low) for low, high in pairwise(knots)]
    return [left, *between, right]


STRAIGHT = Curve(0.0, (0.0,), (1.0, 1.0))


@dataclass(frozen=True, slots=True)
class Logistic:
    """Fitted: each signal's strength times its slope, or its offset where it is unavailable.

    The sum goes through `curve`, then `client_scale` and `client_shift` fit it to one client.
    """

    bias: float
    slopes: Mapping[str, float]
    offsets: Mapping[str, float]  # log-odds of a signal being unavailable
    name: str
    curve: Curve = STRAIGHT
    client_shift: float = 0.0
    client_scale: float = 1.0
    is_calibrated: bool = True

    def log_odds(self, values: Values, weights: Weights) -> float:
        """The log-odds before the curve."""
        return self.bias + sum(self._shares(values, weights).values())

    def combine(self, values: Values, weights: Weights) -> Combined:
        """The probability that the signals' values stand for."""
        shares = self._shares(values, weights)
        before = sum(shares.values())
        base, told = self._curved(self.bias), self._curved(self.bias + before)
        stretch = (told - base) / before if abs(before) > 1e-9 else 1.0
        return Combined(logistic(told), {name: stretch * own for name, own in shares.items()})

    def _curved(self, log_odds: float) -> float:
        return self.client_shift + self.client_scale * self.curve.at(log_odds)

    def _shares(self, values: Values, weights: Weights) -> dict[str, float]:
        shares: dict[str, float] = {}
        for name, slope in self.slopes.items():
            value = values.get(name)
            if value is None:
                shares[name] = self.offsets.get(name, 0.0)
            else:
                shares[name] = _weight(weights, name) * slope * strength_of(value)
        return shares
