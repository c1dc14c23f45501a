"""Trials of the fit: decisions drawn from a made-up world, and how honest scores are afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np

from infringement_dagster.matching.calibrated_model import combination_of
from infringement_dagster.matching.calibration.evidence_ranges import outside_ranges
from infringement_dagster.matching.calibration.fit import CannotCalibrateError, Example, fit
from infringement_dagster.matching.calibration.metrics import (
    Flags,
    Floats,
    area_under_roc,
    expected_calibration_error,
    precision_recall,
)
from infringement_dagster.matching.calibration.synthetic import made_up_examples
from infringement_dagster.matching.combination import NoisyOr
from infringement_dagster.matching.signal_table import COLD_START
from tests.support.seller_market import SellerMarket, with_errors
from tests.support.wave_market import WaveMarket

Generator = Literal["sellers", "waves", "kinds"]
Seen = Literal["all", "review"]  # whose listings are decided: any, or those that a reviewer gets
REVIEW, NOTICE_READY, SAMPLED_SHARE = 0.5, 0.9, 0.02
_DECIDABLE = 8000  # of which a reviewer gets some 560 at 5%, more than 1,000 from 15% on
# Of 200, what is flagged at 5% would be .06 off by chance alone.
_UNSEEN_MIN, _UNSEEN_INFRINGING = 2000, 400


@dataclass(frozen=True, slots=True)
class World:
    """Listings of one made-up client: those that may be decided, others like them, and later."""

    decidable: list[Example]
    unseen: list[Example]
    later: list[Example]


@dataclass(frozen=True, slots=True)
class Trial:
    """A fit to so many decisions of a world; `wrong` is the share that reviewers err."""

    generator: Generator
    seed: int
    base_rate: float
    decisions: int = 200
    wrong: float = 0.0
    seen: Seen = "all"


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures on listings that the fit has not seen, against the truth."""

    error: float  # expected calibration error
    error_flagged: float
    error_by_chance: float  # of flagged ones, were each probability true
    error_later: float
    ranking: float  # area under the ROC curve
    precision: float  # from notice_ready on
    recall: float
    outside: int  # cases of the evidence table out of their range


@lru_cache(maxsize=64)
def world(generator: Generator, seed: int, base_rate: float) -> World:
    """The same for the same seed; the fewer infringe, the more listings there are."""
    size = max(_UNSEEN_MIN, int(_UNSEEN_INFRINGING / base_rate))
    if generator != "kinds":
        market = (SellerMarket if generator == "sellers" else WaveMarket)(seed, base_rate)
        later = market.drifted().listings(1500)
        return World(market.listings(_DECIDABLE), market.listings(size), later)
    rates = (base_rate, base_rate, min(0.45, base_rate * 1.3))
    sizes = (_DECIDABLE, size, 1500)
    made = [
        made_up_examples(seed * 10 + number, count, rate, 0.0)
        for number, (count, rate) in enumerate(zip(sizes, rates, strict=True))
    ]
    return World(*made)


def decided(trial: Trial) -> list[Example]:
    """The decisions that the trial's reviewers have made."""
    rng = np.random.default_rng((trial.seed, 3))
    among = world(trial.generator, trial.seed, trial.base_rate).decidable
    shuffled = [among[at] for at in rng.permutation(len(among)).tolist()]
    if trial.seen == "review":
        shuffled = [shown for item in shuffled if (shown := _shown(item, rng)) is not None]
    return with_errors(shuffled[: trial.decisions], trial.wrong, trial.seed)


def _shown(one: Example, rng: np.random.Generator) -> Example | None:
    """The listing with its weight where a reviewer gets to see it: flagged, or sampled."""
    if COLD_START.combine(one.values, {}).probability >= REVIEW:
        return one
    return replace(one, weight=1 / SAMPLED_SHARE) if rng.random() < SAMPLED_SHARE else None


def fitted(trial: Trial) -> NoisyOr:
    """The model after the trial's decisions; cold where they do not allow a fit."""
    try:
        return combination_of(fit(decided(trial)))
    except CannotCalibrateError:
        return COLD_START


def measured(trial: Trial, model: NoisyOr) -> Measured:
    """The model's figures on the unseen listings of the trial's world."""
    there = world(trial.generator, trial.seed, trial.base_rate)
    told, truth = _told(model, there.unseen), _truth(there.unseen)
    is_flagged = told >= REVIEW
    precision, recall = precision_recall(told, truth, NOTICE_READY)
    return Measured(
        expected_calibration_error(told, truth),
        expected_calibration_error(told[is_flagged], truth[is_flagged]),
        _by_chance(told[is_flagged]),
        expected_calibration_error(_told(model, there.later), _truth(there.later)),
        area_under_roc(told[truth], told[~truth]),
        precision,
        recall,
        len(outside_ranges(model)),
    )


def mean_of(found: Sequence[Measured], figure: Callable[[Measured], float]) -> float:
    """The figure's mean over trials."""
    return float(np.mean([figure(item) for item in found]))


def _by_chance(told: Floats) -> float:
    """The error that so few listings show although their probabilities are true."""
    rng = np.random.default_rng(5)
    drawn = [expected_calibration_error(told, rng.random(len(told)) < told) for _ in range(20)]
    return float(np.mean(drawn))


def _told(model: NoisyOr, listings: Sequence[Example]) -> Floats:
    return np.array([model.combine(listing.values, {}).probability for listing in listings])


def _truth(listings: Sequence[Example]) -> Flags:
    return np.array([listing.is_infringing for listing in listings], dtype=np.bool_)
