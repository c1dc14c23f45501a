"""The views of a photo that are hashed: as it is, without its border, and mirrored.

Mirrored views are the other two seen in a mirror; they cost no second look at the pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.domain.photo import View

VIEWS: tuple[View, ...] = ("raw", "trimmed", "mirrored", "trimmed_mirrored")

Box = tuple[int, int, int, int]  # left, top, right, bottom; right and bottom are outside

_TOLERANCE = 14  # levels of 255; JPEG ringing around a product on white reaches 10
_LAYERS_MAX = 3  # a frame, the white margin inside it, and one more
_KEPT_MIN = 0.12  # a box narrower than this share of a side is dust, not a product


def trim_box(luma: NDArray[np.uint8]) -> Box:
    """The box inside all uniform borders; the whole photo when there is none."""
    height, width = luma.shape
    box: Box = (0, 0, width, height)
    for _ in range(_LAYERS_MAX):
        inner = _inside_one_border(luma, box)
        too_small = (
            inner[2] - inner[0] < _KEPT_MIN * width or inner[3] - inner[1] < _KEPT_MIN * height
        )
        if inner == box or too_small:
            return box
        box = inner
    return box


def _inside_one_border(luma: NDArray[np.uint8], box: Box) -> Box:
    left, top, right, bottom = box
    inside = luma[top:bottom, left:right]
    sides = (inside[0], inside[-1], inside[:, 0], inside[:, -1])
    border = int(np.median(np.concatenate(sides)))
    lowest, highest = border - _TOLERANCE, border + _TOLERANCE
    if all(side.min() < lowest or side.max() > highest for side in sides):
        return box  # the product reaches every side: no need to look at each pixel
    rows, columns = (
        np.flatnonzero((inside.min(axis=axis) < lowest) | (inside.max(axis=axis) > highest))
        for axis in (1, 0)
    )
    if not rows.size or not columns.size:
        return box
    return (
        left + int(columns[0]),
        top + int(rows[0]),
        left + int(columns[-1]) + 1,
        top + int(rows[-1]) + 1,
    )
