"""The PDQ hash: 256 bits of a picture's coarse structure, with a quality.

Written from the published description of the algorithm (luma, two passes of a box filter,
64x64 samples, 16x16 low DCT frequencies, median). No large matrix product: BLAS threads that
spin on a busy machine cost ten times the hash. Belongs here: PDQ alone. Not here: the registry of
hashes (`hashing.py`).
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

SAMPLES = 64
_FREQUENCIES = 16
_QUALITY_DIVISOR = 90  # the published scale of the gradient sum
QUALITY_BLANK_MAX = 49  # at or below: near-uniform, matches anything


@lru_cache(maxsize=1024)  # a trimmed picture may have any size
def _box(length: int) -> tuple[int, int, NDArray[np.float32], NDArray[np.int64]]:
    """Along one axis: window, anchor, 1 / (pixels of the window inside), and sampled positions."""
    window = (length + 2 * SAMPLES - 1) // (2 * SAMPLES)
    anchor = (window - 1) // 2  # an even window reaches one further right
    position = np.arange(length)
    low = np.maximum(position - anchor, 0)
    high = np.minimum(position - anchor + window, length)
    sampled = ((np.arange(SAMPLES) + 0.5) * length / SAMPLES).astype(np.int64)
    return window, anchor, (1 / (high - low)).astype(np.float32), sampled


def _dct_rows() -> NDArray[np.float32]:
    frequency = np.arange(1, _FREQUENCIES + 1)[:, None]
    position = 2 * np.arange(SAMPLES)[None, :] + 1
    matrix = np.sqrt(2 / SAMPLES) * np.cos(np.pi / (2 * SAMPLES) * frequency * position)
    return np.asarray(matrix, dtype=np.float32)


_DCT = _dct_rows()


def samples_of(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The 64x64 smoothed samples of a picture of any size."""
    height, width = luma.shape
    across, anchor_x, share_x, columns = _box(width)
    down, anchor_y, share_y, rows = _box(height)
    once = _box_sums(luma, (across, down), (anchor_x, anchor_y))
    once *= share_y[:, None]
    once *= share_x
    twice = _box_sums(once, (across, down), (anchor_x, anchor_y))[np.ix_(rows, columns)]
    return np.asarray(twice * share_y[rows, None] * share_x[columns], dtype=np.float32)


def _box_sums(
    values: NDArray[np.uint8] | NDArray[np.float32], size: tuple[int, int], anchor: tuple[int, int]
) -> NDArray[np.float32]:
    outside = cv2.BORDER_CONSTANT
    sums = cv2.boxFilter(
        values, cv2.CV_32F, size, None, anchor, normalize=False, borderType=outside
    )
    return np.asarray(sums, dtype=np.float32)


def bits_of(samples: NDArray[np.float32]) -> NDArray[np.bool_]:
    """For each of a stack of samples its 256 bits in the published printing order."""
    spectrum = (_DCT @ samples @ _DCT.T).reshape(len(samples), -1)  # too small to thread
    lower_median = np.partition(spectrum, 127, axis=1)[:, 127:128]
    return np.asarray((spectrum > lower_median)[:, ::-1], dtype=np.bool_)


def quality_of(samples: NDArray[np.float32]) -> int:
    """From 0 (uniform) to 100: how much gradient the picture has."""
    scaled = samples * np.float32(100 / 255)
    down, across = scaled[1:] - scaled[:-1], scaled[:, 1:] - scaled[:, :-1]
    total = sum(float(np.abs(np.trunc(steps)).sum()) for steps in (down, across))
    return min(100, int(total / _QUALITY_DIVISOR))
