"""Edits that copycats make to a photo before they use it."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

_WHITE = (255, 255, 255)


def _smaller(photo: Image.Image) -> Image.Image:
    return photo.resize((photo.width * 5 // 8, photo.height * 5 // 8), Image.Resampling.BILINEAR)


def _cropped(photo: Image.Image) -> Image.Image:
    margin = photo.width * 3 // 100
    return photo.crop((margin, margin, photo.width - margin, photo.height - margin))


def _bordered(photo: Image.Image) -> Image.Image:
    return ImageOps.expand(photo, border=photo.width * 6 // 100, fill=_WHITE)


def _brighter(photo: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(photo).enhance(1.18)


def _darker(photo: Image.Image) -> Image.Image:
    return ImageEnhance.Brightness(photo).enhance(0.8)


def _more_contrast(photo: Image.Image) -> Image.Image:
    return ImageEnhance.Contrast(photo).enhance(1.3)


def _softened(photo: Image.Image) -> Image.Image:
    return photo.filter(ImageFilter.BoxBlur(1.5))


def _grey(photo: Image.Image) -> Image.Image:
    return ImageOps.grayscale(photo).convert("RGB")


def _badged(photo: Image.Image) -> Image.Image:
    badged = photo.copy()
    side = photo.width // 6
    ImageDraw.Draw(badged).ellipse((8, 8, 8 + side, 8 + side), fill=(220, 30, 30))
    return badged


def _recompressed(photo: Image.Image) -> Image.Image:
    return photo  # the low JPEG quality is all


EDITS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "recompressed": _recompressed,
    "smaller": _smaller,
    "cropped": _cropped,
    "bordered": _bordered,
    "brighter": _brighter,
    "darker": _darker,
    "more_contrast": _more_contrast,
    "softened": _softened,
    "grey": _grey,
    "badged": _badged,
    "mirrored": ImageOps.mirror,
}
