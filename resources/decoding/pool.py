"""Decodes hostile photos in processes of their own, each under a memory and a time limit."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Iterable
from importlib.util import find_spec
from types import TracebackType
from typing import Self

from infringement_dagster.domain.errors import TransientError
from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.matching.photos.plain_pixels import Frame
from resources.decoding import questions
from resources.decoding.answers import Cornered, Described, Further, Hashed, Previewed, Seen
from resources.decoding.text_answers import TEXT_LINES, TextRead
from resources.decoding.worker import QUESTION
from resources.decoding.worker_process import (
    AnswerTooLarge,
    ForkedWorker,
    Forkserver,
    NoWorker,
    WorkerGone,
)

WORKERS_MAX = min(os.cpu_count() or 1, 4)
# Of one photo: a PNG of 20 Mpx takes 100 MiB. With the 35 that a worker is born with, two
# workers never take 300.
MEMORY_BYTES = 108 * 2**20
KEY_POINTS_MEMORY_BYTES = 160 * 2**20  # a PNG of 9 Mpx; OpenCV's threads alone take 30 MiB
TEXT_MEMORY_BYTES = 640 * 2**20  # the models take 150 MiB, a photo of 960 px while it is read 250
TEXT_SECONDS = 60.0  # the first answer loads the models; a photo takes 0.3 s of an idle core
SECONDS = 10.0  # of one photo; the slowest of 50 Mpx takes 2
_GRACE_SECONDS = 2.0  # the worker's own alarm comes first

_log = logging.getLogger(__name__)


class WorkersDoNotStart(TransientError):
    """No worker came to its first question: nothing is known about any photo."""


class DecodingWorkers:
    """At most `workers` processes, started when needed; an async context manager.

    A worker that a photo has ended is replaced at the next question. They are forked from the
    forkserver that this process was given, or else from one of its own.
    """

    def __init__(
        self,
        *,
        workers: int = WORKERS_MAX,
        memory_bytes: int = MEMORY_BYTES,
        seconds: float = SECONDS,
    ) -> None:
        self._memory_bytes = memory_bytes
        self._seconds = seconds
        # Last in, first out: few photos keep one worker busy and start no second.
        self._slots: asyncio.LifoQueue[ForkedWorker | None] = asyncio.LifoQueue()
        for _ in range(workers):
            self._slots.put_nowait(None)
        self._running: set[ForkedWorker] = set()
        self._forkserver: Forkserver | None = None

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
        """The workers that run at the moment."""
        return frozenset(worker.pid for worker in self._running)

    async def hash(self, content: bytes) -> Hashed:
        """The photo's hashes, or why there are none; raises `WorkersDoNotStart`."""
        return await self._answer(questions.HASHES, content)

    async def see(self, content: bytes, further: Iterable[FurtherHash] = ()) -> Seen:
        """The photo's hashes, also those, and corner points, or why not.

        Raises `WorkersDoNotStart`.
        """
        return await self._answer(questions.seeing(further), content)

    async def corner_points(self, content: bytes) -> Cornered:
        """A reference's corner points both ways, or why not; raises `WorkersDoNotStart`."""
        return await self._answer(questions.CORNER_POINTS, content)

    async def further_hashes(self, content: bytes, wanted: Iterable[FurtherHash]) -> Further:
        """Those hashes of the library that the photo yields; raises `WorkersDoNotStart`."""
        return await self._answer(questions.further_asked(wanted), content)

    async def pixels(self, content: bytes, frame: Frame) -> bytes | MissedPhoto:
        """Plain pixels at that size, or why there are none; raises `WorkersDoNotStart`."""
        return await self._answer(questions.pixels_at(frame), content)

    async def logo_points(self, content: bytes) -> Cornered:
        """A logo's corner points as it is and as its negative; raises `WorkersDoNotStart`."""
        return await self._answer(questions.LOGO_POINTS, content)

    async def drawn(self, content: bytes) -> Previewed:
        """A vector drawing as a PNG on white, or why not; raises `WorkersDoNotStart`."""
        return await self._answer(questions.DRAWN, content)

    async def preview(self, content: bytes, side_max_px: int) -> Previewed:
        """The photo as a JPEG made by us, no side longer than `side_max_px` (up to 65,535)."""
        return await self._answer(questions.previewing(side_max_px), content, side_max_px)

    async def key_points(self, content: bytes) -> Described:
        """The photo's key points, or why there are none; raises `WorkersDoNotStart`."""
        return await self._answer(questions.DESCRIPTION, content)

    async def text(self, content: bytes) -> TextRead:
        """The lines of text in the photo; for `text_workers`, as others have no room for it."""
        return await self._answer(TEXT_LINES, content)

    async def aclose(self) -> None:
        """Ends all workers, and the forkserver that was started for them."""
        await asyncio.gather(*map(self._end, self._running))
        forkserver, self._forkserver = self._forkserver, None
        if forkserver is not None and not forkserver.is_shared:
            forkserver.end()

    async def _answer(
        self, asked: questions.Question[questions.Answer], content: bytes, side_max_px: int = 0
    ) -> questions.Answer | MissedPhoto:
        content = asked.how + content
        answer = await self._ask(asked.kind, side_max_px, content, asked.answer_bytes_max)
        return answer if isinstance(answer, MissedPhoto) else asked.read(*answer)

    async def _ask(
        self, kind: bytes, side_max_px: int, content: bytes, answer_bytes_max: int
    ) -> tuple[bytes, bytes] | MissedPhoto:
        worker = await self._slots.get()
        idle: ForkedWorker | None = None
        try:
            if worker not in self._running:
                worker = await self._start()
            question = QUESTION.pack(kind, side_max_px, len(content)) + content
            answer = await self._exchange(worker, question, answer_bytes_max)
            idle = None if isinstance(answer, MissedPhoto) else worker
            return answer
        finally:
            self._slots.put_nowait(idle)
            if idle is None and worker is not None:
                await self._end(worker)

    async def _exchange(
        self, worker: ForkedWorker, question: bytes, answer_bytes_max: int
    ) -> tuple[bytes, bytes] | MissedPhoto:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._seconds + _GRACE_SECONDS):
                return await worker.ask(question, answer_bytes_max)
        except AnswerTooLarge as error:
            return MissedPhoto("crashed", str(error))
        except (OSError, WorkerGone):
            # Nobody knows what ended it, but its alarm does after exactly this time.
            if loop.time() - began >= self._seconds:
                return MissedPhoto("timed_out", f"not decoded within {self._seconds:g} s")
            return MissedPhoto("crashed", "its decoder ended before it had answered")

    async def _start(self) -> ForkedWorker:
        forkserver = self._asked()
        try:
            worker = await forkserver.worker(self._memory_bytes, self._seconds)
        except NoWorker as error:
            _log.warning("the decoding forkserver gave no worker (%s): starting another", error)
            self._give_up(forkserver)
            worker = await self._start_from_another()
        self._running.add(worker)
        return worker

    async def _start_from_another(self) -> ForkedWorker:
        try:
            return await self._asked().worker(self._memory_bytes, self._seconds)
        except NoWorker as error:
            raise WorkersDoNotStart(
                f"two decoding forkservers ended before a worker's first photo ({error}); their "
                "words are in this process's stderr"
            ) from error

    def _asked(self) -> Forkserver:
        """The forkserver to ask; nothing awaits here, so two questions never start two."""
        self._forkserver = self._forkserver or Forkserver.shared or Forkserver.start()
        return self._forkserver

    def _give_up(self, forkserver: Forkserver) -> None:
        if forkserver is not self._forkserver:
            return  # another question came first
        self._forkserver = None
        if forkserver.is_shared:
            Forkserver.shared = None
        else:
            forkserver.end()

    async def _end(self, worker: ForkedWorker) -> None:
        await worker.end()
        self._running.discard(worker)


def reads_text() -> bool:
    """Whether the extra `ocr` is installed here; nothing of it is loaded to find out."""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def text_workers(workers: int = WORKERS_MAX) -> DecodingWorkers:
    """Workers of a kind of their own, with room and time for the models that read text."""
    return DecodingWorkers(workers=workers, memory_bytes=TEXT_MEMORY_BYTES, seconds=TEXT_SECONDS)
