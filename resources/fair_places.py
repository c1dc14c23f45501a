"""Gives a few places to many callers so that no caller takes them all.

Each caller holds at most its share. Those who wait stand in a line of their own, and the lines take
turns: however long one is, the head of another waits for one place only.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from infringement_dagster.domain.errors import TransientError


class LineFull(TransientError):
    """So many of this caller wait already that one more is better told at once."""


class FairPlaces:
    """Places of one event loop; each of `places` serves one piece of work at a time."""

    def __init__(self, places: int, share: int, waiting_max: int = 10_000) -> None:
        self._free = places
        self._share = share
        self._waiting_max = waiting_max
        self._held: Counter[str] = Counter()
        self._lines: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    def held_by(self, caller: str) -> int:
        """How many places the caller holds."""
        return self._held[caller]

    def waiting(self, caller: str) -> int:
        """How many of the caller wait."""
        return len(self._lines.get(caller, ()))

    @asynccontextmanager
    async def held(self, caller: str) -> AsyncIterator[None]:
        """Guarantees a place within the block; raises LineFull."""
        await self.take(caller)
        try:
            yield
        finally:
            self.give_back(caller)

    async def take(self, caller: str) -> None:
        """Guarantees a place until `give_back`; raises LineFull."""
        if self._free and self._held[caller] < self._share:
            self._hand_to(caller)
            return
        line = self._lines.setdefault(caller, deque())
        if len(line) >= self._waiting_max:
            raise LineFull(f"{len(line)} requests of {caller} wait already")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give_back(caller)  # it was handed over in the very moment of leaving
            raise

    def give_back(self, caller: str, rest_seconds: float = 0.0) -> None:
        """Guarantees that the place serves whoever is next.

        It still counts as the caller's for `rest_seconds`, so that another uses it meanwhile.
        """
        self._free += 1
        if rest_seconds > 0:
            asyncio.get_running_loop().call_later(rest_seconds, self._end_of_rest, caller)
        else:
            self._drop(caller)
        self._serve_all()

    def _end_of_rest(self, caller: str) -> None:
        self._drop(caller)
        self._serve_all()

    def _drop(self, caller: str) -> None:
        self._held[caller] -= 1
        if not self._held[caller]:
            del self._held[caller]

    def _serve_all(self) -> None:
        while self._free and self._serve_next():
            pass

    def _hand_to(self, caller: str) -> None:
        self._free -= 1
        self._held[caller] += 1

    def _serve_next(self) -> bool:
        """True when somebody who waited was given a place."""
        for caller in tuple(self._lines):
            turn = self._first_in_line(caller)
            if turn is not None and self._held[caller] < self._share:
                self._lines[caller].popleft()
                self._hand_to(caller)
                turn.set_result(None)
                self._lines.move_to_end(caller)
                return True
        return False

    def _first_in_line(self, caller: str) -> asyncio.Future[None] | None:
        line = self._lines[caller]
        while line and line[0].done():
            line.popleft()  # it left
        if line:
            return line[0]
        del self._lines[caller]
        return None
