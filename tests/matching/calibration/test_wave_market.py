"""The fit on waves of goods, a generator of another make than that of sellers."""

from __future__ import annotations

import numpy as np

from infringement_dagster.matching.signal_table import COLD_START
from tests.support.fit_trials import Trial, fitted, measured
from tests.support.wave_market import WaveMarket

DECIDED = Trial("waves", 0, 0.15, 200, 0.1, "review")


def test_decisions_on_flagged_and_sampled_waves_make_probabilities_honest() -> None:
    cold, found = measured(DECIDED, COLD_START), measured(DECIDED, fitted(DECIDED))
    assert found.error <= 0.04
    assert found.error_flagged <= 0.06
    assert found.error_later <= 0.06
    assert found.ranking >= cold.ranking - 1e-3
    assert found.precision >= 0.90
    assert found.recall >= 0.30
    assert found.outside == 0


def test_a_market_is_the_same_for_its_seed_and_infringes_at_its_rate() -> None:
    assert WaveMarket(3, 0.2).listings(50) == WaveMarket(3, 0.2).listings(50)
    assert WaveMarket(4, 0.2).listings(50) != WaveMarket(3, 0.2).listings(50)
    assert 0.12 < np.mean([item.is_infringing for item in WaveMarket(0, 0.15).listings(900)]) < 0.18


def test_the_later_market_admits_less() -> None:
    def admitting(market: WaveMarket) -> int:
        told = [item.values["fraud_terms"] for item in market.listings(900) if item.is_infringing]
        return sum(1 for value in told if value)

    assert admitting(WaveMarket(5, 0.3).drifted()) < admitting(WaveMarket(5, 0.3))
