"""Answers of a decoding worker, read as the words of a process that may be hostile."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, TypeVar, get_args

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.further_hash import further_hash
from infringement_dagster.domain.photo import (
    HashedPhoto,
    HashingFailure,
    MissedPhoto,
    PerceptualHash,
)
from infringement_dagster.matching.photos.corners.points import (
    PACKED_BYTES_MAX,
    BothWays,
    CornerPoints,
    unpacked_points,
)
from infringement_dagster.matching.photos.decoding import PIXELS_MAX
from infringement_dagster.matching.photos.hashes.further import (
    SEGMENTS_MAX,
    length_chars,
    stored_as,
    with_further,
)
from infringement_dagster.matching.photos.hashes.hashing import ALGORITHMS
from infringement_dagster.matching.photos.hashes.views import VIEWS
from infringement_dagster.matching.photos.local_features import LocalFeatures, unpacked
from infringement_dagster.matching.photos.plain_pixels import Frame
from resources.decoding import worker
from resources.text import clean_text

HASHES_BYTES_MAX = 2**16  # 16 of ours take 1.2 kB, 8 further ones at most 5
SEEN_BYTES_MAX = 2 * HASHES_BYTES_MAX + PACKED_BYTES_MAX
CORNERS_BYTES_MAX = worker.SEEN_HEAD.size + 2 * PACKED_BYTES_MAX
KEY_POINTS_BYTES_MAX = 2**20  # once unpacked no more is accepted either
DRAWING_BYTES_MAX = 2**23
_PREVIEW_HEAD_BYTES_MAX = 2**16
_PREVIEW_BYTES_PER_PX = 3  # the pixels themselves; pure noise takes 1 as a JPEG
_DETAIL_CHARS_MAX = 500
SIDE_PX_MAX = 2**31 - 1
_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,40}")
_HEX = re.compile(r"[0-9a-f]+")
_HEX_CHARS = {(a.name, a.version): a.length_bits // 4 for a in ALGORITHMS}


@dataclass(frozen=True, slots=True)
class SeenPhoto:
    """The findings in a photo at one look."""

    hashed: HashedPhoto
    points: CornerPoints | None  # None where only these could not be found


Seen: TypeAlias = SeenPhoto | MissedPhoto
Cornered: TypeAlias = BothWays | MissedPhoto
Hashed: TypeAlias = HashedPhoto | MissedPhoto
Described: TypeAlias = LocalFeatures | MissedPhoto
Further: TypeAlias = tuple[PerceptualHash, ...] | MissedPhoto
Previewed: TypeAlias = bytes | MissedPhoto
Parsed = TypeVar("Parsed")


def preview_bytes_max(side_max_px: int) -> int:
    """The most bytes that a JPEG of that longest side has."""
    pixels = min(side_max_px * side_max_px, PIXELS_MAX)
    return _PREVIEW_HEAD_BYTES_MAX + _PREVIEW_BYTES_PER_PX * pixels


def read_hashed(kind: bytes, said: bytes) -> Hashed:
    """The hashes that a worker answered, or why there are none."""
    return answered(worker.HASH, "hashes", _read_hashes, kind, said)


def read_seen(kind: bytes, said: bytes) -> Seen:
    """The hashes and corner points that a worker answered, or why there are none."""
    return answered(worker.SEE, "hashes and corner points", _read_seen, kind, said)


def read_cornered(kind: bytes, said: bytes) -> Cornered:
    """The corner points both ways that a worker answered, or why there are none."""
    return answered(worker.CORNERS, "corner points", _read_corners, kind, said)


def read_logo(kind: bytes, said: bytes) -> Cornered:
    """The same of a logo, as it is and as its negative."""
    return answered(worker.LOGO, "corner points", _read_corners, kind, said)


def read_previewed(kind: bytes, said: bytes) -> Previewed:
    """The preview that a worker answered, or why there is none."""
    return answered(worker.PREVIEW, "a preview", bytes, kind, said)


def read_drawn(kind: bytes, said: bytes) -> Previewed:
    """The PNG of a vector drawing that a worker answered, or why there is none."""
    return answered(worker.DRAWING, "a drawing", bytes, kind, said)


def read_described(kind: bytes, said: bytes) -> Described:
    """The key points that a worker answered, or why there are none."""
    return answered(worker.KEY_POINTS, "key points", unpacked, kind, said)


def read_further(kind: bytes, said: bytes) -> Further:
    """The further hashes that a worker answered, or why there are none."""
    return answered(worker.FURTHER, "further hashes", _read_further, kind, said)


def read_pixels(kind: bytes, said: bytes, frame: Frame) -> bytes | MissedPhoto:
    """The plain pixels that a worker answered, or why there are none."""
    return answered(worker.PIXELS, "pixels", partial(_read_pixels, frame), kind, said)


def answered(
    expected: bytes, words: str, parse: Callable[[bytes], Parsed], kind: bytes, said: bytes
) -> Parsed | MissedPhoto:
    """The parsed answer of the kind expected, or why there is none; never raises."""
    try:
        if kind == worker.FAILED:
            return _read_failure(said)
        _expect(kind, expected)
        return parse(said)
    except (ValueError, TypeError, RecursionError, struct.error, PermanentError) as error:
        detail = clean_text(str(error), _DETAIL_CHARS_MAX)
        return MissedPhoto("crashed", f"its decoder does not answer with {words}: {detail}")


def _expect(kind: bytes, expected: bytes) -> None:
    if kind != expected:
        raise ValueError(f"an answer of kind {kind!r}")


def _read_seen(said: bytes) -> SeenPhoto:
    first, rest = _halves(said)
    hashes, further = _halves(first)
    hashed = with_further(_read_hashes(hashes), _read_further(further))
    return SeenPhoto(hashed, unpacked_points(rest) if rest else None)


def _read_corners(said: bytes) -> BothWays:
    first, rest = _halves(said)
    return BothWays(unpacked_points(first), unpacked_points(rest))


def _halves(said: bytes) -> tuple[bytes, bytes]:
    (first_bytes,) = worker.SEEN_HEAD.unpack_from(said)
    middle = worker.SEEN_HEAD.size + first_bytes
    return said[worker.SEEN_HEAD.size : middle], said[middle:]


def _read_hashes(said: bytes) -> HashedPhoto:
    width_px, height_px, media_type, hashes = json.loads(said)
    check_sides(width_px, height_px)
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise ValueError("an impossible media type")
    return HashedPhoto(
        width_px, height_px, media_type, tuple(_read_hash(*hash_) for hash_ in hashes)
    )


def check_sides(*sides_px: Any) -> None:
    """Guarantees that these can be sides of a photo; else raises ValueError."""
    if not all(isinstance(px, int) and 0 < px <= SIDE_PX_MAX for px in sides_px):
        raise ValueError("impossible sides")


def _read_hash(algorithm: Any, version: Any, view: Any, hash_hex: Any) -> PerceptualHash:
    length_chars = _HEX_CHARS.get((algorithm, version))
    if length_chars is None or view not in VIEWS:
        raise ValueError("a hash of no known algorithm or view")
    if len(hash_hex) != length_chars or not _HEX.fullmatch(hash_hex):
        raise ValueError(f"a hash that is not {length_chars} hexadecimal digits")
    return PerceptualHash(algorithm, version, view, hash_hex)


def _read_further(said: bytes) -> tuple[PerceptualHash, ...]:
    return tuple(_read_further_hash(*hash_) for hash_ in json.loads(said))


def _read_further_hash(name: Any, version: Any, view: Any, hash_hex: Any) -> PerceptualHash:
    asked = further_hash(name)
    if (name, version) != stored_as(asked) or view not in VIEWS:
        raise ValueError("a hash of another version or view")
    segments, rest = divmod(len(hash_hex), length_chars(asked))
    segments_max = SEGMENTS_MAX if asked.has_segments else 1
    if rest or not 0 < segments <= segments_max or not _HEX.fullmatch(hash_hex):
        raise ValueError(f"a {name} of {len(hash_hex)} characters")
    return PerceptualHash(name, version, view, hash_hex)


def _read_pixels(frame: Frame, said: bytes) -> bytes:
    if len(said) != frame.size_bytes:
        raise ValueError(f"{len(said)} bytes of pixels, not {frame.size_bytes}")
    return said


def _read_failure(said: bytes) -> MissedPhoto:
    """Why the worker could not answer; raises ValueError or TypeError where it does not say."""
    failure = MissedPhoto(**json.loads(said))
    if failure.reason not in get_args(HashingFailure):
        raise ValueError("an unknown reason")
    return MissedPhoto(
        failure.reason, clean_text(failure.detail or failure.reason, _DETAIL_CHARS_MAX)
    )
