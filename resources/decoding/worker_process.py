"""The asker's side of decoding workers: where they are forked, and one worker's process and socket.

Run processes are forked from one that started a forkserver (`Forkserver.start_shared`) and ask that
one. Everybody else starts one of their own.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import suppress
from typing import ClassVar, Self

import psutil

from infringement_dagster.domain.errors import TransientError
from resources.decoding.worker import ANSWER, LIMITS, PID, READY
from resources.settings import PROJECT_DIR

# numpy's Accelerate library does not work in a forked process.
_HOW = "exec" if sys.platform == "darwin" else "fork"
_START_SECONDS_MAX = 30.0
_END_SECONDS_MAX = 5.0
_PART_BYTES = 2**18
# Nothing of ours: workers read what strangers wrote, and need no address and no secret.
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    # glibc keeps freed pixels instead of giving them back after each array: 2.5 ms a photo
    # where 4.2 were spent, most of the difference in 600 page faults.
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(64 * 2**20),
}


class NoWorker(TransientError):
    """A forkserver gave no worker: nothing is known about any photo."""


class WorkerGone(TransientError):
    """A worker's socket ended before its answer did."""


class AnswerTooLarge(TransientError):
    """A worker announced more than can be an answer; nothing of it was read."""


class ForkedWorker:
    """A worker's process with our end of its socket; for one question at a time."""

    # Of those forked for others too, for whom nobody waits here; in `cpu_seconds`.
    ended_cpu_seconds: ClassVar[float] = 0.0

    def __init__(self, connection: socket.socket, *, of_shared: bool) -> None:
        self._socket = connection
        self._of_shared = of_shared
        self._free = asyncio.Lock()
        self._process: psutil.Process | None = None
        self._is_killed = False

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self._process is not None
        return int(self._process.pid)

    async def begin(self, memory_bytes: int, seconds: float) -> None:
        """Guarantees that the worker has its limits and waits for a question."""
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self._socket, LIMITS.pack(memory_bytes, seconds))
        kind, said = await self._read_answer(PID.size)
        if kind != READY:
            raise WorkerGone(f"a worker began with {kind!r}")
        (pid,) = PID.unpack(said)
        # Knows the process by its start time too: nobody else's is ever killed in its place.
        self._process = psutil.Process(pid)

    async def ask(self, question: bytes, answer_bytes_max: int) -> tuple[bytes, bytes]:
        """The answer's kind and content; raises `WorkerGone`, `AnswerTooLarge` and `OSError`."""
        async with self._free:
            await asyncio.get_running_loop().sock_sendall(self._socket, question)
            await asyncio.sleep(0)  # others ask meanwhile, even if the answer is there already
            return await self._read_answer(answer_bytes_max)

    async def end(self) -> None:
        """Guarantees that the process has gone."""
        if not self._is_killed:
            self._is_killed = True
            self._kill()
        async with self._free:  # whoever asks is told by the socket's end
            with suppress(OSError):
                async with asyncio.timeout(_END_SECONDS_MAX):
                    await self._wait_for_end()
            self._socket.close()

    def abandon(self) -> None:
        """Lets the process end by itself; for one that was asked nothing."""
        self._socket.close()

    def _kill(self) -> None:
        assert self._process is not None
        with suppress(psutil.Error):
            if self._of_shared:
                ForkedWorker.ended_cpu_seconds += sum(self._process.cpu_times()[:2])
            self._process.kill()

    async def _wait_for_end(self) -> None:
        loop = asyncio.get_running_loop()
        while self._socket.fileno() >= 0 and await loop.sock_recv(self._socket, _PART_BYTES):
            pass

    async def _read_answer(self, answer_bytes_max: int) -> tuple[bytes, bytes]:
        kind, size_bytes = ANSWER.unpack(await self._read(ANSWER.size))
        if size_bytes > answer_bytes_max:
            raise AnswerTooLarge(f"it announced {size_bytes} bytes, at most {answer_bytes_max}")
        return kind, await self._read(size_bytes)

    async def _read(self, size_bytes: int) -> bytes:
        loop = asyncio.get_running_loop()
        content = bytearray()
        while missing := size_bytes - len(content):
            part = await loop.sock_recv(self._socket, min(missing, _PART_BYTES))
            if not part:
                raise WorkerGone("its decoder ended before it had answered")
            content += part
        return bytes(content)


class Forkserver:
    """A process that forks decoding workers, with the socket on which it is asked for them."""

    shared: ClassVar[Forkserver | None] = None

    def __init__(self, process: subprocess.Popen[bytes], connection: socket.socket) -> None:
        self._process = process
        self._socket = connection

    @classmethod
    def start(cls) -> Self:
        """A forkserver that ends when this process and all that were forked from it have gone."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own module, run without a shell
                [sys.executable, "-m", "resources.decoding.forkserver", _HOW],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                cwd=PROJECT_DIR,
                env=_ENVIRONMENT,
                # A signal to our group would leave its askers without it; the socket's end does.
                start_new_session=True,
            )
        return cls(process, ours)

    @classmethod
    def start_shared(cls) -> None:
        """Starts one for this process and for those that will be forked from it."""
        cls.shared = cls.start()

    @property
    def is_shared(self) -> bool:
        """Whether others may ask it too."""
        return self is Forkserver.shared

    async def worker(self, memory_bytes: int, seconds: float) -> ForkedWorker:
        """A worker that waits for its first question; raises `NoWorker`."""
        worker: ForkedWorker | None = None
        try:
            worker = ForkedWorker(self._connect(), of_shared=self.is_shared)
            async with asyncio.timeout(_START_SECONDS_MAX):
                await worker.begin(memory_bytes, seconds)
        except (OSError, WorkerGone, AnswerTooLarge, psutil.Error) as error:
            if worker is not None:
                worker.abandon()
            raise NoWorker(f"{type(error).__name__}: {error}") from error
        except asyncio.CancelledError:
            if worker is not None:
                worker.abandon()
            raise
        return worker

    def end(self) -> None:
        """Guarantees that the process has gone; not for a shared one."""
        self._socket.close()
        try:
            self._process.wait(_END_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _connect(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                fds = [theirs.fileno()]
                socket.send_fds(self._socket, [b"w"], fds, socket.MSG_DONTWAIT)
            except OSError:
                ours.close()
                raise
        ours.setblocking(False)
        return ours


def cpu_seconds() -> float:
    """CPU of this process, of those that it started and that have ended, of its ended workers."""
    return sum(os.times()[:4]) + ForkedWorker.ended_cpu_seconds
