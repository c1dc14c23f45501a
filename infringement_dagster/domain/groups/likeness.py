"""The part of a listing that is compared with others, and what two have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from infringement_dagster.domain.listing import Provider

# Of 23,000 pairs of distinct product photos one in a thousand is nearer than 80 bits. Of 40 photos
# 31 bits cover all mirrored and watermarked, nine tenths of bordered, half of cropped ones and few
# with a badge or letters; more than 31 could not be found by bands without a miss.
SAME_PHOTO_BITS: Final = 31

_AGREEING_MIN = 2  # of photo, title and seller; each alone is shared by strangers


@dataclass(frozen=True, slots=True)
class PhotoPrint:
    """A listing's main photo: its bytes, and its PDQ hash of 256 bits as it is and mirrored.

    `plain` and `mirrored` are empty where the photo has too little in it for that hash.
    """

    sha256: str
    plain: tuple[int, ...]  # as it is, and without its border
    mirrored: tuple[int, ...]
    is_reference: bool  # shows a photo of the client's own, which strangers copy alike


@dataclass(frozen=True, slots=True)
class Print:
    """A case's listing as it was when the case was grouped: all that is compared of it."""

    case_id: UUID
    provider: Provider
    words: frozenset[str]  # of the title, numbers left out
    seller: str | None  # its name without signs and case
    seller_id: str | None = None  # the provider's own
    photo: PhotoPrint | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """The things that two listings have in common; None where photos or titles differ."""

    photo_bits: int | None  # from 0 to `SAME_PHOTO_BITS`
    title_share: float | None  # of all words of both, from that of a template to 1
    is_same_seller: bool
    is_same_provider: bool = False

    @property
    def agreeing(self) -> int:
        """How many of photo, title and seller are the same."""
        return (self.photo_bits is not None) + (self.title_share is not None) + self.is_same_seller

    @property
    def ties(self) -> bool:
        """Whether it is enough to be reviewed together."""
        return self.agreeing >= _AGREEING_MIN

    @property
    def is_relisting(self) -> bool:
        """Whether one seller offers in one place the same words under two ids."""
        return self.is_same_seller and self.is_same_provider and self.title_share == 1

    @property
    def strength(self) -> tuple[int, float, int]:
        """By which likenesses are ordered: the greater, the more alike."""
        bits = SAME_PHOTO_BITS + 1 if self.photo_bits is None else self.photo_bits
        return self.agreeing, self.title_share or 0.0, -bits


@dataclass(frozen=True, slots=True)
class Edge:
    """Two listings that are alike, the later one first.

    `is_held_apart` where a person's word keeps their groups from becoming one.
    """

    case_id: UUID
    earlier_case_id: UUID
    likeness: Likeness
    is_held_apart: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """A listing in its group; `pinned_to` is the group that a person has put it into."""

    seen: Print
    group_id: UUID
    pinned_to: UUID | None = None
