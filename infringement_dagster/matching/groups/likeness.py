"""How alike two listings are, and whether that is enough to review them together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from infringement_dagster.domain.listing import Listing, Provider
from infringement_dagster.domain.photo import PerceptualHash, View
from infringement_dagster.matching.elsewhere import words_of_offer
from infringement_dagster.matching.photos.hashes.hashing import ALGORITHMS
from infringement_dagster.matching.text.normal_text import normal
from infringement_dagster.matching.text.title_words import pieces_of

# Of 23,000 pairs of distinct product photos one in a thousand is nearer than 80 bits. Of 40 photos
# 31 bits cover all mirrored and watermarked, nine tenths of bordered, half of cropped ones and few
# with a badge or letters; more than 31 could not be found by bands without a miss.
SAME_PHOTO_BITS: Final = 31
TEMPLATE_SHARE: Final = 0.7  # of all words of two titles; sizes and colours make the rest
_WORDS_MIN = 3  # in common: less names a product, not a template
_AGREEING_MIN = 2  # of photo, title and seller; each alone is shared by strangers
_VERSIONS = {algorithm.name: algorithm.version for algorithm in ALGORITHMS}
_VIEWS: tuple[View, ...] = ("raw", "trimmed", "mirrored", "trimmed_mirrored")
_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")


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
    title_share: float | None  # of all words of both, from `TEMPLATE_SHARE` to 1
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


def template_words(title: str) -> frozenset[str]:
    """The words of a title as a shopper reads them, without numbers: sizes vary in a series."""
    return frozenset(pieces_of(_NUMBERS.sub(" ", normal(title))))


def print_of(case_id: UUID, listing: Listing, photo: PhotoPrint | None) -> Print:
    """The print of a case's listing."""
    seller = listing.seller
    return Print(
        case_id,
        listing.provider,
        template_words(listing.title),
        None if seller is None else words_of_offer(seller.name) or None,
        None if seller is None else seller.seller_id,
        photo,
    )


def photo_print(
    sha256: str, hashes: Sequence[PerceptualHash], references: Sequence[PhotoPrint] = ()
) -> PhotoPrint:
    """The print of a photo with these hashes, which is compared with the client's own photos."""
    by_view = {
        hashed.view: int(hashed.hash_hex, 16)
        for hashed in hashes
        if hashed.algorithm == "pdq" and hashed.algorithm_version == _VERSIONS["pdq"]
    }
    plain, mirrored = _of(by_view, _VIEWS[:2]), _of(by_view, _VIEWS[2:])
    seen = PhotoPrint(sha256, plain, mirrored, is_reference=False)
    if all(photo_bits(seen, reference) is None for reference in references):
        return seen
    return PhotoPrint(sha256, plain, mirrored, is_reference=True)


def _of(by_view: Mapping[View, int], views: Sequence[View]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(by_view[view] for view in views if view in by_view))


def photo_bits(one_photo: PhotoPrint, other: PhotoPrint) -> int | None:
    """The bits in which the photos differ, mirrored or not; None beyond `SAME_PHOTO_BITS`."""
    if one_photo.sha256 == other.sha256:
        return 0
    bits = [
        (asked ^ known).bit_count()
        for asked in (*one_photo.plain, *one_photo.mirrored)
        for known in other.plain
    ]
    least = min(bits, default=SAME_PHOTO_BITS + 1)
    return least if least <= SAME_PHOTO_BITS else None


def likeness_of(one_print: Print, other: Print) -> Likeness:
    """The things that both have in common; a photo of the client's own counts for nothing."""
    return Likeness(
        _photo_bits(one_print.photo, other.photo),
        _title_share(one_print.words, other.words),
        is_same_seller(one_print, other),
        one_print.provider == other.provider,
    )


def is_same_seller(one_print: Print, other: Print) -> bool:
    """By the provider's own ids where both have one, else by name."""
    if one_print.provider == other.provider and one_print.seller_id and other.seller_id:
        return one_print.seller_id == other.seller_id
    return one_print.seller is not None and one_print.seller == other.seller


def _photo_bits(one_photo: PhotoPrint | None, other: PhotoPrint | None) -> int | None:
    if one_photo is None or other is None or one_photo.is_reference or other.is_reference:
        return None
    return photo_bits(one_photo, other)


def _title_share(words: frozenset[str], other: frozenset[str]) -> float | None:
    shared = len(words & other)
    share = shared / (len(words) + len(other) - shared) if shared >= _WORDS_MIN else 0.0
    return share if share >= TEMPLATE_SHARE else None
