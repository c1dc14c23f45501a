from __future__ import annotations

import asyncio
import io
import os
import random
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from resources.decoding.answers import Hashed, Previewed
from resources.decoding.pool import MEMORY_BYTES, DecodingWorkers, WorkersDoNotStart
from tests.support.bad_photos import bad_photos, base_photo, encoded
from tests.support.forkservers import parent_of, until

MEBIBYTE = 2**20


def hashes_of(*contents: bytes, **limits: float) -> list[Hashed]:
    async def asked() -> list[Hashed]:
        async with DecodingWorkers(
            workers=1,
            seconds=limits.get("seconds", 10.0),
            memory_bytes=int(limits.get("memory_bytes", MEMORY_BYTES)),
        ) as workers:
            return [await workers.hash(content) for content in contents]

    return asyncio.run(asked())


def said(outcome: Hashed | Previewed) -> str:
    if isinstance(outcome, (HashedPhoto, bytes)):
        return "hashed"
    return outcome.reason


def peak_bytes(pid: int) -> int:
    (line,) = (x for x in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmHWM" in x)
    return int(line.split()[1]) * 1024


def test_hashes_are_those_of_the_core() -> None:
    content = encoded(base_photo(), "JPEG")
    assert hashes_of(content) == [hash_photo(content)]


def test_every_bad_photo_has_a_typed_outcome_and_the_pool_lives_on() -> None:
    images = list(bad_photos())
    assert len(images) == 16 * 5
    good = encoded(base_photo(), "JPEG")

    async def asked() -> tuple[list[Hashed], list[Hashed], int]:
        async with DecodingWorkers(workers=2, seconds=5.0) as workers:
            outcomes = await asyncio.gather(*(workers.hash(image.content) for image in images))
            after = await asyncio.gather(*(workers.hash(good) for _ in range(2)))
            return outcomes, after, sum(map(peak_bytes, workers.pids))

    outcomes, after, memory_bytes = asyncio.run(asked())
    unexpected = [
        f"{image.kind} as {image.format}: {said(outcome)}"
        for image, outcome in zip(images, outcomes, strict=True)
        if said(outcome) not in image.allowed
    ]
    assert unexpected == []
    assert [said(outcome) for outcome in after] == ["hashed", "hashed"]
    assert memory_bytes <= 300 * MEBIBYTE


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc is told to give memory back")
def test_a_worker_gives_the_room_of_a_large_photo_back() -> None:
    small = encoded(base_photo(), "PNG")
    large = encoded(base_photo().resize((3000, 3000)), "PNG")  # 27 MB of pixels

    def private_bytes(workers: DecodingWorkers) -> int:
        (pid,) = workers.pids
        return int(psutil.Process(pid).memory_full_info().uss)

    async def kept_bytes() -> int:
        async with DecodingWorkers(workers=1) as workers:
            await workers.preview(small, 320)
            before_bytes = private_bytes(workers)
            assert isinstance(await workers.preview(large, 320), bytes)
            await workers.preview(small, 320)  # the room is given back after its answer
            return private_bytes(workers) - before_bytes

    assert asyncio.run(kept_bytes()) < 26 * MEBIBYTE


@pytest.mark.parametrize("file_format", ["BMP", "TIFF", "ICO", "PPM", "PCX", "TGA"])
def test_formats_that_no_marketplace_serves_are_not_decoded(file_format: str) -> None:
    (outcome,) = hashes_of(encoded(base_photo((64, 64)), file_format))
    assert said(outcome) == "not_an_image"


@cache
def slow_png() -> bytes:
    """A photo of 49 Mpx of noise: 0.26 s of inflating alone, where a blank one takes 0.04."""
    noise = bytes(value & 7 for value in random.Random(1).randbytes(7000 * 100))
    return encoded(Image.frombytes("L", (7000, 7000), noise * 70), "PNG", compress_level=1)


def test_a_photo_that_takes_too_long_or_too_much_ends_alone() -> None:
    good = encoded(base_photo(), "JPEG")
    outcomes = hashes_of(slow_png(), good, memory_bytes=40 * MEBIBYTE)
    assert [said(outcome) for outcome in outcomes] == ["too_large", "hashed"]
    outcomes = hashes_of(slow_png(), good, seconds=0.1, memory_bytes=2**30)
    assert [said(outcome) for outcome in outcomes] == ["timed_out", "hashed"]


def test_a_large_photo_in_even_colours_has_room() -> None:
    large = base_photo((60, 60)).resize((3500, 3500), Image.Resampling.BICUBIC)
    assert list(map(said, hashes_of(encoded(large, "PNG", compress_level=1)))) == ["hashed"]


Harm = Callable[[int], None]


@pytest.mark.parametrize(
    ("harm", "seconds", "reason"),
    [
        (lambda pid: os.kill(pid, signal.SIGSEGV), 60.0, "crashed"),
        (lambda pid: os.kill(pid, signal.SIGKILL), 60.0, "crashed"),
        (lambda pid: os.kill(pid, signal.SIGSTOP), 0.2, "timed_out"),
    ],
)
def test_a_worker_that_dies_or_hangs_loses_its_photo_only(
    harm: Harm, seconds: float, reason: str
) -> None:
    good = encoded(base_photo(), "JPEG")

    async def asked() -> list[Hashed]:
        async with DecodingWorkers(workers=1, seconds=seconds) as workers:
            await workers.hash(good)
            (pid,) = workers.pids
            harm(pid)
            return [await workers.hash(good), await workers.hash(good)]

    assert [said(outcome) for outcome in asyncio.run(asked())] == [reason, "hashed"]


def test_leaving_ends_every_worker_even_in_the_middle() -> None:
    async def left(leave: Callable[[DecodingWorkers], Awaitable[None]]) -> frozenset[int]:
        async with DecodingWorkers(workers=2) as workers:
            await leave(workers)
            return workers.pids

    async def one_busy(workers: DecodingWorkers) -> None:
        slow = asyncio.create_task(workers.hash(slow_png()))
        await workers.hash(encoded(base_photo(), "PNG"))
        slow.cancel()
        await asyncio.wait([slow])
        assert len(workers.pids) == 1

    (pid,) = asyncio.run(left(one_busy))
    assert not psutil.pid_exists(pid)


@pytest.mark.parametrize("given_up_after_seconds", [0.0, 0.02, 0.1, 0.2])
def test_a_question_given_up_while_its_worker_starts_leaves_no_worker(
    given_up_after_seconds: float,
) -> None:
    async def asked() -> tuple[set[int], frozenset[int], Hashed]:
        async with DecodingWorkers(workers=1, seconds=60.0) as workers:
            given_up = asyncio.create_task(workers.hash(slow_png()))
            await asyncio.sleep(given_up_after_seconds)
            given_up.cancel()
            await asyncio.wait([given_up])
            left = workers.pids
            after = await workers.hash(encoded(base_photo(), "PNG"))
            (pid,) = workers.pids
            forkserver = parent_of(pid)
            await until(lambda: len(forkserver.children()) == 1)
            return {child.pid for child in forkserver.children()} - workers.pids, left, after

    strangers, left, after = asyncio.run(asked())
    assert strangers == set()
    assert left == frozenset()
    assert said(after) == "hashed"


def test_workers_that_cannot_start_blame_no_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(WorkersDoNotStart, match="before a worker's first photo"):
        hashes_of(b"whatever")


def test_a_worker_knows_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRAPERAPI_KEY", "k3y")

    async def environment() -> dict[str, str]:
        async with DecodingWorkers(workers=1) as workers:
            await workers.hash(b"x")
            (pid,) = workers.pids
            known: dict[str, str] = psutil.Process(pid).environ()
            return known

    known = asyncio.run(environment())
    assert "OPENBLAS_NUM_THREADS" in known
    assert "SCRAPERAPI_KEY" not in known
    assert "PATH" not in known


def test_a_preview_is_a_new_jpeg_without_what_the_file_carried() -> None:
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(1)</script>"
    content = encoded(base_photo((900, 600)), "JPEG", exif=exif, comment=b"<script>")

    async def previews() -> list[Previewed]:
        async with DecodingWorkers(workers=1) as workers:
            return [await workers.preview(content + b"<?php", 300), await workers.preview(b"x", 9)]

    made, refused = asyncio.run(previews())
    assert isinstance(made, bytes)
    assert isinstance(refused, MissedPhoto)
    assert b"script" not in made
    assert b"php" not in made
    with Image.open(io.BytesIO(made)) as photo:
        assert (photo.format, photo.size, dict(photo.getexif())) == ("JPEG", (300, 200), {})


def variants() -> dict[str, bytes]:
    """The base photo as it also comes along."""
    photo = base_photo()
    turned = Image.Exif()
    turned[0x0112] = 6
    opaque = photo.copy()
    opaque.putalpha(255)
    grey16 = Image.fromarray(np.asarray(photo.convert("L"), dtype=np.uint16) * 257)
    return {
        "turned by EXIF": encoded(photo.rotate(90, expand=True), "JPEG", exif=turned, quality=95),
        "CMYK": encoded(photo.convert("CMYK"), "JPEG", quality=95),
        "16 bits": encoded(grey16, "PNG"),
        "alpha": encoded(opaque, "PNG"),
        "alpha WebP": encoded(opaque, "WEBP", lossless=True),
        "palette": encoded(photo.quantize(256), "PNG"),
        "progressive": encoded(photo, "JPEG", progressive=True, quality=90),
        "AVIF": encoded(photo, "AVIF", quality=90),
    }


def test_the_same_photo_in_other_clothes_hashes_alike() -> None:
    names, contents = zip(*variants().items(), strict=True)
    base, *dressed = hashes_of(encoded(base_photo(), "PNG"), *contents)
    assert isinstance(base, HashedPhoto)
    for name, outcome in zip(names, dressed, strict=True):
        assert isinstance(outcome, HashedPhoto), (name, outcome)
        for hashed, other in zip(base.hashes[:3], outcome.hashes[:3], strict=True):
            assert (hashed.algorithm, hashed.view) == (other.algorithm, other.view)
            apart = (int(hashed.hash_hex, 16) ^ int(other.hash_hex, 16)).bit_count()
            assert apart <= 4, (name, hashed.algorithm, apart)
