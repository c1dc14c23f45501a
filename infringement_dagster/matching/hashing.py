"""Perceptual hashes of one picture, or the reason why there are none.

Belongs here: the registry of algorithms, decoding to pixels, quality gate. Not here: fetching
bytes, keeping hashes, comparing a listing with a client (`signals.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

View = Literal["raw", "trimmed", "mirrored"]


@dataclass(frozen=True, slots=True)
class PerceptualHash:
    """One hash of one view of one picture; `hash_hex` is big-endian, row by row."""

    algorithm: str
    algorithm_version: int
    view: View
    hash_hex: str


@dataclass(frozen=True, slots=True)
class HashedImage:
    """A picture that could be read, with the hashes of every registered algorithm and view."""

    width_px: int
    height_px: int
    media_type: str  # "image/jpeg", ...
    hashes: tuple[PerceptualHash, ...]


HashingFailure = Literal["not_an_image", "truncated", "unsupported", "too_large", "blank"]


@dataclass(frozen=True, slots=True)
class CouldNotHash:
    """Why a picture has no hashes; `detail` is for people."""

    reason: HashingFailure
    detail: str


def hash_image(content: bytes) -> HashedImage | CouldNotHash:
    """The hashes of an encoded picture, or why it could not be hashed; never raises."""
    raise NotImplementedError
