"""Calls to a store that wait at the same time, made together in one transaction.

Twenty questions to a vendor cost a hundred transactions, which queue for the same rows: 240 ms from
the first to the last. Gathered, they take 80.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class CallBatcher(Generic[Item, Answer]):
    """Answers items by `answer_all` on a thread, one group at a time, in the order of coming.

    The first item is answered at once; those that come meanwhile are the next group. An error of
    `answer_all` is that of each item in its group.
    """

    def __init__(self, answer_all: Callable[[Sequence[Item]], Sequence[Answer]]) -> None:
        self._answer_all = answer_all
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._answering: asyncio.Task[None] | None = None

    async def __call__(self, item: Item) -> Answer:
        """The answer to this item."""
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answered))
        if self._answering is None:
            self._answering = asyncio.create_task(self._answer_groups())
        return await answered

    async def _answer_groups(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                await self._answer(group)
        finally:
            self._answering = None

    async def _answer(self, group: Sequence[tuple[Item, asyncio.Future[Answer]]]) -> None:
        items = [item for item, _ in group]
        try:
            answers = await asyncio.to_thread(self._answer_all, items)
        except Exception as error:
            for _, answered in group:
                if not answered.done():
                    answered.set_exception(error)
            return
        for (_, answered), answer in zip(group, answers, strict=True):
            if not answered.done():  # whoever gave up is cancelled
                answered.set_result(answer)


T = TypeVar("T")


class WriteBehind(Generic[T]):
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


async def read_ahead(
    pending: deque[Callable[[], Coroutine[Any, Any, T]]], at_once: int
) -> AsyncGenerator[T, None]:
    """The results of `pending` in its order, up to `at_once` of them under way.

    The consumer may append to `pending` while it reads. Leaving early cancels what is under way.
    """
    running: deque[asyncio.Task[T]] = deque()
    try:
        while pending or running:
            while pending and len(running) < at_once:
                running.append(asyncio.create_task(pending.popleft()()))
            yield await running[0]
            running.popleft()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
