"""Keeps what has come on a thread while more comes.

Belongs here: one batch after the other, in the order of coming. Not here: what is kept and how.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class KeptBehind(Generic[T]):
    """Hands items to `keep` on a thread, all that have come meanwhile at a time; a context manager.

    At its end everything is kept, also where the block ends in an error. An error of `keep` is
    raised by the next `add` or at the end; nothing is kept after it.
    """

    def __init__(self, keep: Callable[[Sequence[T]], None]) -> None:
        self._keep = keep
        self._waiting: list[T] = []
        self._keeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._keeping is not None:
            await self._keeping

    async def add(self, items: Sequence[T]) -> None:
        """Takes the items over and begins to keep them."""
        if self._keeping is not None and self._keeping.done():
            await self._keeping
            self._keeping = None
        self._waiting += items
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep_all())

    async def _keep_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await asyncio.to_thread(self._keep, batch)
