"""Things that sellers lay over a photo: letters, banners, badges, watermarks."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Draw = np.random.Generator
_LINES = (
    "FREE SHIPPING",
    "BEST PRICE",
    "NEW 2026",
    "50% OFF TODAY",
    "HIGH QUALITY",
    "BUY 2 GET 1",
    "IN STOCK NOW",
    "TOP SELLER",
)
_LOUD = ("#d81818", "#f5c400", "#1446c8", "#101010", "#1f9d3a", "#e8358f")


def bannered(photo: Image.Image, rng: Draw) -> Image.Image:
    """A coloured bar with a line of letters at the top or bottom, a fifth of the height."""
    covered = photo.copy()
    draw = ImageDraw.Draw(covered)
    high = round(photo.height * float(rng.uniform(0.14, 0.22)))
    top = 0 if rng.random() < 0.5 else photo.height - high
    draw.rectangle((0, top, photo.width, top + high), fill=_colour(rng))
    _fit_text(draw, (0, top, photo.width, top + high), rng)
    return covered


def badged(photo: Image.Image, rng: Draw) -> Image.Image:
    """A round badge in a corner, a quarter of the width."""
    covered = photo.copy()
    draw = ImageDraw.Draw(covered)
    size = round(min(photo.size) * float(rng.uniform(0.22, 0.3)))
    left = int(rng.choice((8, photo.width - size - 8)))
    top = int(rng.choice((8, photo.height - size - 8)))
    draw.ellipse((left, top, left + size, top + size), fill=_colour(rng))
    _fit_text(draw, (left + size // 8, top, left + size - size // 8, top + size), rng)
    return covered


def watermarked(photo: Image.Image, rng: Draw) -> Image.Image:
    """One word again and again across the photo, half transparent."""
    layer = Image.new("RGBA", photo.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    size_px = max(12, photo.width // 14)
    for row in range(5):
        for column in range(-1, 3):
            place = (column * photo.width // 2 + row * size_px, (row + 0.3) * photo.height / 5)
            draw.text(place, "superdeals.example", fill=(120, 120, 120, 110), font_size=size_px)
    turn = float(rng.uniform(10, 35))
    return _laid(photo, layer.rotate(turn))


def lettered(photo: Image.Image, rng: Draw, lines: int = 4) -> Image.Image:
    """Lines of large letters with an outline across the whole photo."""
    covered = photo.copy()
    draw = ImageDraw.Draw(covered)
    step = photo.height / lines
    for row, words in enumerate(rng.permutation(_LINES)[:lines].tolist()):
        size_px = _size_px(draw, words, photo.width * 0.92, step * 0.75)
        place = (photo.width / 2, (row + 0.5) * step)
        draw.text(
            place,
            words,
            fill=_colour(rng),
            font_size=size_px,
            anchor="mm",
            stroke_width=max(1, round(size_px / 16)),
            stroke_fill=str(rng.choice(("white", "black"))),
        )
    return covered


def stickered(photo: Image.Image, rng: Draw) -> Image.Image:
    """Three coloured labels with letters, anywhere."""
    covered = photo.copy()
    draw = ImageDraw.Draw(covered)
    for _ in range(3):
        wide, high = round(photo.width * rng.uniform(0.25, 0.4)), round(photo.height * 0.13)
        left = int(rng.integers(0, photo.width - wide))
        top = int(rng.integers(0, photo.height - high))
        draw.rounded_rectangle((left, top, left + wide, top + high), high // 3, fill=_colour(rng))
        _fit_text(draw, (left, top, left + wide, top + high), rng)
    return covered


def _colour(rng: Draw) -> str:
    return str(rng.choice(_LOUD))


def _fit_text(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], rng: Draw) -> None:
    words = str(rng.choice(_LINES))
    size_px = _size_px(draw, words, (box[2] - box[0]) * 0.9, (box[3] - box[1]) * 0.7)
    place = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    draw.text(
        place, words, fill=str(rng.choice(("white", "black"))), font_size=size_px, anchor="mm"
    )


def _size_px(draw: ImageDraw.ImageDraw, words: str, wide: float, high: float) -> float:
    """The largest size at which the words fit."""
    font = ImageFont.load_default(100)
    per_px = draw.textlength(words, font=font) / 100
    return max(6.0, min(high, wide / per_px))


def _laid(photo: Image.Image, layer: Image.Image) -> Image.Image:
    return Image.alpha_composite(photo.convert("RGBA"), layer).convert("RGB")
