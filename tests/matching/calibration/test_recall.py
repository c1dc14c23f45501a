from __future__ import annotations

import numpy as np
import pytest

from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.calibration.recall import Recall, Reviewed, estimated_recall


def reviewed(infringing: int, lawful: int, stands_for: float, undecided: int = 0) -> Reviewed:
    decided = infringing + lawful
    return Reviewed(
        (decided + undecided) * stands_for,
        [True] * infringing + [False] * lawful,
        [stands_for] * decided,
    )


def test_a_sampled_miss_stands_for_many() -> None:
    found = estimated_recall(reviewed(80, 20, 1), reviewed(1, 49, 20))
    assert isinstance(found, Recall)
    assert found.missed == pytest.approx(20)
    assert found.share == pytest.approx(80 / 100)
    assert found.low < 0.8 < found.high
    assert found.sampled == 50


def test_undecided_cases_are_taken_to_be_like_the_decided() -> None:
    found = estimated_recall(reviewed(40, 10, 1, undecided=50), reviewed(1, 24, 20, undecided=25))
    assert isinstance(found, Recall)
    assert found.share == pytest.approx(80 / (80 + 40))


def test_no_miss_among_few_leaves_recall_open_downwards() -> None:
    few = estimated_recall(reviewed(20, 5, 1), reviewed(0, 5, 50))
    many = estimated_recall(reviewed(20, 5, 1), reviewed(0, 500, 50))
    assert isinstance(few, Recall)
    assert isinstance(many, Recall)
    assert few.share == many.share == 1
    assert few.low < 0.7


def test_scans_that_drew_other_shares_count_by_their_weights() -> None:
    uneven = Reviewed(110, [True, False, False], [10, 50, 50])
    found = estimated_recall(reviewed(10, 0, 1), uneven)
    assert isinstance(found, Recall)
    assert found.missed == pytest.approx(10)


@pytest.mark.parametrize("empty", ["flagged", "sampled"])
def test_without_decisions_recall_is_unknown(empty: str) -> None:
    some, none = reviewed(5, 5, 1), Reviewed(10, [], [])
    pair = (none, some) if empty == "flagged" else (some, none)
    found = estimated_recall(*pair)
    assert isinstance(found, Unavailable)
    assert empty in found.reason


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    held, trials = 0, 200
    for _ in range(trials):
        found_infringing = int(rng.binomial(150, 0.8))
        missed = int(rng.binomial(120, 0.05))
        flagged = reviewed(found_infringing, 150 - found_infringing, 1)
        told = estimated_recall(flagged, reviewed(missed, 120 - missed, 25))
        assert isinstance(told, Recall)
        truth = 150 * 0.8 / (150 * 0.8 + 120 * 25 * 0.05)
        held += told.low <= truth <= told.high
    assert 0.90 <= held / trials <= 0.99
