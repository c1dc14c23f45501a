from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from infringement_dagster.assets.histogram import BINS, histogram

RED = (194, 54, 43)
GREY = (165, 173, 186)


def drawn(probabilities: list[float], review: float = 0.5) -> Image.Image:
    told = histogram(probabilities, review)
    content = base64.b64decode(told.rpartition("base64,")[2].removesuffix(")"))
    assert content.startswith(b"\x89PNG")
    return Image.open(io.BytesIO(content)).convert("RGB")


def columns_of(photo: Image.Image, color: tuple[int, int, int]) -> list[int]:
    """The columns of pixels in which the color is, by their distance from the left in pixels."""
    pixels = photo.load()
    assert pixels is not None
    return [
        x for x in range(photo.width) if any(pixels[x, y] == color for y in range(photo.height))
    ]


def test_scores_for_review_are_red_and_right_of_the_others() -> None:
    photo = drawn([0.02] * 60 + [0.3] + [0.97] * 3)
    grey, red = columns_of(photo, GREY), columns_of(photo, RED)
    assert 0 < len(grey) <= 2 * photo.width / BINS
    assert 0 < len(red) <= photo.width / BINS
    assert max(grey) < photo.width / 2 < min(red)


def test_what_is_drawn_is_said_too() -> None:
    told = histogram([0.1, 0.5, 0.9], 0.5)
    assert told.startswith("3 scores, 2 at or above 0.5\n\n![3 scores, 2 at or above 0.5](data:")


def test_it_is_small() -> None:
    assert len(histogram([number / 500 for number in range(500)], 0.5)) < 6000


@pytest.mark.parametrize("probabilities", [[], [0.0, 1.0], [float("nan"), -1.0, 2.0]])
def test_no_score_and_strange_ones_are_drawn_too(probabilities: list[float]) -> None:
    assert drawn(probabilities).size == drawn([0.5]).size
