"""The share of infringing listings that the threshold finds, told from sampled cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.calibration.metrics import Floats

_DRAWS = 20_000
_OUTER = (2.5, 97.5)  # percentiles of a 95% interval


@dataclass(frozen=True, slots=True)
class Recall:
    """The share with its 95% interval; `missed` is how many listings below it would infringe."""

    share: float
    low: float
    high: float
    missed: float
    sampled: int  # decided cases that say so


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Cases of one origin: all of them by listings they stand for, and those decided."""

    listings: float  # the sum of the weights of all cases, decided or not
    decided: Sequence[bool]  # infringing or not
    weights: Sequence[float]  # of the decided ones: the inverse of their chance of being seen


def estimated_recall(flagged: Reviewed, sampled: Reviewed) -> Recall | Unavailable:
    """How much flagging finds; undecided cases are taken to be like the decided of their origin.

    A share of no infringing ones among few is no proof that there are none, which is why the
    interval is told: from Jeffreys' priors, drawn with the effective number of decisions. One
    mistake on a sampled case counts for as many listings as the case stands for.
    """
    if not sampled.decided:
        return Unavailable("no sampled case was decided yet")
    if not flagged.decided:
        return Unavailable("no flagged case was decided yet")
    rng = np.random.default_rng(0)
    found = flagged.listings * _shares(flagged, rng)
    missed = sampled.listings * _shares(sampled, rng)
    low, high = np.percentile(found / (found + missed), _OUTER).tolist()
    found_mean = flagged.listings * _mean(flagged)
    missed_mean = sampled.listings * _mean(sampled)
    total = found_mean + missed_mean
    share = found_mean / total if total else 0.0
    return Recall(share, min(low, share), max(high, share), missed_mean, len(sampled.decided))


def _mean(reviewed: Reviewed) -> float:
    return float(np.average(np.array(reviewed.decided, float), weights=np.array(reviewed.weights)))


def _shares(reviewed: Reviewed, rng: np.random.Generator) -> Floats:
    """Shares of infringing ones that the decisions leave possible."""
    weights = np.array(reviewed.weights)
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    infringing = _mean(reviewed) * effective
    return rng.beta(infringing + 0.5, effective - infringing + 0.5, _DRAWS)
