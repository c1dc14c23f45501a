"""Answers of a decoding worker, read as the words of a process that may be hostile."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar, get_args

from infringement_dagster.domain.errors import PermanentError
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
from infringement_dagster.matching.photos.hashes.hashing import ALGORITHMS
from infringement_dagster.matching.photos.hashes.views import VIEWS
from infringement_dagster.matching.photos.local_features import LocalFeatures, unpacked
from resources.decoding.worker import (
    CORNERS,
    FAILED,
    HASH,
    KEY_POINTS,
    PREVIEW,
    SEE,
    SEEN_HEAD,
)
from resources.text import clean_text

HASHES_BYTES_MAX = 2**16  # 16 hashes take 1.2 kB
SEEN_BYTES_MAX = HASHES_BYTES_MAX + PACKED_BYTES_MAX
CORNERS_BYTES_MAX = SEEN_HEAD.size + 2 * PACKED_BYTES_MAX
KEY_POINTS_BYTES_MAX = 2**20  # once unpacked no more is accepted either
_PREVIEW_HEAD_BYTES_MAX = 2**16
_PREVIEW_BYTES_PER_PX = 3  # the pixels themselves; pure noise takes 1 as a JPEG
_DETAIL_CHARS_MAX = 500
_SIDE_PX_MAX = 2**31 - 1
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
Previewed: TypeAlias = bytes | MissedPhoto


def preview_bytes_max(side_max_px: int) -> int:
    """The most bytes that a JPEG of that longest side has."""
    pixels = min(side_max_px * side_max_px, PIXELS_MAX)
    return _PREVIEW_HEAD_BYTES_MAX + _PREVIEW_BYTES_PER_PX * pixels


def read_hashed(kind: bytes, said: bytes) -> Hashed:
    """The hashes that a worker answered, or why there are none."""
    try:
        return _read_failure(said) if kind == FAILED else _read_hashes(kind, said)
    except (ValueError, TypeError, RecursionError) as error:
        return _not_an_answer("hashes", error)


def read_seen(kind: bytes, said: bytes) -> Seen:
    """The hashes and corner points that a worker answered, or why there are none."""
    try:
        return _read_failure(said) if kind == FAILED else _read_seen(kind, said)
    except (ValueError, TypeError, RecursionError, struct.error, PermanentError) as error:
        return _not_an_answer("hashes and corner points", error)


def read_cornered(kind: bytes, said: bytes) -> Cornered:
    """The corner points both ways that a worker answered, or why there are none."""
    try:
        return _read_failure(said) if kind == FAILED else _read_corners(kind, said)
    except (ValueError, TypeError, RecursionError, struct.error, PermanentError) as error:
        return _not_an_answer("corner points", error)


def read_previewed(kind: bytes, said: bytes) -> Previewed:
    """The preview that a worker answered, or why there is none."""
    try:
        return _read_failure(said) if kind == FAILED else _read_preview(kind, said)
    except (ValueError, TypeError, RecursionError) as error:
        return _not_an_answer("a preview", error)


def read_described(kind: bytes, said: bytes) -> Described:
    """The key points that a worker answered, or why there are none."""
    try:
        return _read_failure(said) if kind == FAILED else _read_key_points(kind, said)
    except (ValueError, TypeError, RecursionError, PermanentError) as error:
        return _not_an_answer("key points", error)


def _not_an_answer(expected: str, error: Exception) -> MissedPhoto:
    words = clean_text(str(error), _DETAIL_CHARS_MAX)
    return MissedPhoto("crashed", f"its decoder does not answer with {expected}: {words}")


def _expect(kind: bytes, expected: bytes) -> None:
    if kind != expected:
        raise ValueError(f"an answer of kind {kind!r}")


def _read_seen(kind: bytes, said: bytes) -> SeenPhoto:
    _expect(kind, SEE)
    first, rest = _halves(said)
    return SeenPhoto(_read_hashes(HASH, first), unpacked_points(rest) if rest else None)


def _read_corners(kind: bytes, said: bytes) -> BothWays:
    _expect(kind, CORNERS)
    first, rest = _halves(said)
    return BothWays(unpacked_points(first), unpacked_points(rest))


def _halves(said: bytes) -> tuple[bytes, bytes]:
    (first_bytes,) = SEEN_HEAD.unpack_from(said)
    middle = SEEN_HEAD.size + first_bytes
    return said[SEEN_HEAD.size : middle], said[middle:]


def _read_hashes(kind: bytes, said: bytes) -> HashedPhoto:
    _expect(kind, HASH)
    width_px, height_px, media_type, hashes = json.loads(said)
    if not all(isinstance(px, int) and 0 < px <= _SIDE_PX_MAX for px in (width_px, height_px)):
        raise ValueError("impossible sides")
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise ValueError("an impossible media type")
    return HashedPhoto(
        width_px, height_px, media_type, tuple(_read_hash(*hash_) for hash_ in hashes)
    )


def _read_hash(algorithm: Any, version: Any, view: Any, hash_hex: Any) -> PerceptualHash:
    length_chars = _HEX_CHARS.get((algorithm, version))
    if length_chars is None or view not in VIEWS:
        raise ValueError("a hash of no known algorithm or view")
    if len(hash_hex) != length_chars or not _HEX.fullmatch(hash_hex):
        raise ValueError(f"a hash that is not {length_chars} hexadecimal digits")
    return PerceptualHash(algorithm, version, view, hash_hex)


def _read_preview(kind: bytes, said: bytes) -> bytes:
    _expect(kind, PREVIEW)
    return said


def _read_key_points(kind: bytes, said: bytes) -> LocalFeatures:
    _expect(kind, KEY_POINTS)
    return unpacked(said)


def _read_failure(said: bytes) -> MissedPhoto:
    failure = MissedPhoto(**json.loads(said))
    if failure.reason not in get_args(HashingFailure):
        raise ValueError("an unknown reason")
    return MissedPhoto(
        failure.reason, clean_text(failure.detail or failure.reason, _DETAIL_CHARS_MAX)
    )


Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Question(Generic[Answer]):
    """One thing that a worker is asked, with the most that it may answer and how that is read."""

    kind: bytes
    answer_bytes_max: int
    read: Callable[[bytes, bytes], Answer | MissedPhoto]


HASHES: Question[HashedPhoto] = Question(HASH, HASHES_BYTES_MAX, read_hashed)
SEEING: Question[SeenPhoto] = Question(SEE, SEEN_BYTES_MAX, read_seen)
CORNER_POINTS: Question[BothWays] = Question(CORNERS, CORNERS_BYTES_MAX, read_cornered)
DESCRIPTION: Question[LocalFeatures] = Question(KEY_POINTS, KEY_POINTS_BYTES_MAX, read_described)


def previewing(side_max_px: int) -> Question[bytes]:
    """The question for a JPEG no side of which is longer than `side_max_px`."""
    return Question(PREVIEW, preview_bytes_max(side_max_px), read_previewed)
