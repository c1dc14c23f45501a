from __future__ import annotations

import numpy as np
import pytest

from infringement_dagster.matching.photos.corners.consensus import agreeing
from infringement_dagster.matching.photos.corners.points import TURN_STEPS, CornerPoints

RNG = np.random.default_rng(8)
COUNT, STRAY = 30, 6
THUMB = np.zeros((8, 8), np.uint8)
DESCRIPTORS = np.zeros((COUNT, 32), np.uint8)
PAIRS = np.stack((np.arange(COUNT), np.arange(COUNT)), axis=1)


def points(places: np.ndarray, turns: np.ndarray, octaves: np.ndarray) -> CornerPoints:
    sides = places.astype(np.float32), (turns % TURN_STEPS).astype(np.uint8)
    return CornerPoints(400, 400, *sides, octaves.astype(np.uint8), DESCRIPTORS, THUMB)


PLACES, TURNS = RNG.uniform(20, 380, (COUNT, 2)), RNG.integers(0, TURN_STEPS, COUNT)
REFERENCE = points(PLACES, TURNS, RNG.integers(2, 4, COUNT))


def shown(turn_steps: int, octaves: int, zoom: float) -> CornerPoints:
    """The reference turned and zoomed as its points say, but for some that lie elsewhere."""
    radians = turn_steps * 2 * np.pi / TURN_STEPS
    turn = np.array([[np.cos(radians), -np.sin(radians)], [np.sin(radians), np.cos(radians)]])
    places = (PLACES - 200) @ (zoom * turn).T + 200
    places[:STRAY] += 90
    return points(places, TURNS + turn_steps, REFERENCE.octaves.astype(int) + octaves)


@pytest.mark.parametrize("turn_steps", [0, 64, 200, 250])
@pytest.mark.parametrize(("octaves", "zoom"), [(0, 1.0), (2, 1.44), (-2, 1 / 1.44)])
def test_pairs_of_one_map_agree_and_no_others(turn_steps: int, octaves: int, zoom: float) -> None:
    agreed = agreeing(REFERENCE, shown(turn_steps, octaves, zoom), PAIRS)
    assert np.flatnonzero(~agreed).tolist() == list(range(STRAY))


def test_a_few_that_agree_are_none_where_more_are_asked_for() -> None:
    photo = shown(64, 0, 1.0)
    most = COUNT - STRAY
    assert agreeing(REFERENCE, photo, PAIRS, most).sum() == most
    assert not agreeing(REFERENCE, photo, PAIRS, most + 1).any()
    assert not agreeing(REFERENCE, photo, PAIRS[:3], 4).any()
    assert len(agreeing(REFERENCE, photo, PAIRS[:0])) == 0


def test_points_that_turned_or_grew_otherwise_agree_on_nothing() -> None:
    turns, octaves = TURNS + 40 * np.arange(COUNT), REFERENCE.octaves
    assert agreeing(REFERENCE, points(PLACES, turns, octaves), PAIRS).sum() <= COUNT / 5
