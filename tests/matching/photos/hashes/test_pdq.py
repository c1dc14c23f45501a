from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infringement_dagster.matching.photos.hashes import pdq


def box_filtered(values: list[float], window: int) -> list[float]:
    """The published one-dimensional filter: the mean of what the window has inside."""
    before = (window + 2) // 2 - 1
    after = window - (window + 2) // 2
    found = []
    for at in range(len(values)):
        inside = values[max(0, at - after) : at + before + 1]
        found.append(sum(inside) / len(inside))
    return found


def described_samples(luma: np.ndarray) -> np.ndarray:
    """The published description, pixel by pixel."""
    rows = luma.astype(float).tolist()
    for _ in range(2):
        window = (len(rows[0]) + 127) // 128
        rows = [box_filtered(row, window) for row in rows]
        window = (len(rows) + 127) // 128
        columns = [box_filtered(list(column), window) for column in zip(*rows, strict=True)]
        rows = [list(row) for row in zip(*columns, strict=True)]
    height, width = len(rows), len(rows[0])
    places = [(int((i + 0.5) * height / 64), int((i + 0.5) * width / 64)) for i in range(64)]
    return np.array([[rows[y][x] for _, x in places] for y, _ in places])


@pytest.mark.parametrize("size", [(64, 64), (100, 171), (200, 129), (300, 260)])
def test_samples_follow_the_published_description(size: tuple[int, int]) -> None:
    luma = np.random.default_rng(1).integers(0, 256, size, dtype=np.uint8)
    assert np.allclose(pdq.samples_of(luma), described_samples(luma), atol=1e-2)


def test_bits_are_the_signs_of_low_frequencies_last_bit_first() -> None:
    samples = np.random.default_rng(2).normal(128, 40, (64, 64)).astype(np.float32)
    frequency = np.arange(1, 17)[:, None] * (2 * np.arange(64)[None, :] + 1)
    rows = math.sqrt(2 / 64) * np.cos(math.pi / 128 * frequency)
    spectrum = (rows @ samples @ rows.T).ravel()
    expected = spectrum > np.sort(spectrum)[127]
    (bits,) = pdq.bits_of(samples[None])
    assert np.array_equal(bits[::-1], expected)
    assert int(bits.sum()) == 128


def test_quality_is_nothing_for_a_flat_photo_and_full_for_stripes() -> None:
    assert pdq.quality_of(np.full((64, 64), 200, np.float32)) == 0
    stripes = np.tile(np.array([0, 255], np.float32), (64, 32))
    assert pdq.quality_of(stripes) == 100


@settings(max_examples=40, deadline=None)
@given(st.integers(8, 700), st.integers(8, 700))
def test_samples_of_a_uniform_photo_are_uniform(width: int, height: int) -> None:
    samples = pdq.samples_of(np.full((height, width), 77, np.uint8))
    assert np.allclose(samples, 77, atol=1e-2)
