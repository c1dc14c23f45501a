from __future__ import annotations

import numpy as np
import pytest

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.matching.photos.corners.cells import (
    centres_among,
    gathered,
    unpacked_cells,
    unpacked_centres,
    version_of_cells,
)

RNG = np.random.default_rng(9)
POINTS = RNG.integers(0, 256, (3_000, 32), np.uint8)
CENTRES = centres_among(POINTS)


def test_cells_and_centres_are_the_same_once_unpacked() -> None:
    found = CENTRES.sorted(POINTS[:500])
    again = unpacked_centres(CENTRES.packed())
    assert again.version == CENTRES.version
    packed = found.packed()
    assert version_of_cells(packed) == CENTRES.version
    places = unpacked_cells(packed, again, 500)
    assert places is not None
    assert np.array_equal(places.cells, found.cells)
    assert np.array_equal(again.sorted(POINTS[:500]).cells, found.cells)


def test_cells_of_other_centres_or_of_other_points_are_none() -> None:
    packed = CENTRES.sorted(POINTS[:500]).packed()
    other = centres_among(POINTS[::-1])
    assert unpacked_cells(packed, other, 500) is None
    assert unpacked_cells(packed, CENTRES, 499) is None
    assert unpacked_cells(packed[:-2] + b"\xff\xff", CENTRES, 500) is None
    assert unpacked_cells(b"", CENTRES, 0) is None


@pytest.mark.parametrize("content", [b"", b"half a point", bytes(32 * 20_000)])
def test_bytes_that_are_no_centres_are_refused(content: bytes) -> None:
    with pytest.raises(PermanentError):
        unpacked_centres(content)


def test_cells_around_different_centres_are_not_gathered() -> None:
    ours = CENTRES.sorted(POINTS[:100])
    both = gathered([ours, CENTRES.sorted(POINTS[100:300])])
    assert both is not None
    assert np.array_equal(both.cells, CENTRES.sorted(POINTS[:300]).cells)
    assert gathered([ours, centres_among(POINTS[::-1]).sorted(POINTS[:100])]) is None
    assert gathered([ours, None]) is None
    assert gathered([]) is None


def test_centres_are_outgrown_once_there_are_more_than_twice_as_many_points() -> None:
    assert not CENTRES.are_outgrown_by(2 * len(POINTS))
    assert CENTRES.are_outgrown_by(3 * len(POINTS))
