from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence

import pytest

from resources.batching import WriteBehind


async def add_all(behind: WriteBehind[int], items: Sequence[int]) -> None:
    for item in items:
        await behind.add([item])
        await asyncio.sleep(0)


def test_what_comes_while_a_batch_is_kept_is_kept_together_in_order() -> None:
    batches: list[Sequence[int]] = []
    may_go_on = threading.Event()

    def keep(items: Sequence[int]) -> None:
        batches.append(items)
        may_go_on.wait(10)

    async def work() -> None:
        async with WriteBehind(keep, weigh=float, batch=0, much=1000) as behind:
            await add_all(behind, range(5))
            may_go_on.set()

    asyncio.run(work())
    assert batches[0] == [0]
    assert [item for batch in batches for item in batch] == list(range(5))
    assert len(batches) == 2


def test_what_has_come_is_kept_although_the_block_ends_in_an_error() -> None:
    kept: list[int] = []

    async def work() -> None:
        async with WriteBehind(kept.extend, weigh=float, batch=0, much=1000) as behind:
            await add_all(behind, [1, 2, 3])
            raise LookupError("the source broke")

    with pytest.raises(LookupError):
        asyncio.run(work())
    assert kept == [1, 2, 3]


def test_an_error_of_keeping_is_raised_and_nothing_is_kept_after_it() -> None:
    tried: list[int] = []

    def keep(items: Sequence[int]) -> None:
        tried.extend(items)
        raise ValueError("the lease is lost")

    async def work() -> None:
        async with WriteBehind(keep, weigh=float, batch=0, much=1000) as behind:
            while True:
                await behind.add([len(tried)])
                await asyncio.sleep(0.01)

    with pytest.raises(ValueError, match="lease is lost"):
        asyncio.run(work())
    assert tried == [0]


def test_no_more_than_a_batch_waits_behind_the_one_that_is_kept() -> None:
    batches: list[int] = []

    def keep(items: Sequence[int]) -> None:
        time.sleep(0.005)  # long enough for all others to come, if they were let
        batches.append(len(items))

    async def work() -> None:
        async with (
            WriteBehind(keep, weigh=lambda _: 1, batch=3, much=3) as behind,
            asyncio.TaskGroup() as tasks,
        ):
            for start in range(0, 40, 8):
                tasks.create_task(add_all(behind, range(start, start + 8)))

    asyncio.run(work())
    assert sum(batches) == 40
    assert min(batches[:-1]) >= 3
    assert max(batches) <= 3 + 5  # each of five may have added one before it waits
