"""Nobody takes all places, and lines take turns."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import pytest

from resources.fair_places import FairPlaces, LineFull


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Visits:
    """Callers that take a place and hold it until told."""

    def __init__(self, places: FairPlaces) -> None:
        self._places = places
        self.order: list[str] = []

    async def visit(self, caller: str, leave: asyncio.Event) -> None:
        async with self._places.held(caller):
            self.order.append(caller)
            await leave.wait()


def run(test: Coroutine[object, object, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 20))


def test_nobody_holds_more_than_his_share_however_many_are_free() -> None:
    async def test() -> None:
        places, leave = FairPlaces(8, 3), asyncio.Event()
        visits = Visits(places)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(50):
                tasks.create_task(visits.visit("greedy", leave))
            await settle()
            assert (places.held_by("greedy"), places.waiting("greedy")) == (3, 47)
            tasks.create_task(visits.visit("other", leave))
            await settle()
            assert places.held_by("other") == 1
            leave.set()
        assert (places.held_by("greedy"), places.waiting("greedy")) == (0, 0)

    run(test())


def test_the_head_of_a_line_waits_for_one_place_behind_however_long_a_line() -> None:
    async def test() -> None:
        places, leaves = FairPlaces(1, 1), [asyncio.Event() for _ in range(12)]
        visits = Visits(places)
        async with asyncio.TaskGroup() as tasks:
            for leave in leaves[:10]:
                tasks.create_task(visits.visit("greedy", leave))
            await settle()
            for leave in leaves[10:]:
                tasks.create_task(visits.visit("other", leave))
            await settle()
            for leave in leaves:
                leave.set()
        assert visits.order[:4] == ["greedy", "greedy", "other", "greedy"]
        assert visits.order.count("other") == 2
        assert visits.order.index("other", 3) == 4

    run(test())


def test_who_leaves_the_line_takes_no_place_along() -> None:
    async def test() -> None:
        places = FairPlaces(1, 1)
        await places.take("first")
        waiting = [asyncio.create_task(places.take("second")) for _ in range(3)]
        await settle()
        waiting[0].cancel()
        places.give_back("first")  # to the second one in line
        waiting[1].cancel()  # in the very moment of its turn
        await settle()
        assert waiting[2].done()
        places.give_back("second")
        assert places.held_by("second") == 0
        await asyncio.wait_for(places.take("third"), 1)

    run(test())


def test_a_line_has_an_end() -> None:
    async def test() -> None:
        places = FairPlaces(1, 1, waiting_max=1)
        await places.take("one")
        waiting = asyncio.create_task(places.take("one"))
        await settle()
        with pytest.raises(LineFull, match="1 requests of one"):
            await places.take("one")
        places.give_back("one")
        await waiting

    run(test())


def test_a_resting_place_is_the_others_meanwhile_and_its_callers_again_afterwards() -> None:
    async def test() -> None:
        places = FairPlaces(1, 1)
        await places.take("greedy")
        again = asyncio.create_task(places.take("greedy"))
        await settle()
        places.give_back("greedy", rest_seconds=0.05)
        await settle()
        assert not again.done()
        await asyncio.wait_for(places.take("other"), 0.04)
        places.give_back("other")
        await asyncio.wait_for(again, 5)
        assert places.held_by("greedy") == 1

    run(test())
