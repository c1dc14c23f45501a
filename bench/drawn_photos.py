"""Photos that benchmarks draw, each of shapes that no other seed has, and bare decoding of them."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from infringement_dagster.matching.photos.hashes.hashing import DECODED_SIDE_MIN_PX

_WORDS = (
    "ALTRA",
    "No. 5",
    "pure",
    "250 g",
    "MODEL X",
    "fresh",
    "since 1904",
    "extra",
    "kit",
    "duo",
)


def drawn_photo(seed: int, side_px: int = 1000) -> bytes:
    """A JPEG with the detail of a product photo: an outline, a texture, a label, a shadow."""
    rng = np.random.default_rng(seed)
    canvas = Image.new("RGB", (side_px, side_px), "white")
    shape = Image.new("L", canvas.size, 0)
    draw = ImageDraw.Draw(shape)
    for _ in range(int(rng.integers(1, 4))):
        count = int(rng.integers(5, 12))
        turns = np.sort(rng.uniform(0, 2 * np.pi, count))
        reach = rng.uniform(0.15, 0.42, count) * side_px
        centre = rng.uniform(0.4, 0.6, 2) * side_px
        corners = centre + np.stack((np.cos(turns), np.sin(turns)), axis=1) * reach[:, None]
        draw.polygon([(float(x), float(y)) for x, y in corners], fill=255)
    canvas.paste(
        "#d8d8d8", (side_px // 60, side_px // 40), shape.filter(ImageFilter.GaussianBlur(9))
    )
    canvas.paste(_texture(rng, side_px), mask=shape)
    _label(ImageDraw.Draw(canvas), rng, side_px)
    buffer = io.BytesIO()
    canvas.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def bare_decode(content: bytes) -> object:
    """What no hash can do without: the same reduced decoding, nothing else."""
    image = Image.open(io.BytesIO(content))
    image.draft("RGB", (DECODED_SIDE_MIN_PX, DECODED_SIDE_MIN_PX))
    return image.load()


def _texture(rng: np.random.Generator, side_px: int) -> Image.Image:
    """Colour fields under a grain of their own coarseness, with seams."""
    cells = tuple(int(n) for n in rng.integers(2, 14, 2))
    fields = Image.fromarray(rng.integers(0, 255, (*cells, 3), np.uint8))
    base = np.asarray(fields.resize((side_px, side_px), Image.Resampling.BICUBIC), np.float32)
    grain_px = max(8, side_px // int(rng.integers(1, 8)))
    grain = Image.fromarray(rng.integers(0, 255, (grain_px, grain_px), np.uint8))
    rough = np.asarray(grain.resize((side_px, side_px)), np.float32)[..., None] - 128
    mixed = base + rough * rng.uniform(0.05, 0.4)
    texture = Image.fromarray(mixed.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(texture)
    for _ in range(int(rng.integers(2, 25))):
        start, end = (tuple(float(v) for v in rng.uniform(0, side_px, 2)) for _ in range(2))
        colour = tuple(int(v) for v in rng.integers(0, 255, 3))
        draw.line((start, end), fill=colour, width=int(rng.integers(1, max(2, side_px // 80))))
    return texture


def _label(draw: ImageDraw.ImageDraw, rng: np.random.Generator, side_px: int) -> None:
    for _ in range(int(rng.integers(0, 4))):
        left, top = (float(v) for v in rng.uniform(0.3, 0.6, 2) * side_px)
        colour = tuple(int(v) for v in rng.integers(0, 255, 3))
        size_px = float(rng.uniform(0.03, 0.1)) * side_px
        draw.text((left, top), str(rng.choice(_WORDS)), fill=colour, font_size=size_px)
