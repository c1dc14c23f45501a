from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from infringement_dagster.matching.photos.corners.map_fit import places_on_map
from infringement_dagster.matching.photos.corners.points import CornerPoints

RNG = np.random.default_rng(8)
COUNT = 20
PAIRS = np.stack((np.arange(COUNT), np.arange(COUNT)), axis=1)
EIGHTH = 32  # of a turn, in steps


def at(positions: NDArray[np.floating], turn: int = 0, octave: int = 0) -> CornerPoints:
    count = len(positions)
    turns, octaves = (np.full(count, value, np.uint8) for value in (turn, octave))
    nothing = np.zeros((count, 32), np.uint8), np.zeros((128, 128), np.uint8)
    return CornerPoints(400, 400, positions.astype(np.float32), turns, octaves, *nothing)


OURS = at(RNG.uniform(20, 200, (COUNT, 2)))


def moved(linear: list[list[float]]) -> NDArray[np.float32]:
    return OURS.positions @ np.array(linear, np.float32).T + 60


def turned(scale: float) -> list[list[float]]:
    reach = scale * np.sqrt(0.5)
    return [[reach, -reach], [reach, reach]]


def test_all_places_of_a_turned_copy_are_on_one_map() -> None:
    assert places_on_map(OURS, at(moved(turned(1.0)), EIGHTH), PAIRS) == COUNT


def test_places_that_lie_elsewhere_do_not_count() -> None:
    positions = moved(turned(1.0))
    positions[:5] += 30
    assert places_on_map(OURS, at(positions, EIGHTH), PAIRS) in range(12, COUNT - 4)


@pytest.mark.parametrize(
    ("linear", "turn", "octave"),
    [
        ([[-1.0, 0.0], [0.0, 1.0]], 0, 0),
        ([[1.5, 0.0], [0.0, 1.0]], 0, 0),
        (turned(1.0), 0, 0),
        ([[1.0, 0.0], [0.0, 1.0]], 0, 4),
    ],
    ids=["flipped", "stretched", "turned as no point is", "as large as no point is"],
)
def test_a_map_that_no_copy_lies_by_has_no_places(
    linear: list[list[float]], turn: int, octave: int
) -> None:
    assert places_on_map(OURS, at(moved(linear), turn, octave), PAIRS) == 0


def test_pairs_at_random_and_too_few_pairs_are_on_no_map() -> None:
    scattered = at(RNG.uniform(20, 380, (COUNT, 2)))
    assert places_on_map(OURS, scattered, PAIRS) < 7
    assert places_on_map(OURS, OURS, PAIRS[:3]) == 0
    assert places_on_map(OURS, OURS, PAIRS[:0]) == 0
