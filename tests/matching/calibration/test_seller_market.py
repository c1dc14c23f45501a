"""The fit on a generator that only tests: worlds of sellers that the package knows nothing of."""

from __future__ import annotations

import os

import numpy as np
import pytest

from infringement_dagster.matching.signal_table import COLD_START
from tests.support.fit_trials import Measured, Seen, Trial, fitted, measured, world
from tests.support.seller_market import SellerMarket, with_errors

SEEDS = (0, 1)
# Each takes 25 s of a core: FULL_TESTS=1 tries both ends.
BASE_RATES = (0.05, 0.3) if os.environ.get("FULL_TESTS") == "1" else (0.05,)


def fits(base_rate: float, decisions: int = 200, seen: Seen = "review") -> list[Measured]:
    """What reviewers of whom one decision in ten is wrong teach, one world a seed."""
    trials = [Trial("sellers", seed, base_rate, decisions, 0.1, seen) for seed in SEEDS]
    return [measured(trial, fitted(trial)) for trial in trials]


def cold(base_rate: float) -> list[Measured]:
    return [measured(Trial("sellers", seed, base_rate), COLD_START) for seed in SEEDS]


@pytest.mark.parametrize("base_rate", BASE_RATES)
def test_two_hundred_decisions_make_probabilities_honest(base_rate: float) -> None:
    before, after = cold(base_rate), fits(base_rate, seen="all")
    assert np.mean([item.error for item in after]) <= 0.04
    assert np.mean([item.error for item in before]) <= 0.10
    for without, found in zip(before, after, strict=True):
        assert found.ranking >= without.ranking - 1e-3
        assert found.outside == 0


@pytest.mark.parametrize("base_rate", BASE_RATES)
def test_so_do_decisions_on_flagged_and_sampled_listings_alone(base_rate: float) -> None:
    after = fits(base_rate)
    assert np.mean([item.error for item in after]) <= 0.06
    assert [item.outside for item in after] == [0, 0]


def test_a_thousand_decisions_rank_better_than_two_hundred() -> None:
    few, many = fits(0.15), fits(0.15, 1000)
    assert np.mean([item.ranking for item in many]) > np.mean([item.ranking for item in few])
    for entry in many:
        assert entry.precision >= 0.90
        assert entry.recall >= 0.30
        assert entry.error_flagged <= 0.06 + entry.error_by_chance


def test_a_later_market_is_still_told_honestly() -> None:
    assert np.mean([fit.error_later for fit in fits(0.15)]) <= 0.06


def test_a_world_is_the_same_for_its_seed_and_infringes_at_its_rate() -> None:
    assert SellerMarket(3, 0.2).listings(50) == SellerMarket(3, 0.2).listings(50)
    assert SellerMarket(4, 0.2).listings(50) != SellerMarket(3, 0.2).listings(50)
    unseen = world("sellers", 0, 0.15).unseen
    assert 0.12 < np.mean([item.is_infringing for item in unseen]) < 0.18


def test_reviewers_err_as_often_as_told() -> None:
    listings = SellerMarket(3, 0.2).listings(400)
    erring = with_errors(listings, 0.1, 1)
    differ = [a.is_infringing != b.is_infringing for a, b in zip(listings, erring, strict=True)]
    assert 0.05 < np.mean(differ) < 0.16
