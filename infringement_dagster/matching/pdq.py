"""The PDQ hash: 256 bits of a picture's coarse structure, with a quality.

Written from the published description of the algorithm (luma, two passes of a box filter,
64x64 samples, 16x16 low DCT frequencies, median). Filter and sampling are linear, so both are
one matrix product per axis. Belongs here: PDQ alone. Not here: other hashes (`hashing.py`).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SAMPLES = 64
_FREQUENCIES = 16
_QUALITY_DIVISOR = 90  # the published scale of the gradient sum
QUALITY_BLANK_MAX = 49  # at or below: near-uniform, matches anything


@lru_cache(maxsize=256)
def _sampler(length: int) -> NDArray[np.float32]:
    """A 64 x `length` matrix: twice box-filtered along one axis, then sampled."""
    window = (length + 2 * SAMPLES - 1) // (2 * SAMPLES)
    after = window // 2  # an even window reaches one further to the right
    before = window - after - 1
    at = np.arange(length)
    low, high = np.maximum(at - before, 0), np.minimum(at + after, length - 1)
    sampled = ((np.arange(SAMPLES) + 0.5) * length / SAMPLES).astype(np.int64)
    second = _box_rows(sampled, low, high, length)
    spread = np.zeros((SAMPLES, length + 1))
    share = second / (high - low + 1)
    for row in range(SAMPLES):
        columns = np.flatnonzero(share[row])
        np.add.at(spread[row], low[columns], share[row, columns])
        np.add.at(spread[row], high[columns] + 1, -share[row, columns])
    summed: NDArray[np.float64] = np.cumsum(spread, axis=1)
    return np.asarray(summed[:, :length], dtype=np.float32)


def _box_rows(
    rows: NDArray[np.int64], low: NDArray[np.int64], high: NDArray[np.int64], length: int
) -> NDArray[np.float64]:
    columns = np.arange(length)
    inside = (columns >= low[rows, None]) & (columns <= high[rows, None])
    return np.asarray(inside / (high - low + 1)[rows, None], dtype=np.float64)


def _dct_rows() -> NDArray[np.float32]:
    frequency = np.arange(1, _FREQUENCIES + 1)[:, None]
    position = 2 * np.arange(SAMPLES)[None, :] + 1
    matrix = np.sqrt(2 / SAMPLES) * np.cos(np.pi / (2 * SAMPLES) * frequency * position)
    return matrix.astype(np.float32)


_DCT = _dct_rows()


def samples_of(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The 64x64 smoothed samples of a picture of any size."""
    height, width = luma.shape
    across = luma.astype(np.float32) @ _sampler(width).T
    return np.asarray(_sampler(height) @ across, dtype=np.float32)


def bits_of(samples: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The 256 bits in the published printing order, highest frequency first."""
    spectrum = (_DCT @ samples @ _DCT.T).ravel()
    lower_median = np.partition(spectrum, 127)[127]
    return np.asarray((spectrum > lower_median)[::-1], dtype=np.bool_)


def quality_of(samples: NDArray[np.float32]) -> int:
    """From 0 (uniform) to 100: how much gradient the picture has."""
    total = sum(
        float(np.abs(np.trunc(np.diff(samples, axis=axis) * np.float32(100 / 255))).sum())
        for axis in (0, 1)
    )
    return min(100, int(total / _QUALITY_DIVISOR))
