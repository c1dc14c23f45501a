"""Maps from a reference to the photo that shows it: affine, or projective where many points agree.

A photographed screen or print is seen from aside: no affine map lays the reference over it within
a pixel. A projective one does, and is believed only where many places agree on it, as its eight
numbers fit much by chance.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

OFFSET_MAX_PX = 6.0  # in a frame of 400 px
PROJECTIVE_PLACES_MIN = 15
_PROJECTIVE_OFFSET_MAX_PX = 4.0
_ROUNDS_MAX = 500
_SHRINK_MIN, _GROW_MAX = 0.1, 6.0
_DEPTH_MAX = 2.5  # the nearest corner's scale over the farthest's

Points = NDArray[np.float32]  # n x 2
Flags = NDArray[np.bool_]
Map = NDArray[np.float64]  # 2 x 3, or 3 x 3 where it is projective


def is_plausible(affine: Map, stretch_max: float) -> bool:
    """Whether a seller would make such an edit: no flip, no sliver, no thousandfold zoom."""
    if not np.isfinite(affine).all() or np.linalg.det(affine[:2, :2]) <= 0:
        return False
    longest, shortest = np.linalg.svd(affine[:2, :2], compute_uv=False).tolist()
    return bool(
        shortest >= _SHRINK_MIN and longest <= _GROW_MAX and longest <= stretch_max * shortest
    )


def projective_map(
    source: Points, target: Points, size_px: tuple[int, int], stretch_max: float
) -> tuple[Map, Flags] | None:
    """The map as of a flat thing seen from aside and the pairs that agree on it, or None.

    `size_px` is that of the photo it maps from.
    """
    if len(source) < PROJECTIVE_PLACES_MIN:
        return None
    found = cv2.findHomography(
        source, target, cv2.RANSAC, _PROJECTIVE_OFFSET_MAX_PX, maxIters=_ROUNDS_MAX
    )
    projective = np.asarray(found[0], np.float64)
    if projective.shape != (3, 3):  # OpenCV found none
        return None
    kept = np.asarray(found[1]).ravel() > 0
    if kept.sum() < PROJECTIVE_PLACES_MIN or not _is_seen_from_aside(
        projective, size_px, stretch_max
    ):
        return None
    return projective, kept


def _is_seen_from_aside(projective: Map, size_px: tuple[int, int], stretch_max: float) -> bool:
    """Whether every corner lies before the camera and none much nearer than another."""
    corners = corners_of(size_px)
    depths = corners @ projective[2, :2] + projective[2, 2]
    if not np.isfinite(projective).all() or depths.min() <= 0:
        return False
    if depths.max() > _DEPTH_MAX * depths.min():
        return False
    centre = np.array([size_px], np.float64) / 2
    return is_plausible(_slope_at(projective, centre), stretch_max)


def _slope_at(projective: Map, place: NDArray[np.float64]) -> Map:
    """The affine map that is nearest to it around a place."""
    steps = place + np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    here, across, down = mapped(projective, steps)
    return np.column_stack((across - here, down - here, here))


def corners_of(size_px: tuple[int, int]) -> NDArray[np.float64]:
    """The four corners of a photo, in order around it."""
    width_px, height_px = size_px
    return np.array([[0, 0], [width_px, 0], [width_px, height_px], [0, height_px]], np.float64)


def mapped(transform: Map, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """The places where the map puts those given."""
    moved = places @ transform[:, :2].T + transform[:, 2]
    return np.asarray(moved if len(transform) == 2 else moved[:, :2] / moved[:, 2:], np.float64)


def rescaled(transform: Map, source_scale: float, target_scale: float) -> Map:
    """The same map between photos scaled from what the map is of: `target_scale` times as large.

    `source_scale` times the new source's size is the old one's. Pixels count from their centres:
    without that half a turn is two thirds of a small photo's pixel off.
    """
    half = (source_scale - 1) / 2
    scaled = transform.copy()
    scaled[:, 2] += half * transform[:, :2].sum(axis=1)
    scaled[:, :2] *= source_scale
    scaled[:2] *= target_scale
    shift = (target_scale - 1) / 2
    if len(scaled) == 2:
        scaled[:, 2] += shift
    else:
        scaled[:2] += shift * scaled[2]
    return scaled
