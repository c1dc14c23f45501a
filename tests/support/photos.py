"""Photos that tests make for themselves: products on white, with an exact seed."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw


def product(seed: int, size: int = 480) -> Image.Image:
    """A made-up product on white: shapes and texture that no other seed has."""
    rng = np.random.default_rng(seed)
    canvas = Image.new("RGB", (size, size), "white")
    draw = ImageDraw.Draw(canvas)
    for _ in range(14):
        x, y = (int(v) for v in rng.integers(size // 10, size * 6 // 10, 2))
        w, h = (int(v) for v in rng.integers(size // 16, size * 3 // 10, 2))
        colour = tuple(int(v) for v in rng.integers(0, 220, 3))
        shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        shape((x, y, x + w, y + h), fill=colour)
    for _ in range(60):
        x, y = (int(v) for v in rng.integers(size // 8, size * 7 // 8, 2))
        dx, dy = (int(v) for v in rng.integers(-size // 12, size // 12, 2))
        colour = tuple(int(v) for v in rng.integers(0, 255, 3))
        draw.line((x, y, x + dx, y + dy), fill=colour, width=int(rng.integers(1, 4)))
    return canvas


def encoded(image: Image.Image, form: str = "JPEG", **options: object) -> bytes:
    """The photo's bytes."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()
