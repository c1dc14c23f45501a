from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from infringement_dagster.domain.further_hash import further_hashes
from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto
from infringement_dagster.matching.photos.hashes.further import further_version, make_further
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.photos.local_features import LocalFeatures
from infringement_dagster.matching.photos.plain_pixels import Frame, extract_pixels
from resources.decoding.answers import (
    HASHES_BYTES_MAX,
    KEY_POINTS_BYTES_MAX,
    Described,
    Further,
    Hashed,
    Previewed,
    preview_bytes_max,
    read_described,
    read_further,
    read_hashed,
    read_previewed,
)
from resources.decoding.pool import DecodingWorkers
from resources.decoding.questions import pixels_at
from resources.decoding.worker import FAILED, FURTHER, HASH, KEY_POINTS, PIXELS, PREVIEW
from tests.support.bad_photos import base_photo, encoded
from tests.support.forkservers import taken_over

Outcome = Hashed | Previewed | Described


def honest_hashes() -> list[Any]:
    """What a worker says of the base photo."""
    hashed = hash_photo(encoded(base_photo(), "PNG"))
    assert isinstance(hashed, HashedPhoto)
    hashes = [[h.algorithm, h.algorithm_version, h.view, h.hash_hex] for h in hashed.hashes]
    return [hashed.width_px, hashed.height_px, hashed.media_type, hashes]


def one_hash(*fields: object) -> list[Any]:
    return [*honest_hashes()[:3], [fields]]


IMPOSSIBLE_HASHES: dict[str, object] = {
    "no list": {"width_px": 1},
    "too short": honest_hashes()[:3],
    "no side": [0, *honest_hashes()[1:]],
    "a side in words": ["400", *honest_hashes()[1:]],
    "a huge side": [2**40, *honest_hashes()[1:]],
    "markup": [*honest_hashes()[:2], "image/<script>", []],
    "no media type": [*honest_hashes()[:2], None, []],
    "another algorithm": one_hash("md5", 1, "raw", "00" * 8),
    "another version": one_hash("ahash", 99, "raw", "00" * 8),
    "another view": one_hash("ahash", 1, "upside_down", "00" * 8),
    "too few digits": one_hash("ahash", 1, "raw", "00"),
    "no digits": one_hash("ahash", 1, "raw", "zz" * 8),
    "a list of names": one_hash(["ahash"], 1, "raw", "00" * 8),
    "one field more": one_hash("ahash", 1, "raw", "00" * 8, 1),
}


def test_an_honest_answer_is_read() -> None:
    assert read_hashed(HASH, json.dumps(honest_hashes()).encode()) == hash_photo(
        encoded(base_photo(), "PNG")
    )


@pytest.mark.parametrize("said", IMPOSSIBLE_HASHES.values(), ids=IMPOSSIBLE_HASHES.keys())
def test_impossible_hashes_are_refused(said: object) -> None:
    assert isinstance(read_hashed(HASH, json.dumps(said).encode()), MissedPhoto)


@pytest.mark.parametrize(
    "said", [b"", b"\xff", b"{", b"[" * 60_000, b"null", b'{"reason": "bored", "detail": ""}']
)
def test_words_that_are_no_answer_are_refused(said: bytes) -> None:
    for kind in (FAILED, HASH, b"?"):
        assert isinstance(read_hashed(kind, said), MissedPhoto)
    for kind in (FAILED, HASH):
        assert isinstance(read_previewed(kind, said), MissedPhoto)
        assert isinstance(read_described(kind, said), MissedPhoto)


WANTED = further_hashes(("whash", "crop_resistant_hash"))
FURTHER_GOOD = ["whash", further_version(), "raw", "00" * 8]
IMPOSSIBLE_FURTHER: dict[str, object] = {
    "no list": {"whash": 1},
    "another algorithm": [["md5", *FURTHER_GOOD[1:]]],
    "one of ours": [["phash", further_version(), "raw", "00" * 8]],
    "another version": [["whash", 1, "raw", "00" * 8]],
    "another view": [["whash", further_version(), "upside_down", "00" * 8]],
    "too few digits": [["whash", further_version(), "raw", "00"]],
    "none": [["whash", further_version(), "raw", ""]],
    "two in one": [["whash", further_version(), "raw", "00" * 16]],
    "half a segment": [["crop_resistant_hash", further_version(), "raw", "00" * 12]],
    "too many segments": [["crop_resistant_hash", further_version(), "raw", "00" * 8 * 17]],
    "no digits": [["whash", further_version(), "raw", "zz" * 8]],
    "numbers": [["whash", further_version(), "raw", 7]],
    "a list of names": [[["whash"], further_version(), "raw", "00" * 8]],
    "one field more": [[*FURTHER_GOOD, 1]],
}


def test_further_hashes_of_a_worker_are_those_of_the_core() -> None:
    content = encoded(base_photo(), "PNG")

    async def asked() -> tuple[Further, Further, Further]:
        async with DecodingWorkers(workers=1, seconds=60.0) as workers:
            made = await workers.further_hashes(content, WANTED)
            large = await workers.further_hashes(encoded(noise(1500), "PNG"), WANTED[:1])
            return made, large, await workers.further_hashes(b"no photo", WANTED)

    made, large, missed = asyncio.run(asked())
    assert made == make_further(content, WANTED)
    assert made
    assert isinstance(large, tuple)
    assert isinstance(missed, MissedPhoto)
    assert missed.reason == "not_an_image"


@pytest.mark.parametrize("said", IMPOSSIBLE_FURTHER.values(), ids=IMPOSSIBLE_FURTHER.keys())
def test_impossible_further_hashes_are_refused(said: object) -> None:
    good = json.dumps([FURTHER_GOOD]).encode()
    assert isinstance(read_further(FURTHER, good), tuple)
    assert isinstance(read_further(HASH, good), MissedPhoto)
    assert isinstance(read_further(FURTHER, json.dumps(said).encode()), MissedPhoto)


def test_pixels_of_a_worker_are_those_of_the_core_and_of_one_size() -> None:
    content, frame = encoded(base_photo(), "PNG"), Frame(48, 32)

    async def asked() -> tuple[bytes | MissedPhoto, bytes | MissedPhoto]:
        async with DecodingWorkers(workers=1, seconds=60.0) as workers:
            return await workers.pixels(content, frame), await workers.pixels(b"x", frame)

    pixels, missed = asyncio.run(asked())
    assert pixels == extract_pixels(content, frame)
    assert isinstance(pixels, bytes)
    assert len(pixels) == 48 * 32 * 3
    assert isinstance(missed, MissedPhoto)
    read = pixels_at(frame).read
    assert read(PIXELS, pixels) == pixels
    for kind, said in ((PIXELS, pixels[1:]), (PIXELS, b""), (HASH, pixels), (FAILED, b"{")):
        assert isinstance(read(kind, said), MissedPhoto)


def test_a_reason_is_cleaned_before_anybody_keeps_it() -> None:
    detail = "a\x00b\ud800" + "x" * 10_000
    failure = json.dumps(asdict(MissedPhoto("truncated", detail))).encode()
    read = read_hashed(FAILED, failure)
    assert isinstance(read, MissedPhoto)
    assert read.detail is not None
    assert read.detail.startswith("abxxx")
    assert len(read.detail) == 500


@pytest.mark.parametrize(
    ("kind", "bytes_max", "ask"),
    [
        (HASH, HASHES_BYTES_MAX, lambda workers: workers.hash(b"x")),
        (PREVIEW, preview_bytes_max(300), lambda workers: workers.preview(b"x", 300)),
        (KEY_POINTS, KEY_POINTS_BYTES_MAX, lambda workers: workers.key_points(b"x")),
    ],
)
def test_an_answer_larger_than_any_is_not_read(
    kind: bytes,
    bytes_max: int,
    ask: Callable[[DecodingWorkers], Awaitable[Outcome]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    program = taken_over(tmp_path / "python", (kind, b""), bytes_max + 1)
    monkeypatch.setattr(sys, "executable", str(program))

    async def asked() -> tuple[Outcome, frozenset[int]]:
        async with DecodingWorkers(workers=1) as workers:
            return await ask(workers), workers.pids

    outcome, left = asyncio.run(asked())
    assert isinstance(outcome, MissedPhoto)
    assert outcome == MissedPhoto(
        "crashed", f"it announced {bytes_max + 1} bytes, at most {bytes_max}"
    )
    assert left == frozenset()


def noise(side_px: int) -> Image.Image:
    drawn = np.random.default_rng(7).integers(0, 256, (side_px, side_px, 3), dtype=np.uint8)
    return Image.fromarray(drawn)


def test_the_largest_honest_answers_are_read_and_what_has_no_room_ends_no_worker() -> None:
    content = encoded(noise(640), "PNG")

    async def asked() -> tuple[Previewed, Described, Described]:
        async with DecodingWorkers(workers=1, seconds=60.0) as workers:
            preview = await workers.preview(content, 640)
            found = await workers.key_points(content)
            (pid,) = workers.pids
            no_room = await workers.key_points(encoded(noise(3000), "PNG", compress_level=1))
            assert workers.pids == {pid}
            return preview, found, no_room

    preview, found, no_room = asyncio.run(asked())
    assert isinstance(preview, bytes)
    assert 2 * len(preview) < preview_bytes_max(640)
    assert isinstance(found, LocalFeatures)
    assert len(found.positions) >= 500
    assert 2 * len(found.packed()) < KEY_POINTS_BYTES_MAX
    assert isinstance(no_room, MissedPhoto)
    assert no_room.reason == "too_large"
