"""Decodes hostile pictures in processes of their own, each under a memory and a time limit.

Belongs here: starting, asking and replacing the workers, and the type of every outcome. Not here:
what runs inside one (`decoding_worker.py`), fetching and keeping pictures.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from itertools import starmap
from types import TracebackType
from typing import Literal, Self, TypeAlias

from infringement_dagster.matching.decoding import CouldNotHash
from infringement_dagster.matching.errors import PermanentError, TransientError
from infringement_dagster.matching.hashing import HashedImage, PerceptualHash
from infringement_dagster.matching.local_features import LocalFeatures, unpacked
from resources.decoding_worker import ANSWER, FAILED, HASH, KEY_POINTS, PREVIEW, QUESTION
from resources.settings import PROJECT_DIR

WORKERS_MAX = min(os.cpu_count() or 1, 4)
MEMORY_BYTES = 160 * 2**20  # of one picture; a decoded original of 20 Mpx takes about 80 MB
SECONDS = 10.0  # of one picture; the slowest of 50 Mpx takes 2
_START_SECONDS_MAX = 30.0
_GRACE_SECONDS = 2.0  # the worker's own alarm comes first
# Nothing of ours: the process reads what strangers wrote, and needs no address and no secret.
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # glibc keeps freed pixels instead of giving them back after each array: 2.5 ms a picture
    # where 4.2 were spent, most of the difference in 600 page faults.
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(64 * 2**20),
}


class WorkersDoNotStart(TransientError):
    """A worker ended before its first question: nothing is known about any picture."""


@dataclass(frozen=True, slots=True)
class WorkerLost:
    """The picture ended its worker; `detail` is for people."""

    reason: Literal["timed_out", "crashed"]
    detail: str


Hashed: TypeAlias = HashedImage | CouldNotHash | WorkerLost
Described: TypeAlias = LocalFeatures | CouldNotHash | WorkerLost
Previewed: TypeAlias = bytes | CouldNotHash | WorkerLost


class DecodingWorkers:
    """At most `workers` processes, started when needed; an async context manager.

    A worker that a picture has ended is replaced at the next question.
    """

    def __init__(
        self,
        *,
        workers: int = WORKERS_MAX,
        memory_bytes: int = MEMORY_BYTES,
        seconds: float = SECONDS,
    ) -> None:
        self._arguments = (str(memory_bytes), str(seconds))
        self._seconds = seconds
        # Last in, first out: few pictures keep one worker busy and start no second.
        self._slots: asyncio.LifoQueue[Process | None] = asyncio.LifoQueue()
        for _ in range(workers):
            self._slots.put_nowait(None)
        self._running: set[Process] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.aclose()

    @property
    def pids(self) -> frozenset[int]:
        """The processes that run at the moment."""
        return frozenset(process.pid for process in self._running)

    async def hash(self, content: bytes) -> Hashed:
        """The picture's hashes, or why there are none; raises `WorkersDoNotStart`."""
        answer = await self._ask(HASH, 0, content)
        return answer if isinstance(answer, WorkerLost) else _read_hashed(*answer)

    async def preview(self, content: bytes, side_max_px: int) -> Previewed:
        """The picture as a JPEG made by us, no side longer than `side_max_px` (up to 65,535)."""
        answer = await self._ask(PREVIEW, side_max_px, content)
        if isinstance(answer, WorkerLost):
            return answer
        kind, said = answer
        return _read_failure(said) if kind == FAILED else said

    async def key_points(self, content: bytes) -> Described:
        """The picture's key points, or why there are none; raises `WorkersDoNotStart`."""
        answer = await self._ask(KEY_POINTS, 0, content)
        return answer if isinstance(answer, WorkerLost) else _read_key_points(*answer)

    async def aclose(self) -> None:
        """Ends all workers."""
        for process in tuple(self._running):
            await self._end(process)

    async def _ask(
        self, kind: bytes, side_max_px: int, content: bytes
    ) -> tuple[bytes, bytes] | WorkerLost:
        process = await self._slots.get()
        idle: Process | None = None
        try:
            process = process or await self._start()
            try:
                async with asyncio.timeout(self._seconds + _GRACE_SECONDS):
                    answer = await _exchange(
                        process, QUESTION.pack(kind, side_max_px, len(content)) + content
                    )
            except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
                return await self._loss(process, error)
            idle = process
            return answer
        finally:
            self._slots.put_nowait(idle)
            if idle is None and process is not None:
                await self._end(process)

    async def _start(self) -> Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "resources.decoding_worker", *self._arguments),
            stdin=PIPE,
            stdout=PIPE,
            cwd=PROJECT_DIR,
            env=_ENVIRONMENT,
        )
        self._running.add(process)
        try:
            async with asyncio.timeout(_START_SECONDS_MAX):
                await _read_answer(process)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            await self._end(process)
            raise WorkersDoNotStart(
                f"a decoding worker ended with code {process.returncode} before its first picture "
                f"({type(error).__name__}); its words are in this process's stderr"
            ) from error
        except asyncio.CancelledError:
            await self._end(process)
            raise
        return process

    async def _loss(self, process: Process, error: Exception) -> WorkerLost:
        code = await self._end(process)
        if isinstance(error, TimeoutError) or code == -signal.SIGALRM:
            return WorkerLost("timed_out", f"not decoded within {self._seconds:g} s")
        return WorkerLost("crashed", f"its decoder ended with code {code}")

    async def _end(self, process: Process) -> int:
        if process.returncode is None and not _has_left(process):
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        code = await process.wait()
        self._running.discard(process)
        return code


def _has_left(process: Process) -> bool:
    """True once stdout has ended: the process is dying of its own, and its code tells why."""
    return process.stdout is not None and process.stdout.at_eof()


async def _exchange(process: Process, question: bytes) -> tuple[bytes, bytes]:
    assert process.stdin is not None
    process.stdin.write(question)
    await process.stdin.drain()
    return await _read_answer(process)


async def _read_answer(process: Process) -> tuple[bytes, bytes]:
    assert process.stdout is not None
    kind, size_bytes = ANSWER.unpack(await process.stdout.readexactly(ANSWER.size))
    return kind, await process.stdout.readexactly(size_bytes)


def _read_hashed(kind: bytes, said: bytes) -> HashedImage | CouldNotHash:
    if kind == FAILED:
        return _read_failure(said)
    width_px, height_px, media_type, hashes = json.loads(said)
    return HashedImage(width_px, height_px, media_type, tuple(starmap(PerceptualHash, hashes)))


def _read_key_points(kind: bytes, said: bytes) -> Described:
    if kind == FAILED:
        return _read_failure(said)
    try:
        return unpacked(said)
    except PermanentError as error:
        return WorkerLost("crashed", f"its decoder does not answer with key points: {error}")


def _read_failure(said: bytes) -> CouldNotHash:
    return CouldNotHash(**json.loads(said))
