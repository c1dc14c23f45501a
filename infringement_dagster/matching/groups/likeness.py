"""How alike two listings are, and whether that is enough to review them together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from infringement_dagster.domain.groups.likeness import SAME_PHOTO_BITS, Likeness, PhotoPrint, Print
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.photo import PerceptualHash, View
from infringement_dagster.matching.elsewhere import words_of_offer
from infringement_dagster.matching.photos.hashes.hashing import ALGORITHMS
from infringement_dagster.matching.text.normal_text import normal
from infringement_dagster.matching.text.title_words import pieces_of

TEMPLATE_SHARE: Final = 0.7  # of all words of two titles; sizes and colours make the rest
_WORDS_MIN = 3  # in common: less names a product, not a template
_VERSIONS = {algorithm.name: algorithm.version for algorithm in ALGORITHMS}
_VIEWS: tuple[View, ...] = ("raw", "trimmed", "mirrored", "trimmed_mirrored")
_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")


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
