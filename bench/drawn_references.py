"""References that benchmarks draw, each looked at once and kept as an installation keeps them."""

from __future__ import annotations

import io
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import cv2
from PIL import Image

from bench.drawn_photos import drawn_photo
from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.corners.cells import Centres, unpacked_cells
from infringement_dagster.matching.photos.corners.points import (
    BothWays,
    extract_both_ways,
    unpacked_ways,
)
from infringement_dagster.matching.photos.hashes.hashing import hash_photo

SIDE_PX = 500
BRAND = "Quexvolt"
_SEED = 10_000
_ONE_COPY_IN = 10
_CROP = (0.08, 0.04, 0.95, 0.9)  # left, top, right and bottom, as shares of the sides
_CHUNK = 20  # drawn by one process before it is given more


@dataclass(frozen=True, slots=True)
class KeptReference:
    """A reference's photo, its hashes, and its corner points as bytes."""

    name: str
    content: bytes
    hashed: HashedPhoto | MissedPhoto
    upright: bytes
    mirrored: bytes

    def loaded(self, centres: Centres | None = None, cells: bytes = b"") -> Reference:
        """The reference as a run gets it from what is kept."""
        points = unpacked_ways(self.upright, self.mirrored)
        if centres is not None:
            points = replace(points, places=unpacked_cells(cells, centres, len(points)))
        return Reference(self.name, Photo(self.name, self.hashed, points.upright), BRAND, points)


_drawn: list[KeptReference] = []


def scanned_photos(count: int, side_px: int = 1000) -> list[bytes]:
    """Photos as a scan finds them: each of its own shapes, but one in ten crops a reference.

    A copy costs its look at pixels, which bare decoding and photos of other products go without.
    """
    return [
        _cropped(drawn_photo(_SEED + number // _ONE_COPY_IN, SIDE_PX), side_px)
        if number % _ONE_COPY_IN == _ONE_COPY_IN - 1
        else drawn_photo(number, side_px)
        for number in range(count)
    ]


def _cropped(content: bytes, width_px: int) -> bytes:
    photo = Image.open(io.BytesIO(content))
    left, top, right, bottom = (round(share * SIDE_PX) for share in _CROP)
    height_px = width_px * (bottom - top) // (right - left)
    buffer = io.BytesIO()
    cropped = photo.crop((left, top, right, bottom)).resize((width_px, height_px))
    cropped.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def kept_references(count: int) -> Sequence[KeptReference]:
    """So many distinct references, always the same; each is drawn once, in 40 CPU ms."""
    missing = range(len(_drawn), count)
    if missing:
        spawned = multiprocessing.get_context("spawn")  # threads of ours do not survive a fork
        with ProcessPoolExecutor(mp_context=spawned) as pool:
            _drawn.extend(pool.map(_kept, missing, chunksize=_CHUNK))
    return _drawn[:count]


def _kept(number: int) -> KeptReference:
    cv2.setNumThreads(1)
    content = drawn_photo(_SEED + number, SIDE_PX)
    points = extract_both_ways(content)
    assert isinstance(points, BothWays)
    packed = points.upright.packed(), points.mirrored.packed()
    return KeptReference(f"r{number}", content, hash_photo(content), *packed)
