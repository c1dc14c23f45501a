"""From signals to one probability, with each signal's share of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Values = Mapping[str, float | None]  # by signal: 0 to 1, None where it is unavailable
Weights = Mapping[str, float]  # the client's, by signal; 1 where it says nothing


@dataclass(frozen=True, slots=True)
class Combined:
    """A probability and the shares of the signals in its log-odds; the rest is the base rate."""

    probability: float
    contributions: Mapping[str, float]


def logit(probability: float) -> float:
    """The log-odds; those of 1e-12 and 1 - 1e-12 at the ends."""
    bounded = min(max(probability, 1e-12), 1 - 1e-12)
    return math.log(bounded) - math.log1p(-bounded)


def logistic(log_odds: float) -> float:
    """The probability with these log-odds."""
    return 1 / (1 + math.exp(-min(max(log_odds, -700.0), 700.0)))


@dataclass(frozen=True, slots=True)
class NoisyOr:
    """Causes that may each explain an infringement, and what relieves.

    A cause at value 1 explains an infringement by itself with its probability; relief at value 1
    adds its (negative) log-odds. `leak` is the probability of one that no signal shows. More of a
    cause never lowers the probability and more relief never raises it, whatever was fitted.
    """

    causes: Mapping[str, float]
    relief: Mapping[str, float]
    leak: float = 0.01
    name: str = "noisy-or"
    is_calibrated: bool = False
    multipliers: Mapping[str, float] = field(default_factory=dict)  # by signal
    shift: float = 0.0  # of the log-odds
    scale: float = 1.0

    def combine(self, values: Values, weights: Weights) -> Combined:
        """The probability that the signals' values stand for."""
        evidence = {
            name: -self._weight(weights, name) * math.log1p(-strength * value)
            for name, strength in self.causes.items()
            if (value := values.get(name)) is not None
        }
        total = sum(evidence.values())
        base = logit(self.leak)
        rise = logit(-math.expm1(math.log1p(-self.leak) - total)) - base
        shares = {name: rise * part / total if total else 0.0 for name, part in evidence.items()}
        shares |= {
            name: self._weight(weights, name) * log_odds * value
            for name, log_odds in self.relief.items()
            if (value := values.get(name)) is not None
        }
        shares = {name: self.scale * share for name, share in shares.items()}
        told = self.shift + self.scale * base + sum(shares.values())
        return Combined(logistic(told), shares)

    def moved(self, multipliers: Mapping[str, float], shift: float, scale: float) -> NoisyOr:
        """The same, moved on from where it is: multipliers and scales multiply, shifts add up."""
        factors = {
            name: self.multipliers.get(name, 1.0) * multipliers.get(name, 1.0)
            for name in {**self.multipliers, **multipliers}
        }
        return replace(
            self, multipliers=factors, shift=self.shift + shift, scale=self.scale * scale
        )

    def fitted(
        self, name: str, multipliers: Mapping[str, float], shift: float, scale: float
    ) -> NoisyOr:
        """The same with what decisions have moved."""
        return replace(self.moved(multipliers, shift, scale), name=name, is_calibrated=True)

    def renamed(self, name: str) -> NoisyOr:
        """The same under a name that tells more."""
        return replace(self, name=name)

    def _weight(self, weights: Weights, name: str) -> float:
        return max(0.0, weights.get(name, 1.0)) * self.multipliers.get(name, 1.0)
