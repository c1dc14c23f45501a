"""What is wrong with a client's reference photos, for the wall of them; pure.

Belongs here: the warnings. Not here: reading rows (`client.py`), refusing a photo on upload
(`resources/onboarding.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from infringement_dagster.matching.hashing import DECODED_SIDE_MIN_PX, PerceptualHash
from resources.postgres.records import ImageRow, ReferenceImageRow

LEVEL: Final = "little to see: photos as plain as this one are not told apart by their hashes"
SMALL: Final = f"small: its shorter side has under {DECODED_SIDE_MIN_PX} px, so details are lost"
TWIN: Final = "looks the same as another photo here; one of them is enough"
UNBRANDED: Final = "of no brand: the price floor is not looked up by it"
STRANGE: Final = "its brand is not in the config"
_TELLING: Final = "pdq"  # left out by hashing where a picture shows too little


@dataclass(frozen=True, slots=True)
class WallPhoto:
    """A reference photo with its size and what is wrong with it."""

    row: ReferenceImageRow
    width_px: int
    height_px: int
    warnings: tuple[str, ...]


def wall_of(
    rows: Sequence[ReferenceImageRow],
    images: Mapping[str, ImageRow],
    hashes: Mapping[str, Sequence[PerceptualHash]],
    brands: Collection[str],
) -> list[WallPhoto]:
    """The photos in the order given; `brands` are those of the config."""
    looks = {sha256: _look(found) for sha256, found in hashes.items()}
    seen = Counter(look for look in looks.values() if look)
    return [
        WallPhoto(
            row,
            images[row.sha256].width_px,
            images[row.sha256].height_px,
            _warnings(row, images[row.sha256], looks.get(row.sha256, ""), seen, brands),
        )
        for row in rows
    ]


def _warnings(
    row: ReferenceImageRow,
    image: ImageRow,
    look: str,
    seen: Mapping[str, int],
    brands: Collection[str],
) -> tuple[str, ...]:
    checks = {
        LEVEL: not look,
        SMALL: min(image.width_px, image.height_px) < DECODED_SIDE_MIN_PX,
        TWIN: bool(look) and seen[look] > 1,
        UNBRANDED: row.brand is None and len(brands) > 1,
        STRANGE: row.brand is not None and row.brand not in brands,
    }
    return tuple(warning for warning, holds in checks.items() if holds)


def _look(hashes: Sequence[PerceptualHash]) -> str:
    """The hash that tells pictures apart; empty where the picture shows too little for one."""
    return next(
        (one.hash_hex for one in hashes if one.algorithm == _TELLING and one.view == "raw"), ""
    )
