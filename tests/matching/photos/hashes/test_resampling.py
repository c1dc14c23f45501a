from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from infringement_dagster.matching.photos.hashes.resampling import lanczos

SIZES = ((8, 8), (9, 8), (32, 32))


@settings(max_examples=60, deadline=None)
@given(st.integers(9, 300), st.integers(9, 300), st.integers(0, 2**32 - 1))
def test_equals_pillow_to_the_last_bit(width: int, height: int, seed: int) -> None:
    luma = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    photo = Image.fromarray(luma)
    for size, ours in zip(SIZES, lanczos(luma, SIZES), strict=True):
        theirs = np.asarray(photo.resize(size, Image.Resampling.LANCZOS))
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("seed", [36, 74, 136, 252])  # single precision alone fails on each
def test_sums_between_two_levels_are_added_up_exactly(seed: int) -> None:
    luma = np.random.default_rng(seed).integers(0, 256, (400, 400), dtype=np.uint8)
    photo = Image.fromarray(luma)
    for size, ours in zip(SIZES, lanczos(luma, SIZES), strict=True):
        theirs = np.asarray(photo.resize(size, Image.Resampling.LANCZOS))
        assert np.array_equal(ours, theirs)


def test_a_large_photo_in_even_colours_is_exact_too() -> None:
    cells = np.random.default_rng(1).integers(0, 256, (40, 40), dtype=np.uint8)
    photo = Image.fromarray(cells).resize((1600, 1600), Image.Resampling.NEAREST)
    for size, ours in zip(SIZES, lanczos(np.asarray(photo), SIZES), strict=True):
        theirs = np.asarray(photo.resize(size, Image.Resampling.LANCZOS))
        assert np.array_equal(ours, theirs)
