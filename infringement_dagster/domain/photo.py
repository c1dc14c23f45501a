"""A photo of a listing or reference: its hashes, or why it has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """A picture whose bytes and hashes are kept."""

    sha256: str
    hashed: HashedImage


@dataclass(frozen=True, slots=True)
class MissedPhoto:
    """Why a picture is not kept; `detail` is for people."""

    outcome: Literal["skipped", "failed"]
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class ListingPhoto:
    """What became of one picture of one listing; position 0 is the main picture."""

    listing_id: str
    position: int
    url: str
    photo: KeptPhoto | MissedPhoto


@dataclass(frozen=True, slots=True)
class PerceptualHash:
    """One hash of one view of one picture; `hash_hex` is big-endian, row by row."""

    algorithm: str
    algorithm_version: int
    view: View
    hash_hex: str


@dataclass(frozen=True, slots=True)
class HashedImage:
    """A picture that could be read, with the hashes of every registered algorithm and view.

    PDQ is absent where its quality is too low to tell two pictures apart (a white door on white).
    """

    width_px: int
    height_px: int
    media_type: str  # "image/jpeg", ...
    hashes: tuple[PerceptualHash, ...]


View = Literal["raw", "trimmed", "mirrored", "trimmed_mirrored"]
