from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from resources.batching import CallBatcher


def test_what_comes_meanwhile_is_answered_together_and_in_order() -> None:
    groups: list[list[int]] = []
    all_wait = threading.Event()

    def squares(items: Sequence[int]) -> list[int]:
        all_wait.wait(10)
        groups.append(list(items))
        return [item * item for item in items]

    async def asked() -> list[int]:
        calls = CallBatcher(squares)
        tasks = [asyncio.create_task(calls(number)) for number in range(6)]
        await asyncio.sleep(0)
        tasks += [asyncio.create_task(calls(number)) for number in range(6, 9)]
        await asyncio.sleep(0)
        all_wait.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(asked()) == [number * number for number in range(9)]
    assert [item for group in groups for item in group] == list(range(9))
    assert len(groups) == 2


def test_an_error_is_that_of_its_group_alone() -> None:
    def refused(items: Sequence[int]) -> list[int]:
        if 0 in items:
            raise ValueError("no zero")
        return list(items)

    async def asked() -> list[int | BaseException]:
        calls = CallBatcher(refused)
        first = await asyncio.gather(calls(0), calls(1), return_exceptions=True)
        return [*first, await calls(2)]

    zero, one, two = asyncio.run(asked())
    assert isinstance(zero, ValueError)
    assert one is zero
    assert two == 2


def test_who_gives_up_takes_nobodys_answer_along() -> None:
    go_on = threading.Event()

    def same(items: Sequence[int]) -> list[int]:
        go_on.wait(10)
        return list(items)

    async def asked() -> int:
        calls = CallBatcher(same)
        first, second = (asyncio.create_task(calls(number)) for number in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await first
        return await second

    assert asyncio.run(asked()) == 1
