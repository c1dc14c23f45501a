"""Doing several things at once while their results come in the order in which they were asked.

Belongs here: the window of running tasks. Not here: what the tasks do.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


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
