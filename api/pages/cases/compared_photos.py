"""The listing's photos, and the reference that one was compared with, as the score has kept it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.access import ClientScope
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import (
    NotRecorded,
    PhotoRead,
    Region,
    Score,
    Shown,
    Signal,
    Unavailable,
)
from resources.postgres.clients import client_store
from resources.postgres.listings import photo_store
from resources.postgres.listings.records import PhotoRow, StoredPhoto

PHOTO_SIGNALS = ("image_hash", "image_local")
LOGO_SIGNAL = "logo_in_photo"
_WHOLE_MIN = 0.95  # share of a photo from which its outline would tell nothing


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """A photo with the size that outlines are drawn in."""

    sha256: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Outline:
    """A part of a photo in its pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A listing's photo and the reference nearest to it; only a match has an outline."""

    photo: ShownPhoto
    reference: ShownPhoto
    reference_name: str
    is_match: bool
    outline: Outline | None  # None: as a whole


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of the client in a photo, outlined there, with what it is in words."""

    photo: ShownPhoto
    outline: Outline
    caption: str


@dataclass(frozen=True, slots=True)
class NoPair:
    """Why no two photos stand side by side, as a sentence for people."""

    reason: str


def listing_photos(
    scope: ClientScope, provider: Provider, listing_id: str
) -> dict[str, ShownPhoto]:
    """The listing's kept photos by SHA-256, in the listing's order."""
    rows = photo_store.listing_photos(scope.connection, scope.client_id, provider, [listing_id])
    kept = [row.photo.sha256 for row in rows if isinstance(row.photo, StoredPhoto)]
    photos = photo_store.photo_rows_of(scope.connection, scope.client_id, kept)
    return {sha256: _shown(photos[sha256]) for sha256 in kept if sha256 in photos}


def compared_photos(
    scope: ClientScope, score: Score | None, photos: Mapping[str, ShownPhoto]
) -> Pair | NoPair:
    """The pair that the surest photo signal compared; `photos` are the listing's by SHA-256."""
    if score is None or not _is_recorded(score):
        return NoPair("It was not recorded which of your photos these were compared with.")
    seen = [found for found in score.sightings if found[0].name in PHOTO_SIGNALS]
    if not seen:
        return NoPair(_why_no_sighting(score))
    surest, shown = seen[0]
    return _pair(scope, surest, shown, photos, _matched_region(score, shown))


def marks_seen(score: Score | None, photos: Mapping[str, ShownPhoto]) -> list[Mark]:
    """The client's marks that the score found in the listing's photos, by SHA-256."""
    if score is None:
        return []
    found = [(item.photo_id, item.region, _caption(item)) for item in score.photos_read]
    found += [
        (shown.photo_id, shown.region, f"Your logo: {signal.explanation}")
        for signal, shown in score.sightings
        if signal.name == LOGO_SIGNAL and signal.is_match and shown.region is not None
    ]
    return [
        Mark(photos[photo_id], _outline(photos[photo_id], region), caption)
        for photo_id, region, caption in found
        if photo_id in photos
    ]


def _caption(read: PhotoRead) -> str:
    where = "" if read.read_sha256 == read.photo_id else ", in a larger size of the photo"
    return f"Read as {read.brand}: “{read.text}”, {read.confidence:.0%} sure{where}"


def _is_recorded(score: Score) -> bool:
    kept = [score.basis_of(name) for name in PHOTO_SIGNALS]
    return not all(isinstance(basis, NotRecorded) for basis in kept)


def _matched_region(score: Score, pair: Shown) -> Region | None:
    """The part of the pair's photo that a match says is the reference; None as a whole."""
    compared = (pair.photo_id, pair.reference_id)
    regions = [
        shown.region
        for signal, shown in score.sightings
        if signal.is_match and (shown.photo_id, shown.reference_id) == compared and shown.region
    ]
    return next((region for region in regions if _share(region) < _WHOLE_MIN), None)


def _share(region: Region) -> float:
    return (region.right - region.left) * (region.bottom - region.top)


def _why_no_sighting(score: Score) -> str:
    values = [signal.value for signal in score.signals if signal.name in PHOTO_SIGNALS]
    missing = [value.reason for value in values if isinstance(value, Unavailable)]
    if len(missing) < len(values):
        return "No photo of yours was found in them."
    return f"They could not be compared with your photos: {missing[0]}."


def _pair(
    scope: ClientScope,
    surest: Signal,
    shown: Shown,
    photos: Mapping[str, ShownPhoto],
    region: Region | None,
) -> Pair | NoPair:
    if shown.photo_id not in photos:
        return NoPair("The listing no longer shows the photo that was compared.")
    sha256, name = _reference(scope, shown)
    rows = photo_store.photo_rows_of(scope.connection, scope.client_id, [sha256])
    if sha256 not in rows:
        return NoPair("The reference photo that was compared has been removed.")
    photo = photos[shown.photo_id]
    outline = None if region is None else _outline(photo, region)
    return Pair(photo, _shown(rows[sha256]), name, surest.is_match, outline)


def _reference(scope: ClientScope, shown: Shown) -> tuple[str, str]:
    """SHA-256 and name of the reference; a removed one keeps its bytes, not its name."""
    rows = client_store.reference_photos(scope.connection, scope.client_id)
    row = next((row for row in rows if str(row.reference_id) == shown.reference_id), None)
    if row is not None:
        return row.sha256, row.file_name
    kept = shown.reference_sha256
    return ("" if isinstance(kept, NotRecorded) else kept), "(removed since)"


def _shown(row: PhotoRow) -> ShownPhoto:
    return ShownPhoto(row.sha256, row.width_px, row.height_px)


def _outline(photo: ShownPhoto, region: Region) -> Outline:
    return Outline(
        region.left * photo.width_px,
        region.top * photo.height_px,
        max(1.0, (region.right - region.left) * photo.width_px),
        max(1.0, (region.bottom - region.top) * photo.height_px),
    )
