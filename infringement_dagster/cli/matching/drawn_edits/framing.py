"""Edits of a photo's frame: cut, turned, mirrored, padded, seen from aside."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageFilter, ImageOps

Draw = np.random.Generator


def cropped(photo: Image.Image, kept: float, rng: Draw) -> Image.Image:
    """A part with that share of each side, anywhere in the photo."""
    width, height = (max(8, round(side * kept)) for side in photo.size)
    left = int(rng.integers(0, photo.width - width + 1))
    top = int(rng.integers(0, photo.height - height + 1))
    return photo.crop((left, top, left + width, top + height))


def cropped_twice(photo: Image.Image, rng: Draw) -> Image.Image:
    """Cut, scaled, and cut again to another shape."""
    once = cropped(photo, 0.85, rng)
    smaller = once.resize((round(once.width * 0.8), round(once.height * 0.8)))
    width = round(smaller.width * float(rng.uniform(0.72, 0.95)))
    left = int(rng.integers(0, smaller.width - width + 1))
    return smaller.crop((left, 0, left + width, round(smaller.height * 0.85)))


def turned(photo: Image.Image, degrees: float) -> Image.Image:
    """Turned on white, whole."""
    return photo.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")


def padded(photo: Image.Image, share: float, colour: str) -> Image.Image:
    """A frame around it, its width a share of the longer side."""
    return ImageOps.expand(photo, round(max(photo.size) * share), colour)


def from_aside(photo: Image.Image, rng: Draw, slant: float = 0.14) -> Image.Image:
    """As seen from aside: each corner is moved by up to a share of the sides."""
    width, height = photo.size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + rng.uniform(-slant, slant, (4, 2)) * (width, height)
    moved -= moved.min(axis=0)
    size = tuple(int(side) for side in np.ceil(moved.max(axis=0)))
    warp = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    drawn = cv2.warpPerspective(
        np.asarray(photo), warp, size, flags=cv2.INTER_AREA, borderValue=(214, 210, 205)
    )
    return Image.fromarray(np.asarray(drawn, np.uint8))


def photographed_screen(photo: Image.Image, rng: Draw) -> Image.Image:
    """A screen that was photographed: from aside, its lines, a dull gamma, soft."""
    pixels = np.asarray(from_aside(padded(photo, 0.08, "#202225"), rng, 0.08), np.float32)
    lines = 1 + 0.05 * np.sin(np.arange(pixels.shape[0]) * float(rng.uniform(1.5, 2.5)))
    shade = np.linspace(float(rng.uniform(0.75, 0.95)), 1.0, pixels.shape[1])
    dull = 255 * (pixels / 255) ** 0.85 * lines[:, None, None] * shade[None, :, None]
    return Image.fromarray(dull.clip(0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))
