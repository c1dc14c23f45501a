"""Decoding workers for callers that wait: the command line and the API's synchronous operations."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable
from types import TracebackType
from typing import Any, Self, TypeVar

from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.matching.photos.plain_pixels import Frame
from resources.decoding.answers import Cornered, Described, Further, Hashed, Previewed
from resources.decoding.pool import KEY_POINTS_MEMORY_BYTES, WORKERS_MAX, DecodingWorkers
from resources.decoding.text_answers import TextRead
from resources.fair_places import FairPlaces

Answer = TypeVar("Answer")
ANYBODY = ""  # where there is one client, or none


class BlockingDecoder:
    """Asks `DecodingWorkers` from any thread; a context manager. Starts at the first photo."""

    def __init__(self, workers: DecodingWorkers | None = None, *, is_shared: bool = False) -> None:
        """Asks workers with room for key points unless given others.

        Where it is shared by clients, one worker is always left to the others.
        """
        self._workers = workers or DecodingWorkers(memory_bytes=KEY_POINTS_MEMORY_BYTES)
        share = max(1, WORKERS_MAX - 1) if is_shared else WORKERS_MAX
        self._places = FairPlaces(WORKERS_MAX, share)
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

    def hash(self, content: bytes, client_id: str = ANYBODY) -> Hashed:
        """The photo's hashes, or why there are none; raises `WorkersDoNotStart`."""
        return self._answer(self._in_turn(client_id, lambda: self._workers.hash(content)))

    def corner_points(self, content: bytes, client_id: str = ANYBODY) -> Cornered:
        """A reference's corner points both ways, or why not; raises `WorkersDoNotStart`."""
        return self._answer(self._in_turn(client_id, lambda: self._workers.corner_points(content)))

    def further_hashes(
        self, content: bytes, wanted: Iterable[FurtherHash], client_id: str = ANYBODY
    ) -> Further:
        """Those hashes of the library that the photo yields; raises `WorkersDoNotStart`."""
        return self._answer(
            self._in_turn(client_id, lambda: self._workers.further_hashes(content, wanted))
        )

    def pixels(self, content: bytes, frame: Frame, client_id: str = ANYBODY) -> bytes | MissedPhoto:
        """Plain pixels at that size, or why there are none; raises `WorkersDoNotStart`."""
        return self._answer(self._in_turn(client_id, lambda: self._workers.pixels(content, frame)))

    def logo_points(self, content: bytes, client_id: str = ANYBODY) -> Cornered:
        """A logo's corner points as it is and as its negative; raises `WorkersDoNotStart`."""
        return self._answer(self._in_turn(client_id, lambda: self._workers.logo_points(content)))

    def drawn(self, content: bytes, client_id: str = ANYBODY) -> Previewed:
        """A vector drawing as a PNG on white, or why not; raises `WorkersDoNotStart`."""
        return self._answer(self._in_turn(client_id, lambda: self._workers.drawn(content)))

    def preview(self, content: bytes, side_max_px: int, client_id: str = ANYBODY) -> Previewed:
        """The photo as a JPEG made by us, no side longer than `side_max_px`."""
        return self._answer(
            self._in_turn(client_id, lambda: self._workers.preview(content, side_max_px))
        )

    def key_points(self, content: bytes, client_id: str = ANYBODY) -> Described:
        """The photo's key points, or why there are none; raises `WorkersDoNotStart`."""
        return self._answer(self._in_turn(client_id, lambda: self._workers.key_points(content)))

    def text(self, content: bytes, client_id: str = ANYBODY) -> TextRead:
        """The lines of text in the photo; asks `text_workers`, which it was then given."""
        return self._answer(self._in_turn(client_id, lambda: self._workers.text(content)))

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

    async def _in_turn(
        self, client_id: str, ask: Callable[[], Coroutine[Any, Any, Answer]]
    ) -> Answer:
        async with self._places.held(client_id):
            return await ask()

    def _answer(self, question: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(question, self._running_loop()).result()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
                self._thread.start()
            return self._loop
