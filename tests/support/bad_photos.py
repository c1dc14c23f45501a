"""Photos that somebody broke on purpose: sixteen kinds of damage in each of five formats."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, PngImagePlugin

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
SIDES_PX = (320, 240)
FAILED = frozenset({"not_an_image", "truncated", "unsupported", "too_large"})


@dataclass(frozen=True, slots=True)
class BadPhoto:
    kind: str
    format: str
    content: bytes
    allowed: frozenset[str]


def base_photo(sides_px: tuple[int, int] = SIDES_PX) -> Image.Image:
    coarse = np.random.default_rng(6).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(sides_px, Image.Resampling.BICUBIC)


def encoded(photo: Image.Image, file_format: str, **options: object) -> bytes:
    file = io.BytesIO()
    photo.save(file, file_format, **options)
    return file.getvalue()


def bad_photos() -> Iterator[BadPhoto]:
    for file_format in FORMATS:
        good = encoded(base_photo(), file_format)
        for kind, (damage, allowed) in _DAMAGES.items():
            yield BadPhoto(kind, file_format, damage(good, file_format), allowed)
        for kind, (make, allowed) in _MAKINGS.items():
            yield BadPhoto(kind, file_format, make(file_format), allowed)


def _middle(good: bytes, with_what: bytes) -> bytes:
    half = len(good) // 2
    return good[:half] + with_what + good[half + len(with_what) :]


def _noise(length: int) -> bytes:
    return np.random.default_rng(7).bytes(length)


def resized_header(good: bytes, file_format: str, width_px: int, height_px: int) -> bytes:
    """The file with another size in its header, checksums mended."""
    changed = bytearray(good)
    if file_format == "JPEG":
        at = good.index(b"\xff\xc0") + 5
        changed[at : at + 4] = struct.pack(">HH", min(height_px, 65535), min(width_px, 65535))
    elif file_format == "PNG":
        changed[16:24] = struct.pack(">II", width_px, height_px)
        changed[29:33] = struct.pack(">I", zlib.crc32(bytes(changed[12:29])))
    elif file_format == "GIF":
        size = struct.pack("<HH", min(width_px, 65535), min(height_px, 65535))
        changed[6:10] = size
        at = good.index(b"\x2c\x00\x00\x00\x00", 13)
        changed[at + 5 : at + 9] = size
    elif file_format == "WEBP":
        at = good.index(b"\x9d\x01\x2a") + 3
        changed[at : at + 4] = struct.pack("<HH", min(width_px, 16383), min(height_px, 16383))
    else:
        at = good.index(b"ispe") + 8
        changed[at : at + 8] = struct.pack(">II", width_px, height_px)
    return bytes(changed)


_Damage = Callable[[bytes, str], bytes]
_Make = Callable[[str], bytes]

_DAMAGES: dict[str, tuple[_Damage, frozenset[str]]] = {
    "half a file": (lambda good, _: good[: len(good) // 2], FAILED | {"hashed"}),
    "signature only": (lambda good, _: good[:12], FAILED),
    "head of 40 bytes": (lambda good, _: good[:40], FAILED),
    "no signature": (lambda good, _: b"\0" * 16 + good[16:], FAILED),
    "a page after the signature": (lambda good, _: good[:12] + b"<html>" * 200, FAILED),
    "noise after the signature": (lambda good, _: good[:12] + _noise(20_000), FAILED),
    "noise in the middle": (lambda good, _: _middle(good, _noise(200)), FAILED | {"hashed"}),
    "ones in the middle": (lambda good, _: _middle(good, b"\xff" * 500), FAILED | {"hashed"}),
    "claims 30000 x 30000": (
        lambda good, file_format: resized_header(good, file_format, 30_000, 30_000),
        FAILED,
    ),
    "claims the most that is let in": (
        lambda good, file_format: resized_header(good, file_format, 7_990, 8_000),
        FAILED | {"hashed", "timed_out", "crashed"},
    ),
    "claims no pixel": (
        lambda good, file_format: resized_header(good, file_format, 0, 0),
        FAILED | {"blank"},
    ),
    "a megabyte behind the end": (lambda good, _: good + _noise(2**20), frozenset({"hashed"})),
}


def _frames(file_format: str) -> bytes:
    first = base_photo((64, 48))
    others = [first.rotate(angle) for angle in range(99)]
    if file_format == "JPEG":
        return encoded(first, "MPO", save_all=True, append_images=others[:9])
    return encoded(first, file_format, save_all=True, append_images=others)


def _stuffed(file_format: str) -> bytes:
    photo = base_photo()
    if file_format == "PNG":  # 64 MB of text in 64 kB
        info = PngImagePlugin.PngInfo()
        info.add_text("Comment", "A" * (64 * 2**20), zip=True)
        return encoded(photo, "PNG", pnginfo=info)
    if file_format == "GIF":
        return encoded(photo, "GIF", comment=b"A" * 2**20)
    exif = Image.Exif()
    exif[0x010E] = "A" * 60_000
    return encoded(photo, file_format, icc_profile=b"A" * 2**20, exif=exif)


_MAKINGS: dict[str, tuple[_Make, frozenset[str]]] = {
    "one pixel": (
        lambda file_format: encoded(Image.new("RGB", (1, 1), (9, 9, 9)), file_format),
        frozenset({"blank"}),
    ),
    "one colour": (
        lambda file_format: encoded(Image.new("RGB", (300, 300), (90, 120, 9)), file_format),
        frozenset({"blank"}),
    ),
    "a hundred frames": (_frames, frozenset({"hashed"})),
    "much metadata": (_stuffed, FAILED | {"hashed"}),
}
