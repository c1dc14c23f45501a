"""The decoder that clients share leaves each of them a worker."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from infringement_dagster.domain.photo import MissedPhoto
from resources.decoding import blocking
from resources.decoding.answers import Hashed
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import DecodingWorkers

ANSWER = MissedPhoto("blank", "white")


class SlowWorkers(DecodingWorkers):
    """Workers that answer "slow" only when told."""

    def __init__(self) -> None:
        super().__init__(workers=2)
        self.go_on = asyncio.Event()
        self.asked = 0
        self.has_begun = threading.Event()

    async def hash(self, content: bytes) -> Hashed:
        self.asked += 1
        self.has_begun.set()
        if content == b"slow":
            await self.go_on.wait()
        return ANSWER


def test_however_many_slow_photos_one_client_has_anothers_is_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blocking, "WORKERS_MAX", 2)
    workers = SlowWorkers()
    with BlockingDecoder(workers, is_shared=True) as decoder, ThreadPoolExecutor(10) as threads:
        slow = [threads.submit(decoder.hash, b"slow", "greedy") for _ in range(9)]
        assert workers.has_begun.wait(10)
        other = threads.submit(decoder.hash, b"quick", "other")
        try:
            assert other.result(10) == ANSWER
            assert workers.asked == 2  # one of all the slow ones, and this
        finally:
            decoder._running_loop().call_soon_threadsafe(workers.go_on.set)
        assert [item.result(10) for item in slow] == [ANSWER] * 9
