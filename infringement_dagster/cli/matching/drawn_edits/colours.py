"""Edits of a photo's colours that leave each edge where it is."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageOps

Draw = np.random.Generator
_INKS = (
    ("#12204a", "#f4d8b0"),
    ("#3a0d2e", "#c8f0e0"),
    ("#0c3b2e", "#ffe9c9"),
    ("#401010", "#ffd0d0"),
)


def in_two_inks(photo: Image.Image, rng: Draw) -> Image.Image:
    """Grey between a dark and a light ink."""
    dark, light = _INKS[int(rng.integers(len(_INKS)))]
    return ImageOps.colorize(photo.convert("L"), dark, light)


def hue_turned(photo: Image.Image, rng: Draw) -> Image.Image:
    """Each hue turned by 60 to 300 degrees."""
    pixels = np.asarray(photo.convert("HSV")).copy()
    pixels[..., 0] += np.uint8(rng.uniform(60, 300) / 360 * 255)
    return Image.fromarray(pixels, "HSV").convert("RGB")


def channels_changed(photo: Image.Image, rng: Draw) -> Image.Image:
    """Red, green and blue in another order."""
    orders = ((1, 2, 0), (2, 0, 1), (2, 1, 0), (0, 2, 1))
    return Image.fromarray(np.asarray(photo)[..., list(orders[int(rng.integers(len(orders)))])])


def inverted(photo: Image.Image) -> Image.Image:
    """As a negative."""
    return ImageOps.invert(photo)
