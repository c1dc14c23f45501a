"""On how many places pairs of corner points lie on one affine map, as a copy's do.

Pairs that agree by their directions and scales agree coarsely. Fitted by least squares, in 0.2 ms,
those of a copy lie on the map to a few pixels, and the map turns and grows as the points
themselves say; of what agrees by chance six in ten do not, and need no look at pixels, at 4 ms.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.matching.photos.corners.consensus import Rows, place_count
from infringement_dagster.matching.photos.corners.points import CornerPoints

_OFF_MAX_PX = (16.0, 8.0, 4.0)  # of the frame, in rounds; each fits to what the last one left
_PAIRS_MIN = 4  # one more than an affine map fits by itself
# Of 523 copies under 40 edits, photographed from aside included, 3 exceed one or have few places.
_STRETCH_MAX = 1.4
_TURNED_OFF_MAX_RADIANS = 0.2
_GROWN_OFF_MAX = 0.3  # as a natural logarithm


def places_on_map(reference: CornerPoints, photo: CornerPoints, pairs: Rows) -> int:
    """Distinct places on the map that fits the pairs best; 0 where no likely map does."""
    source, target = reference.positions[pairs[:, 0]], photo.positions[pairs[:, 1]]
    fitted = _fitted(np.column_stack((source, np.ones(len(source), np.float32))), target)
    if fitted is None:
        return 0
    linear, on_map = fitted
    if not _is_likely(linear, reference, photo, pairs[on_map]):
        return 0
    return min(place_count(source[on_map]), place_count(target[on_map]))


def _fitted(
    source: NDArray[np.float32], target: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]] | None:
    """The map without its shift, and which pairs lie on it."""
    kept = np.ones(len(source), np.bool_)
    fitted = np.zeros((3, 2), np.float32)
    for off_max_px in _OFF_MAX_PX:
        if kept.sum() < _PAIRS_MIN:
            return None
        fitted = np.linalg.lstsq(source[kept], target[kept], rcond=None)[0]
        off = source @ fitted - target
        kept = np.hypot(off[:, 0], off[:, 1]) < off_max_px
    if kept.sum() < _PAIRS_MIN:
        return None
    return fitted[:2].T.astype(np.float64), kept


def _is_likely(
    linear: NDArray[np.float64], reference: CornerPoints, photo: CornerPoints, pairs: Rows
) -> bool:
    """Whether the map neither flips nor stretches much, and does what each pair says it does."""
    (a, b), (c, d) = linear.tolist()
    area = a * d - b * c
    longest, shortest = np.linalg.svd(linear, compute_uv=False).tolist()
    if area <= 0 or longest > _STRETCH_MAX * shortest:
        return False
    turns = photo.radians[pairs[:, 1]] - reference.radians[pairs[:, 0]]
    said = math.atan2(float(np.sin(turns).sum()), float(np.cos(turns).sum()))
    turned_off = math.remainder(math.atan2(c - b, a + d) - said, 2 * math.pi)
    zooms = np.log(photo.scales[pairs[:, 1]] / reference.scales[pairs[:, 0]])
    grown_off = math.log(area) / 2 - float(np.median(zooms))
    return abs(turned_off) < _TURNED_OFF_MAX_RADIANS and abs(grown_off) < _GROWN_OFF_MAX
