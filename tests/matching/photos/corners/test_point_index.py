from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from infringement_dagster.matching.photos.corners.cells import centres_among
from infringement_dagster.matching.photos.corners.point_index import PointIndex

Descriptors = NDArray[np.uint8]
RNG = np.random.default_rng(5)
NEAR = 3


def drawn(count: int) -> Descriptors:
    return RNG.integers(0, 256, (count, 32), np.uint8)


def disturbed(descriptors: Descriptors, share: float) -> Descriptors:
    flips = RNG.random((len(descriptors), 256)) < share
    return descriptors ^ np.packbits(flips, axis=1)


def indexed(points: Descriptors) -> PointIndex:
    return PointIndex(points, centres_among(points).sorted(points))


@pytest.mark.parametrize("count", [1, 150, 3_000, 40_000])
def test_finds_each_point_where_it_stands(count: int) -> None:
    parts = [drawn(count - count // 3), drawn(count // 3)]
    points = np.concatenate(parts)
    index = indexed(points)
    bits, rows = index.nearest(points[::7], NEAR)
    assert bits.shape == rows.shape == (len(points[::7]), NEAR)
    found = rows[:, 0] == np.arange(0, count, 7)
    assert found.mean() > 0.97  # the others lie in a cell that was not looked into
    assert (bits[found, 0] == 0).all()


def test_finds_most_points_once_a_tenth_of_their_bits_has_turned() -> None:
    points = drawn(20_000)
    bits, rows = indexed(points).nearest(disturbed(points[:500], 0.1), NEAR)
    found = rows[:, 0] == np.arange(500)
    assert found.mean() > 0.5
    assert bits[found, 0].max() < 52


def test_says_the_distance_to_what_it_names() -> None:
    points = drawn(2_000)
    asked = disturbed(points[:50], 0.2)
    bits, rows = indexed(points).nearest(asked, NEAR)
    apart = np.bitwise_count(asked[:, None] ^ points[rows]).sum(axis=2)
    assert np.array_equal(bits[rows >= 0], apart[rows >= 0])


def test_has_no_row_where_there_are_fewer_points_than_asked_for() -> None:
    bits, rows = indexed(drawn(2)).nearest(drawn(4), NEAR)
    assert (rows[:, 2] == -1).all()
    assert (rows[:, :2] >= 0).all()
    assert bits.shape == (4, NEAR)
