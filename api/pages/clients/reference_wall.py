"""Problems of a client's reference photos, for the wall of them; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.languages.words import marked
from infringement_dagster.domain.photo import PerceptualHash
from infringement_dagster.matching.photos.hashes.hashing import DECODED_SIDE_MIN_PX
from resources.postgres.clients.records import ReferencePhotoRow
from resources.postgres.listings.records import PhotoRow

LEVEL: Final = marked(
    "little to see: photos as plain as this one are not told apart by their hashes"
)
SMALL: Final = f"small: its shorter side has under {DECODED_SIDE_MIN_PX} px, so details are lost"
FEW: Final = marked(
    "few details: parts of it, as in a collage or a cropped copy, are not recognised"
)
TWIN: Final = marked("looks the same as another photo here; one of them is enough")
UNBRANDED: Final = marked("of no brand: the price floor is not looked up by it")
STRANGE: Final = marked("its brand is not in the config")
_TELLING: Final = "pdq"  # left out by hashing where a photo shows too little
_POINTS_MIN: Final = 40  # corners: a plain square has 28, a product with a label hundreds
_TWIN_BITS_MAX: Final = 31  # of 256; none of 78,882 pairs of distinct photos is as near


@dataclass(frozen=True, slots=True)
class WallPhoto:
    """A reference photo with its size and what is wrong with it."""

    row: ReferencePhotoRow
    width_px: int
    height_px: int
    warnings: tuple[str, ...]


def wall_of(
    rows: Sequence[ReferencePhotoRow],
    photos: Mapping[str, PhotoRow],
    hashes: Mapping[str, Sequence[PerceptualHash]],
    points: Mapping[str, int],
    brands: Collection[str],
) -> list[WallPhoto]:
    """The photos in the order given; `points` counts their corners, `brands` are the config's."""
    looks = {sha256: _look(found) for sha256, found in hashes.items()}
    return [
        WallPhoto(
            row,
            photos[row.sha256].width_px,
            photos[row.sha256].height_px,
            _warnings(row, photos[row.sha256], looks, points.get(row.sha256), brands),
        )
        for row in rows
    ]


def _warnings(
    row: ReferencePhotoRow,
    photo: PhotoRow,
    looks: Mapping[str, int | None],
    points: int | None,
    brands: Collection[str],
) -> tuple[str, ...]:
    if row.kind == "logo":
        return ()  # sought by other means, and checked when it came in
    is_level = looks.get(row.sha256) is None
    checks = {
        LEVEL: is_level,
        FEW: not is_level and points is not None and points < _POINTS_MIN,
        SMALL: min(photo.width_px, photo.height_px) < DECODED_SIDE_MIN_PX,
        TWIN: _has_twin(row.sha256, looks),
        UNBRANDED: row.brand is None and len(brands) > 1,
        STRANGE: row.brand is not None and row.brand not in brands,
    }
    return tuple(warning for warning, holds in checks.items() if holds)


def _has_twin(sha256: str, looks: Mapping[str, int | None]) -> bool:
    own = looks.get(sha256)
    return own is not None and any(
        (own ^ look).bit_count() <= _TWIN_BITS_MAX
        for other, look in looks.items()
        if other != sha256 and look is not None
    )


def _look(hashes: Sequence[PerceptualHash]) -> int | None:
    """The hash that tells photos apart; None where the photo shows too little for one."""
    found = (hash_ for hash_ in hashes if hash_.algorithm == _TELLING and hash_.view == "raw")
    return next((int(photo.hash_hex, 16) for photo in found), None)
