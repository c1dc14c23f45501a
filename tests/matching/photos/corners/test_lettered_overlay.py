"""Letters over all of a photo, told from another side of the same product."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from infringement_dagster.matching.photos.corners.overlay import lettered_overlay

SIDE_PX = 128
WHERE_IT_IS = np.eye(2, 3)
Grey = NDArray[np.uint8]


def texture(seed: int) -> Grey:
    """Detail everywhere, such as that of a keyboard."""
    noise = np.random.default_rng(seed).integers(0, 255, (SIDE_PX, SIDE_PX)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.0) - 127
    return np.clip(smooth * 5 + 127, 0, 255).astype(np.uint8)


def bars(every_px: int, thick_px: int) -> NDArray[np.bool_]:
    """Strokes across all of a photo."""
    return np.broadcast_to((np.arange(SIDE_PX) % every_px < thick_px)[:, None], (SIDE_PX, SIDE_PX))


def covered(photo: Grey, mask: NDArray[np.bool_]) -> Grey:
    return np.where(mask, np.uint8(250), photo)


@pytest.mark.parametrize(
    ("thick_px", "is_lettered"), [(8, True), (4, False)], ids=["two fifths", "a quarter"]
)
def test_letters_cover_a_third_of_a_photo_without_flat_places(
    thick_px: int, is_lettered: bool
) -> None:
    reference = texture(1)
    photo = covered(reference, bars(24, thick_px))
    assert (
        lettered_overlay(reference, photo, WHERE_IT_IS, is_rough=True) is not None
    ) == is_lettered


@pytest.mark.parametrize(
    "is_throughout", [True, False], ids=["letters all over", "another thing at its side"]
)
def test_letters_disturb_flat_places_in_each_part(is_throughout: bool) -> None:
    reference = texture(1)
    reference[:, :12] = reference[:, 100:] = 30  # flat at either side, more of it on the right
    strokes = bars(14, 5).copy()
    if not is_throughout:
        strokes[:, :44] = False
        strokes[:, 44:] |= bars(6, 3)[:, 44:] & (np.arange(44, SIDE_PX) % 20 < 8)
    photo = covered(reference, strokes)
    found = lettered_overlay(reference, photo, WHERE_IT_IS, is_rough=True)
    assert (found is not None) == is_throughout
