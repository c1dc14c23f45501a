"""Corner points of one photo (ORB), cheap enough to be looked for in every photo.

They cost 5 ms where SIFT costs 90, and are what the gate and the first verification look at.
Strong lettering holds most of a photo's strongest corners, so that a banner or a web page around
a photo would leave none for the product: each part of the photo keeps its own.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.matching.photos.corners.cells import SortedPoints
from infringement_dagster.matching.photos.decoding import DecodedPhoto, decode

Looked = TypeVar("Looked")
POINTS_VERSION: Final = 1  # raise it whenever the same photo may get other points
WAYS_VERSION: Final = 2  # of a reference's, which have more; raise it likewise
FRAME_PX: Final = 400  # longer side while points are found
THUMB_PX: Final = 128  # longer side of the grey photo that verification looks at
POINTS_MAX: Final = 500
# In a collage of nine a reference has a third of its size, and few of its points are so coarse: it
# gets those of its small photo, too. Collages of nine .55 -> .75, photos on web pages .65 -> .80.
SMALL_POINTS_MAX: Final = 150
_SMALL_OCTAVE = 6
_PARTS_A_SIDE = 6  # of the photo; each keeps as many points as any other
_FOUND_MAX = 3 * POINTS_MAX
SIDE_MIN_PX: Final = (
    300  # decoded at least so large: less detail is lost than the frame loses anyway
)
SCALE_STEP: Final = 1.2
OCTAVES: Final = 8
_CONTRAST_MIN = 7  # levels of 255; the usual 20 sees nothing of white goods on white
_EDGE_PX, _PATCH_PX = 15, 31
_POSITION_STEPS = 8  # a pixel of the frame
TURN_STEPS: Final = 256  # a full turn
_HEAD = struct.Struct("!HHHHHHI")  # version, frame, thumb, count, packed bytes of the thumb

HEAD_BYTES: Final = _HEAD.size
_PACKED_POINTS_MAX = POINTS_MAX + SMALL_POINTS_MAX
PACKED_BYTES_MAX: Final = _HEAD.size + _PACKED_POINTS_MAX * 38 + 2 * THUMB_PX * THUMB_PX


@dataclass(frozen=True, slots=True, eq=False)
class CornerPoints:
    """Corner points of one photo, strongest of each part first, and a small grey photo."""

    width_px: int  # of the frame
    height_px: int
    positions: NDArray[np.float32]  # n x 2, x and y in the frame
    turns: NDArray[np.uint8]  # directions, in steps of 1/256 of a turn
    octaves: NDArray[np.uint8]  # each 1.2 times as coarse as the one before
    descriptors: NDArray[np.uint8]  # n x 32
    thumb: NDArray[np.uint8]  # height x width, longer side THUMB_PX
    version: int = POINTS_VERSION  # of how they were found

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def scales(self) -> NDArray[np.float32]:
        """How coarse each point's surroundings are, 1 at the finest."""
        return np.power(np.float32(SCALE_STEP), self.octaves, dtype=np.float32)

    @property
    def radians(self) -> NDArray[np.float32]:
        """The direction of each point."""
        return self.turns.astype(np.float32) * np.float32(2 * np.pi / TURN_STEPS)

    def packed(self) -> bytes:
        """The points as bytes that `unpacked_points` reads; nothing in them is ever run."""
        thumb = zlib.compress(self.thumb.tobytes(), 1)
        height, width = self.thumb.shape
        sides = (self.width_px, self.height_px, width, height)
        places = np.rint(self.positions * _POSITION_STEPS).astype("<u2")
        parts = (places, self.turns, self.octaves, self.descriptors)
        head = _HEAD.pack(self.version, *sides, len(self), len(thumb))
        return head + thumb + b"".join(part.tobytes() for part in parts)


@dataclass(frozen=True, slots=True, eq=False)
class BothWays:
    """A reference's corner points as it is and as it looks in a mirror."""

    upright: CornerPoints
    mirrored: CornerPoints
    places: SortedPoints | None = None  # of both; None where they are sorted as they are loaded

    def __len__(self) -> int:
        return len(self.upright) + len(self.mirrored)

    @property
    def descriptors(self) -> NDArray[np.uint8]:
        """Of its points as it is, then of those in a mirror."""
        return np.concatenate((self.upright.descriptors, self.mirrored.descriptors))


def unpacked_points(content: bytes) -> CornerPoints:
    """The packed points of a photo, be it a reference or not, whoever wrote them.

    Raises PermanentError for another version's, damaged or impossible ones.
    """
    return _unpacked(content, None, POINTS_VERSION, WAYS_VERSION)


def count_in(head: bytes) -> int | None:
    """How many points follow the first bytes of a packed photo; None for another version's."""
    if len(head) < HEAD_BYTES:
        return None
    version, *_, count, _ = _HEAD.unpack_from(head)
    return count if version in {POINTS_VERSION, WAYS_VERSION} else None


def unpacked_ways(upright: bytes, mirrored: bytes) -> BothWays:
    """Both as they are kept; raises as above.

    They share one small photo, 16 kB, seen from either side; the mirror's own is not unpacked.
    """
    straight = _unpacked(upright, None, WAYS_VERSION)
    return BothWays(straight, _unpacked(mirrored, straight.thumb[:, ::-1], WAYS_VERSION))


def _unpacked(content: bytes, thumb: NDArray[np.uint8] | None, *versions: int) -> CornerPoints:
    try:
        version = struct.unpack_from("!H", content)[0]
        if version in versions:
            return _read(content, thumb)
    except (ValueError, struct.error, zlib.error) as error:
        raise PermanentError(
            f"the corner points are damaged, look for them again: {error}"
        ) from error
    raise PermanentError(f"corner points of version {version}: look for them again")


def _read(content: bytes, known: NDArray[np.uint8] | None) -> CornerPoints:
    version, *sides, count, thumb_bytes = _HEAD.unpack_from(content)
    frame, thumb_sides = (sides[0], sides[1]), (sides[2], sides[3])
    if count > _PACKED_POINTS_MAX or len(content) != _HEAD.size + thumb_bytes + count * 38:
        raise ValueError(f"{len(content)} bytes for {count} points")
    if not (0 < min(frame) <= max(frame) <= FRAME_PX):
        raise ValueError(f"a frame of {frame} px")
    if not (0 < min(thumb_sides) <= max(thumb_sides) <= THUMB_PX):
        raise ValueError(f"a thumb of {thumb_sides} px")
    packed = content[_HEAD.size : _HEAD.size + thumb_bytes]
    thumb = _grey(packed, *thumb_sides) if known is None else known
    rest = content[_HEAD.size + thumb_bytes :]
    places = np.frombuffer(rest, "<u2", 2 * count).reshape(count, 2)
    single = np.frombuffer(rest, np.uint8, offset=4 * count)
    turns, octaves, descriptors = single[:count], single[count : 2 * count], single[2 * count :]
    if count and (int(octaves.max()) >= OCTAVES or int(places.max()) > FRAME_PX * _POSITION_STEPS):
        raise ValueError("a point outside the photo")
    positions = np.asarray(places / _POSITION_STEPS, np.float32)
    rows = descriptors.reshape(count, 32)
    return CornerPoints(*frame, positions, turns, octaves, rows, thumb, version)


def _grey(packed: bytes, width: int, height: int) -> NDArray[np.uint8]:
    grey = zlib.decompressobj().decompress(packed, width * height + 1)
    return np.frombuffer(grey, np.uint8).reshape(height, width)


def extract_points(content: bytes) -> CornerPoints | MissedPhoto:
    """The corner points of an encoded photo, or why it could not be read; never raises."""
    return _looked_at(content, points_of)


def points_in(decoded: DecodedPhoto) -> CornerPoints | MissedPhoto:
    """The same of a photo whose sides were decoded to SIDE_MIN_PX and more."""
    return _looked_into(decoded, points_of)


def extract_both_ways(content: bytes) -> BothWays | MissedPhoto:
    """The same of a reference, which photos are also compared with in a mirror."""
    return _looked_at(
        content,
        lambda grey: BothWays(
            _of_reference(grey), _of_reference(np.ascontiguousarray(grey[:, ::-1]))
        ),
    )


def extract_logo(content: bytes) -> BothWays | MissedPhoto:
    """The same of a logo as it is and, in the place of a mirror's, as its negative."""
    return _looked_at(content, lambda grey: BothWays(points_of(grey), points_of(255 - grey)))


def _looked_at(content: bytes, look: Callable[[NDArray[np.uint8]], Looked]) -> Looked | MissedPhoto:
    decoded = decode(content, SIDE_MIN_PX, "L")
    return decoded if isinstance(decoded, MissedPhoto) else _looked_into(decoded, look)


def _looked_into(
    decoded: DecodedPhoto, look: Callable[[NDArray[np.uint8]], Looked]
) -> Looked | MissedPhoto:
    try:
        return look(framed(decoded))
    except (MemoryError, cv2.error) as error:
        return MissedPhoto("too_large", f"no room to look for its corner points: {error}")


def framed(decoded: DecodedPhoto) -> NDArray[np.uint8]:
    """The photo in grey, its longer side FRAME_PX."""
    photo = decoded.pixels
    return _scaled(np.asarray(photo if photo.mode == "L" else photo.convert("L")), FRAME_PX)


def _of_reference(grey: NDArray[np.uint8]) -> CornerPoints:
    """Those of the framed photo and, as coarser ones, those that it still has at a third of it."""
    own, scale = points_of(grey), SCALE_STEP**_SMALL_OCTAVE
    small = _scaled(grey, round(FRAME_PX / scale))
    found, descriptors = _orb(SMALL_POINTS_MAX, OCTAVES - _SMALL_OCTAVE).detectAndCompute(
        small, None
    )
    if not found:
        return replace(own, version=WAYS_VERSION)
    to_frame = own.width_px / small.shape[1]
    positions = (np.asarray(cv2.KeyPoint.convert(found), np.float32) + 0.5) * to_frame - 0.5
    return replace(
        own,
        positions=np.concatenate((own.positions, positions)),
        turns=np.concatenate((own.turns, _turns_of(found))),
        octaves=np.concatenate((own.octaves, _octaves_of(found) + np.uint8(_SMALL_OCTAVE))),
        descriptors=np.concatenate((own.descriptors, np.asarray(descriptors, np.uint8))),
        version=WAYS_VERSION,
    )


def _orb(points_max: int, octaves: int) -> cv2.ORB:
    return cv2.ORB.create(
        nfeatures=points_max,
        scaleFactor=SCALE_STEP,
        nlevels=octaves,
        edgeThreshold=_EDGE_PX,
        patchSize=_PATCH_PX,
        fastThreshold=_CONTRAST_MIN,
    )


def _turns_of(points: Sequence[cv2.KeyPoint]) -> NDArray[np.uint8]:
    turned = np.array([point.angle for point in points], np.float32) * (TURN_STEPS / 360)
    return np.asarray(np.rint(turned).astype(np.int64) % TURN_STEPS, np.uint8)


def _octaves_of(points: Sequence[cv2.KeyPoint]) -> NDArray[np.uint8]:
    return np.array([point.octave for point in points], np.uint8)


def points_of(grey: NDArray[np.uint8]) -> CornerPoints:
    """The corner points of a framed grey photo; none at all in a uniform one."""
    height_px, width_px = grey.shape
    orb = _orb(_FOUND_MAX, OCTAVES)
    kept = _fairest(orb.detect(grey, None), width_px, height_px)
    points, found = orb.compute(grey, kept)
    descriptors = np.zeros((0, 32), np.uint8) if found is None else np.asarray(found, np.uint8)
    return CornerPoints(
        width_px,
        height_px,
        np.asarray(cv2.KeyPoint.convert(points), np.float32).reshape(-1, 2),
        _turns_of(points),
        _octaves_of(points),
        descriptors,
        _scaled(grey, THUMB_PX),
    )


def _fairest(found: Sequence[cv2.KeyPoint], width_px: int, height_px: int) -> list[cv2.KeyPoint]:
    """At most POINTS_MAX, the strongest of each part before the second of any."""
    if not found:
        return []
    strength = np.array([point.response for point in found])
    strongest = np.argsort(-strength, kind="stable")
    places = np.asarray(cv2.KeyPoint.convert(found), np.float64)[strongest]
    column, row = (places * _PARTS_A_SIDE / (width_px, height_px)).astype(np.uint8).T
    part = row * np.uint8(_PARTS_A_SIDE) + column
    by_part = np.argsort(part, kind="stable")
    first = np.searchsorted(part[by_part], part[by_part])
    rank = np.empty(len(found), np.uint16)
    rank[by_part] = np.arange(len(found)) - first
    chosen = strongest[np.argsort(rank, kind="stable")[:POINTS_MAX]]
    return [found[at] for at in chosen.tolist()]


def _scaled(grey: NDArray[np.uint8], longer_px: int) -> NDArray[np.uint8]:
    height, width = grey.shape
    scale = longer_px / max(height, width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, size, interpolation=how), dtype=np.uint8)
