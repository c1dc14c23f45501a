"""Decoding workers for callers that wait: the command line and the API's synchronous operations."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from resources.decoding.answers import Described, Hashed, Previewed
from resources.decoding.pool import KEY_POINTS_MEMORY_BYTES, DecodingWorkers

Answer = TypeVar("Answer")


class BlockingDecoder:
    """Asks `DecodingWorkers` from any thread; a context manager. Starts at the first picture."""

    def __init__(self, workers: DecodingWorkers | None = None) -> None:
        """Asks workers with room for key points unless given others."""
        self._workers = workers or DecodingWorkers(memory_bytes=KEY_POINTS_MEMORY_BYTES)
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def hash(self, content: bytes) -> Hashed:
        """The picture's hashes, or why there are none; raises `WorkersDoNotStart`."""
        return self._answer(self._workers.hash(content))

    def preview(self, content: bytes, side_max_px: int) -> Previewed:
        """The picture as a JPEG made by us, no side longer than `side_max_px`."""
        return self._answer(self._workers.preview(content, side_max_px))

    def key_points(self, content: bytes) -> Described:
        """The picture's key points, or why there are none; raises `WorkersDoNotStart`."""
        return self._answer(self._workers.key_points(content))

    def close(self) -> None:
        """Ends the workers and the thread; questions after it start them again."""
        with self._starting:
            loop, thread, self._loop = self._loop, self._thread, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._workers.aclose(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def _answer(self, question: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(question, self._running_loop()).result()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
                self._thread.start()
            return self._loop
