"""The process that decodes pictures somebody else made, so that a bomb kills it and not the run.

Belongs here: one loop of question and answer over stdin and stdout, under limits that hold even
when the parent is gone. Not here: starting and replacing workers (`decoding_workers.py`), decoding
itself (`matching/decoding.py`).

Arguments: MEMORY_BYTES SECONDS. A question is a head of `QUESTION` and the picture; an answer is a
head of `ANSWER` and JSON, a JPEG or packed key points. No pickle, because the parent reads what
comes from a process that a hostile picture may have taken over.
"""

from __future__ import annotations

import io
import json
import resource
import signal
import struct
import sys
from dataclasses import asdict
from typing import BinaryIO

from infringement_dagster.matching.decoding import CouldNotHash, decode
from infringement_dagster.matching.hashing import hash_image

QUESTION = struct.Struct("!cHI")  # what is wanted, the longest side of a preview, content bytes
ANSWER = struct.Struct("!cI")  # what it is, content bytes
READY = HASH = b"h"
PREVIEW = b"p"
KEY_POINTS = b"k"
FAILED = b"f"

_PREVIEW_QUALITY = 85


def main() -> int:
    """Answers until stdin ends; SIGALRM ends the process when one answer takes too long."""
    memory_bytes, seconds = int(sys.argv[1]), float(sys.argv[2])
    _limit_memory(memory_bytes)
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    _say(answers, READY, b"")
    while head := questions.read(QUESTION.size):
        kind, side_max_px, size_bytes = QUESTION.unpack(head)
        content = questions.read(size_bytes)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        answer = _answer(kind, side_max_px, content)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _say(answers, *answer)
    return 0


def _limit_memory(memory_bytes: int) -> None:
    """Beyond what the process has after its imports; private memory only, not mapped libraries."""
    base = 0
    with open("/proc/self/statm", encoding="ascii") as statm:
        base = int(statm.read().split()[5]) * resource.getpagesize()
    limit = base + memory_bytes
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _say(answers: BinaryIO, kind: bytes, content: bytes) -> None:
    answers.write(ANSWER.pack(kind, len(content)) + content)
    answers.flush()


def _answer(kind: bytes, side_max_px: int, content: bytes) -> tuple[bytes, bytes]:
    if kind == HASH:
        return _hash(content)
    return _key_points(content) if kind == KEY_POINTS else _preview(content, side_max_px)


def _hash(content: bytes) -> tuple[bytes, bytes]:
    hashed = hash_image(content)
    if isinstance(hashed, CouldNotHash):
        return FAILED, json.dumps(asdict(hashed)).encode()
    hashes = [[h.algorithm, h.algorithm_version, h.view, h.hash_hex] for h in hashed.hashes]
    what = [hashed.width_px, hashed.height_px, hashed.media_type, hashes]
    return HASH, json.dumps(what).encode()


def _key_points(content: bytes) -> tuple[bytes, bytes]:
    # OpenCV takes a fifth of a worker's start, and few are asked for key points.
    from infringement_dagster.matching.local_features import extract_features  # noqa: PLC0415

    found = extract_features(content)
    if isinstance(found, CouldNotHash):
        return FAILED, json.dumps(asdict(found)).encode()
    return KEY_POINTS, found.packed()


def _preview(content: bytes, side_max_px: int) -> tuple[bytes, bytes]:
    """The picture as a JPEG of our own making: no metadata, no second meaning in its bytes."""
    decoded = decode(content, side_max_px, "RGB")
    if isinstance(decoded, CouldNotHash):
        return FAILED, json.dumps(asdict(decoded)).encode()
    picture = decoded.pixels
    picture.thumbnail((side_max_px, side_max_px))
    picture.info.clear()
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_PREVIEW_QUALITY)
    return PREVIEW, file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
