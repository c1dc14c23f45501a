"""Photos of products that bear words or logos, drawn from seeds: how a seller's photo shows a name.

Fonts are those that come with matplotlib, so that every machine draws the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from tests.support.photos import encoded

FONTS = ("DejaVuSans-Bold", "DejaVuSerif", "DejaVuSansMono", "STIXGeneralItalic", "cmss10")
SIDES_PX = (1000, 1200, 1600)  # of marketplaces' larger sizes
SHARE_MIN, SHARE_MAX = 0.05, 0.25  # of the photo's width
LOGO_AREA_MIN, LOGO_AREA_MAX = 0.08, 0.2  # of the photo's area
TILT_DEGREES_MAX = 25.0
_CONTRAST_MIN = 70  # levels of 255 between a name and what it is printed on
_SMALL_PRINT = ("250 ml", "MODEL X", "since 1904", "size M", "No. 5", "made with care")
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class WordedPhoto:
    """A drawn photo and where the word stands in it."""

    content: bytes
    side_px: int
    share: float  # of the width that the word takes, before it is tilted
    centre: tuple[float, float]  # as shares of the sides


def worded_photo(seed: int, word: str, share: float | None = None) -> WordedPhoto:
    """The photo of this seed, bearing the word in one of five fonts, tilted by up to 25 degrees."""
    rng = np.random.default_rng(seed)
    side_px = int(rng.choice(SIDES_PX))
    body = _colour(rng)
    photo = product_photo(rng, side_px, body)
    taken = float(rng.uniform(SHARE_MIN, SHARE_MAX)) if share is None else share
    ink = _ink(rng, body)
    stamp = _stamp(word, FONTS[seed % len(FONTS)], taken * side_px)
    stamp = stamp.rotate(
        float(rng.uniform(-TILT_DEGREES_MAX, TILT_DEGREES_MAX)),
        expand=True,
        resample=Image.Resampling.BICUBIC,
    )
    centre = (float(rng.uniform(0.42, 0.58)), float(rng.uniform(0.4, 0.6)))
    place = tuple(
        round(at * side_px - side / 2) for at, side in zip(centre, stamp.size, strict=True)
    )
    photo.paste(ink, (place[0], place[1]), stamp)
    return WordedPhoto(encoded(photo, quality=85), side_px, taken, centre)


def drawn_logo(seed: int, side_px: int = 512) -> Image.Image:
    """An emblem on clear ground with enough corners to be recognised: rays, a ring, letters."""
    rng = np.random.default_rng(seed)
    logo = Image.new("RGBA", (side_px, side_px), (0, 0, 0, 0))
    draw = ImageDraw.Draw(logo)
    colours = [(*_colour(rng), 255), (*_colour(rng), 255)]
    count = int(rng.integers(7, 15))
    turns = np.sort(rng.uniform(0, 2 * np.pi, 2 * count))
    reach = np.where(np.arange(2 * count) % 2, 0.48, rng.uniform(0.26, 0.4, 2 * count)) * side_px
    corners = side_px / 2 + np.stack((np.cos(turns), np.sin(turns)), axis=1) * reach[:, None]
    draw.polygon([(float(x), float(y)) for x, y in corners], fill=colours[0])
    inner = side_px * float(rng.uniform(0.2, 0.25))
    middle = side_px / 2
    draw.ellipse((middle - inner, middle - inner, middle + inner, middle + inner), fill=colours[1])
    for _ in range(int(rng.integers(4, 9))):
        x, y = (float(at) * side_px for at in rng.uniform(0.35, 0.6, 2))
        wide, high = (float(at) * side_px for at in rng.uniform(0.03, 0.12, 2))
        draw.rectangle((x, y, x + wide, y + high), fill=colours[0])
    letters = "".join(chr(65 + int(at)) for at in rng.integers(0, 26, 3))
    font = _font(FONTS[seed % len(FONTS)], side_px * 0.16)
    draw.text((middle, middle), letters, fill=colours[0], font=font, anchor="mm")
    return logo


def logo_photo(seed: int, logo: Image.Image, area: float | None = None) -> WordedPhoto:
    """The photo of this seed with the logo on 8 to 20% of it, tilted by up to 25 degrees."""
    rng = np.random.default_rng(seed)
    side_px = int(rng.choice(SIDES_PX))
    photo = product_photo(rng, side_px, _colour(rng))
    taken = float(rng.uniform(LOGO_AREA_MIN, LOGO_AREA_MAX)) if area is None else area
    width_px = round(taken**0.5 * side_px)
    stamp = logo.resize((width_px, width_px), Image.Resampling.LANCZOS).rotate(
        float(rng.uniform(-TILT_DEGREES_MAX, TILT_DEGREES_MAX)),
        expand=True,
        resample=Image.Resampling.BICUBIC,
    )
    centre = (float(rng.uniform(0.42, 0.58)), float(rng.uniform(0.45, 0.55)))
    left, top = (
        round(at * side_px - side / 2) for at, side in zip(centre, stamp.size, strict=True)
    )
    photo.paste(stamp, (left, top), stamp)
    return WordedPhoto(encoded(photo, quality=85), side_px, taken**0.5, centre)


def product_photo(rng: np.random.Generator, side_px: int, body: Colour) -> Image.Image:
    """A product of one colour in a studio: a shaded body with parts, a shadow, small print."""
    photo = Image.new("RGB", (side_px, side_px), _near(rng, (245, 245, 245), 10))
    shape = Image.new("L", photo.size, 0)
    draw = ImageDraw.Draw(shape)
    left, right = (int(side_px * rng.uniform(*span)) for span in ((0.1, 0.3), (0.7, 0.9)))
    top, bottom = (int(side_px * rng.uniform(*span)) for span in ((0.08, 0.25), (0.78, 0.92)))
    radius = int(side_px * rng.uniform(0.02, 0.2))
    draw.rounded_rectangle((left, top, right, bottom), radius, fill=255)
    neck = side_px * rng.uniform(0.05, 0.15)
    middle = (left + right) / 2
    draw.rectangle((middle - neck, top - side_px * 0.07, middle + neck, top + 1), fill=255)
    shadow = shape.filter(ImageFilter.GaussianBlur(side_px // 60))
    photo.paste(_near(rng, (200, 200, 205), 10), (side_px // 50, side_px // 40), shadow)
    photo.paste(_shaded(rng, side_px, body), mask=shape)
    _parts(ImageDraw.Draw(photo), rng, body, (left, top, right, bottom))
    return photo


def _shaded(rng: np.random.Generator, side_px: int, body: Colour) -> Image.Image:
    """The body's colour under light from one side, with grain."""
    across = np.linspace(-1, 1, side_px, dtype=np.float32)
    light = 1 + float(rng.uniform(-0.15, 0.15)) * across - 0.12 * across**2
    grain = rng.normal(0, float(rng.uniform(1, 5)), (side_px, side_px, 1)).astype(np.float32)
    pixels = np.asarray(body, np.float32) * light[None, :, None] + grain + _weave(rng, side_px)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _weave(rng: np.random.Generator, side_px: int) -> NDArray[np.float32]:
    """Stripes and folds, as of cloth, wood or brushed steel, in levels."""
    down, across = np.mgrid[0:side_px, 0:side_px].astype(np.float32)
    turn = float(rng.uniform(0, np.pi))
    along = np.cos(turn) * across + np.sin(turn) * down
    stripes = np.sin(along * float(rng.uniform(0.1, 0.8))) * float(rng.uniform(0, 12))
    folds = np.sin(along * float(rng.uniform(0.005, 0.03))) * float(rng.uniform(0, 18))
    return np.asarray((stripes + folds)[..., None], np.float32)


def _parts(
    draw: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    body: Colour,
    box: tuple[int, int, int, int],
) -> None:
    """Bands, buttons and small print near the edges, where they cross no name."""
    left, top, right, bottom = box
    high, wide = bottom - top, right - left
    for share in (0.1, 0.88):
        at = top + high * (share + float(rng.uniform(-0.03, 0.03)))
        draw.rectangle(
            (left, at, right, at + high * float(rng.uniform(0.01, 0.06))), fill=_near(rng, body, 60)
        )
    for _ in range(int(rng.integers(0, 4))):
        at = left + wide * float(rng.uniform(0.1, 0.85))
        size = wide * float(rng.uniform(0.02, 0.06))
        draw.ellipse((at, top + high * 0.2, at + size, top + high * 0.2 + size), fill=_colour(rng))
    draw.text(
        (left + wide * 0.3, top + high * 0.8),
        str(rng.choice(_SMALL_PRINT)),
        fill=_ink(rng, body),
        font_size=wide * float(rng.uniform(0.03, 0.06)),
    )


@cache
def _font(name: str, size_px: float) -> ImageFont.FreeTypeFont:
    path = Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
    return ImageFont.truetype(str(path), size_px)


def _stamp(word: str, font_name: str, width_px: float) -> Image.Image:
    """The word as a mask, as wide as asked."""
    size_px = 100 * width_px / _font(font_name, 100).getlength(word)
    font = _font(font_name, size_px)
    left, top, right, bottom = font.getbbox(word)
    mask = Image.new("L", (int(right - left) + 4, int(bottom - top) + 4), 0)
    ImageDraw.Draw(mask).text((2 - left, 2 - top), word, fill=255, font=font)
    return mask


def _colour(rng: np.random.Generator) -> Colour:
    red, green, blue = (int(level) for level in rng.integers(20, 240, 3))
    return red, green, blue


def _near(rng: np.random.Generator, colour: Colour, levels: int) -> Colour:
    red, green, blue = (
        int(np.clip(level + rng.integers(-levels, levels + 1), 0, 255)) for level in colour
    )
    return red, green, blue


def _ink(rng: np.random.Generator, body: Colour) -> Colour:
    """A colour that can be read on the body."""
    while abs(_luma(ink := _colour(rng)) - _luma(body)) < _CONTRAST_MIN:
        pass
    return ink


def _luma(colour: Colour) -> float:
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]
