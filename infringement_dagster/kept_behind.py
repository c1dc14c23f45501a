"""Keeps what has come on a thread while more comes.

Belongs here: one batch after the other, in the order of coming, and how much may wait. Not here:
what is kept and how.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class KeptBehind(Generic[T]):
    """Hands items to `keep` on a thread, one batch at a time; a context manager.

    What waits is a batch once it weighs `batch`; while one is kept, whoever adds to what weighs
    `much` waits. At the end everything is kept, also where the block ends in an error. An error of
    `keep` is raised by the next `add` or at the end, and nothing is kept after it.
    """

    def __init__(
        self,
        keep: Callable[[Sequence[T]], None],
        *,
        weigh: Callable[[T], float],
        batch: float,
        much: float,
    ) -> None:
        self._keep = keep
        self._weigh = weigh
        self._batch = batch
        self._much = much
        self._waiting: list[T] = []
        self._weight = 0.0
        self._keeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        while self._keeping is not None:
            await self._kept()
        if self._waiting:
            await self._keep_waiting()

    async def add(self, items: Sequence[T]) -> None:
        """Takes the items over and begins to keep them once there is a batch."""
        self._waiting += items
        self._weight += sum(map(self._weigh, items))
        while self._keeping is not None and (self._keeping.done() or self._weight >= self._much):
            await self._kept()
        if self._keeping is None and self._is_batch():
            self._keeping = asyncio.create_task(self._keep_batches())

    async def _kept(self) -> None:
        keeping = self._keeping
        assert keeping is not None
        await asyncio.shield(keeping)  # several may wait, and one that gives up stops nobody's
        if self._keeping is keeping:
            self._keeping = None

    async def _keep_batches(self) -> None:
        while self._is_batch():
            await self._keep_waiting()

    def _is_batch(self) -> bool:
        return bool(self._waiting) and self._weight >= self._batch

    async def _keep_waiting(self) -> None:
        batch, self._waiting, self._weight = self._waiting, [], 0.0
        await asyncio.to_thread(self._keep, batch)
