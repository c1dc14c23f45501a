"""The things that a listing's signals compared, to be kept with its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from infringement_dagster.domain.score import (
    Basis,
    BrandRead,
    Region,
    Shown,
    Unavailable,
)
from infringement_dagster.matching.photo_text.brand_in_photo import BrandInPhoto
from infringement_dagster.matching.photos.compared import Reference
from infringement_dagster.matching.photos.hashes.hash_match import WEAK_HASH_MIN
from infringement_dagster.matching.photos.logos import LogoSeen
from infringement_dagster.matching.signals import Comparison
from infringement_dagster.matching.signals.price import compared_price
from infringement_dagster.matching.text.brand_text import BrandUse
from infringement_dagster.matching.text.normal_text import span_as_written


def basis_of(
    comparison: Comparison,
    whole: Reference | None,
    inside: Reference | None,
    references: Sequence[Reference] = (),
) -> Mapping[str, Basis]:
    """By signal what it compared: `whole` was nearest by hashes, `inside` by key points.

    `references` are all of them, in the order that further hashes count them.
    """
    basis: dict[str, Basis] = {}
    if comparison.brand_use is not None:
        basis["brand_use"] = _read(comparison.listing.title, comparison.brand_use)
    price = compared_price(comparison)
    if price is not None:
        basis["low_price"] = price.compared
    elif comparison.floor is not None:
        basis["low_price"] = comparison.floor
    if whole is not None and not isinstance(comparison.hash_match, Unavailable):
        near = comparison.hash_match
        basis["image_hash"] = _shown(whole, near.photo_id, near.region)
    sighting = comparison.sighting
    if inside is not None and sighting is not None and not isinstance(sighting, Unavailable):
        basis["image_local"] = _shown(inside, sighting.photo_id, sighting.region)
    return basis | _marks(comparison) | _further(comparison, references)


def _marks(comparison: Comparison) -> dict[str, Basis]:
    """The brand's words and logos in photos."""
    basis: dict[str, Basis] = {}
    if comparison.read_in_photo > 0 and isinstance(comparison.brand_in_photo, BrandInPhoto):
        basis["brand_in_photo"] = comparison.brand_in_photo.seen
    if comparison.logo_shown > 0 and isinstance(comparison.logo, LogoSeen):
        seen = comparison.logo.match
        basis["logo_in_photo"] = _shown(comparison.logo.reference, seen.photo_id, seen.region)
    return basis


def _further(comparison: Comparison, references: Sequence[Reference]) -> dict[str, Basis]:
    return {
        name: _shown(references[match.reference], match.photo_id, None)
        for name, match in comparison.further.items()
        if not isinstance(match, Unavailable) and match.similarity >= WEAK_HASH_MIN
    }


def _shown(reference: Reference, photo_id: str, region: Region | None) -> Shown:
    return Shown(photo_id, reference.reference_id, region, reference.photo.photo_id)


def _read(title: str, use: BrandUse) -> BrandRead:
    start, end = span_as_written(title, use.matched_text, use.start)
    return BrandRead(use.brand, use.kind, title[start:end], start)
