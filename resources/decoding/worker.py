"""A decoding worker: it decodes what somebody else made, so that a bomb kills it alone.

The asker first says `LIMITS`; the worker answers READY with its `PID`. A question is a head of
`QUESTION` and the photo, for some kinds after how it is wanted; an answer is a head of `ANSWER`
and JSON, a JPEG, plain pixels or packed key points.
No pickle, because the asker reads what comes from a process that a photo may have taken over.
"""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import socket
import struct
from collections.abc import Iterable
from dataclasses import asdict, astuple
from pathlib import Path
from typing import BinaryIO

import cv2

from infringement_dagster.domain.further_hash import FurtherHash, further_hashes
from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto, PerceptualHash
from infringement_dagster.matching.photos.corners.points import (
    BothWays,
    CornerPoints,
    extract_both_ways,
    extract_logo,
)
from infringement_dagster.matching.photos.decoding import decode
from infringement_dagster.matching.photos.first_sight import hashes_and_points
from infringement_dagster.matching.photos.hashes.further import make_further
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.photos.local_features import extract_features
from infringement_dagster.matching.photos.plain_pixels import Frame, extract_pixels
from resources.processes.heap import give_back_freed

LIMITS = struct.Struct("!Qd")  # memory bytes and seconds of one photo
QUESTION = struct.Struct("!cHI")  # what is wanted, the longest side of a preview, content bytes
ANSWER = struct.Struct("!cI")  # what it is, content bytes
PID = struct.Struct("!I")
READY = b"r"
HASH = b"h"
PREVIEW = b"p"
SEE = b"s"  # hashes, those of the names that stand before the photo, and corner points
CORNERS = b"c"  # corner points as it is and in a mirror
KEY_POINTS = b"k"
FURTHER = b"w"  # hashes of the names that stand before the photo
PIXELS = b"x"  # plain colours at the size that stands before the photo
TEXT = b"t"
DRAWING = b"d"  # an SVG as a PNG
LOGO = b"l"  # corner points as it is and as its negative
FAILED = b"f"

SEEN_HEAD = struct.Struct("!I")  # bytes of the part that comes first
FRAME = struct.Struct("!HH")  # width and height in pixels

_STATM = Path("/proc/self/statm")
# Freed pixels are kept for the next photo, which saves 1.7 ms; those of 9 megapixels took 50 MB.
_KEPT_BYTES_MAX = 24 * 2**20
_PREVIEW_QUALITY = 85
TEXT_LINES_MAX = 200


def headed(first: bytes) -> bytes:
    """The part with its length before it, so that another may follow."""
    return SEEN_HEAD.pack(len(first)) + first


def serve(asker: socket.socket) -> None:
    """Answers until the asker has gone; SIGALRM ends the process when one answer takes too long."""
    with asker, asker.makefile("rb") as questions, asker.makefile("wb") as answers:
        limits = questions.read(LIMITS.size)
        if len(limits) < LIMITS.size:
            return
        memory_bytes, seconds = LIMITS.unpack(limits)
        cv2.setNumThreads(1)  # workers share the cores; each thread takes memory of its own
        _limit_memory(memory_bytes)
        kept_bytes_max = _private_bytes() + _KEPT_BYTES_MAX
        _say(answers, READY, PID.pack(os.getpid()))
        while head := questions.read(QUESTION.size):
            kind, side_max_px, size_bytes = QUESTION.unpack(head)
            content = questions.read(size_bytes)
            signal.setitimer(signal.ITIMER_REAL, seconds)
            answer = _answer(kind, side_max_px, content)
            signal.setitimer(signal.ITIMER_REAL, 0)
            _say(answers, *answer)
            if _private_bytes() > kept_bytes_max:
                give_back_freed()


def _limit_memory(memory_bytes: int) -> None:
    """Beyond what the process has after its imports; private memory only, not mapped libraries."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not _STATM.exists():
        return  # macOS enforces no such limit; there the pixel cap and the time limit remain
    base_bytes = int(_STATM.read_text(encoding="ascii").split()[5]) * resource.getpagesize()
    limit_bytes = base_bytes + memory_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))


def _private_bytes() -> int:
    """The memory of the process that is no file of its own; 0 where the system does not say."""
    if not _STATM.exists():
        return 0
    _, resident, shared, *_ = _STATM.read_text(encoding="ascii").split()
    return (int(resident) - int(shared)) * resource.getpagesize()


def _say(answers: BinaryIO, kind: bytes, content: bytes) -> None:
    answers.write(ANSWER.pack(kind, len(content)) + content)
    answers.flush()


def _answer(kind: bytes, side_max_px: int, content: bytes) -> tuple[bytes, bytes]:
    try:
        answers = {
            HASH: _hash,
            SEE: _see,
            CORNERS: _corners,
            KEY_POINTS: _key_points,
            FURTHER: _further,
            PIXELS: _pixels,
            TEXT: _text,
            LOGO: _logo,
            DRAWING: _drawing,
        }
        answer = answers.get(kind)
        return answer(content) if answer is not None else _preview(content, side_max_px)
    except MemoryError as error:
        return _failed(MissedPhoto("too_large", f"no room for what it is turned into: {error}"))


def _failed(failure: MissedPhoto) -> tuple[bytes, bytes]:
    return FAILED, json.dumps(asdict(failure)).encode()


def _see(content: bytes) -> tuple[bytes, bytes]:
    """Our hashes, further ones, and corner points; nothing of those that cannot be found."""
    wanted, content = _wanted(content)
    hashed, points = hashes_and_points(content)
    if isinstance(hashed, MissedPhoto):
        return _failed(hashed)
    made = make_further(content, wanted)
    further = json.dumps([] if isinstance(made, MissedPhoto) else _fields(made)).encode()
    packed = points.packed() if isinstance(points, CornerPoints) else b""
    return SEE, headed(headed(_told(hashed)) + further) + packed


def _corners(content: bytes) -> tuple[bytes, bytes]:
    return _both_ways(CORNERS, extract_both_ways(content))


def _logo(content: bytes) -> tuple[bytes, bytes]:
    return _both_ways(LOGO, extract_logo(content))


def _drawing(content: bytes) -> tuple[bytes, bytes]:
    from resources.decoding.vector_drawing import drawn  # noqa: PLC0415 - few workers need it

    found = drawn(content)
    return _failed(found) if isinstance(found, MissedPhoto) else (DRAWING, found)


def _both_ways(kind: bytes, found: BothWays | MissedPhoto) -> tuple[bytes, bytes]:
    if isinstance(found, MissedPhoto):
        return _failed(found)
    upright = found.upright.packed()
    return kind, headed(upright) + found.mirrored.packed()


def _hash(content: bytes) -> tuple[bytes, bytes]:
    hashed = hash_photo(content)
    if isinstance(hashed, MissedPhoto):
        return _failed(hashed)
    return HASH, _told(hashed)


def _told(hashed: HashedPhoto) -> bytes:
    what = [hashed.width_px, hashed.height_px, hashed.media_type, _fields(hashed.hashes)]
    return json.dumps(what).encode()


def _further(content: bytes) -> tuple[bytes, bytes]:
    wanted, content = _wanted(content)
    made = make_further(content, wanted)
    if isinstance(made, MissedPhoto):
        return _failed(made)
    return FURTHER, json.dumps(_fields(made)).encode()


def _wanted(content: bytes) -> tuple[tuple[FurtherHash, ...], bytes]:
    """The further hashes whose names stand before the photo, and the photo."""
    (names_bytes,) = SEEN_HEAD.unpack_from(content)
    start = SEEN_HEAD.size + names_bytes
    names = content[SEEN_HEAD.size : start].decode()
    return further_hashes(tuple(names.split(",")) if names else ()), content[start:]


def _fields(hashes: Iterable[PerceptualHash]) -> list[list[object]]:
    return [[h.algorithm, h.algorithm_version, h.view, h.hash_hex] for h in hashes]


def _pixels(content: bytes) -> tuple[bytes, bytes]:
    found = extract_pixels(content[FRAME.size :], Frame(*FRAME.unpack_from(content)))
    return _failed(found) if isinstance(found, MissedPhoto) else (PIXELS, found)


def _key_points(content: bytes) -> tuple[bytes, bytes]:
    found = extract_features(content)
    if isinstance(found, MissedPhoto):
        return _failed(found)
    return KEY_POINTS, found.packed()


def _text(content: bytes) -> tuple[bytes, bytes]:
    # Only a worker that reads pays for the models: 0.5 s and 150 MiB.
    from resources.decoding.text_reading import read_lines  # noqa: PLC0415

    found = read_lines(content)
    if isinstance(found, MissedPhoto):
        return _failed(found)
    lines = [
        [line.text, line.confidence, *astuple(line.box)] for line in found.lines[:TEXT_LINES_MAX]
    ]
    return TEXT, json.dumps([found.width_px, found.height_px, lines]).encode()


def _preview(content: bytes, side_max_px: int) -> tuple[bytes, bytes]:
    """The photo as a JPEG of our own making: no metadata, no second meaning in its bytes."""
    decoded = decode(content, side_max_px, "RGB")
    if isinstance(decoded, MissedPhoto):
        return _failed(decoded)
    photo = decoded.pixels
    photo.thumbnail((side_max_px, side_max_px))
    photo.info.clear()
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=_PREVIEW_QUALITY)
    return PREVIEW, file.getvalue()
