"""How fast each caller may go: requests a minute, and time at work while others work too."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator
from itertools import takewhile
from typing import TypeVar

CALLERS_REMEMBERED = 10_000
# While others work, a caller has a quarter of the time of one place, over all kinds of work, once
# it has had two seconds; a page with its twenty thumbnails takes 0.3. Places that are never empty,
# each of them within the caller's share, made another client's lists take 4.5 times as long.
WORK_PART = 0.25
WORK_SECONDS_FREE = 2.0
WORK_SECONDS_OWED_MAX = 4.0
REST_SECONDS_MAX = 4.0
OTHERS_SECONDS = 1.0
BURST_SECONDS = 10.0


Caller = TypeVar("Caller")
Known = TypeVar("Known")


class Recent(OrderedDict[Caller, Known]):
    """Something known of each caller, the newest last; the longest unused are forgotten."""

    def note(self, caller: Caller, known: Known) -> None:
        """Guarantees that this is known of the caller, as the newest."""
        self[caller] = known
        self.move_to_end(caller)
        while len(self) > CALLERS_REMEMBERED:
            self.popitem(last=False)


class Pace:
    """Lets each caller send so many requests a minute, evenly but for a burst of ten seconds."""

    def __init__(self, per_minute: int) -> None:
        self._interval_seconds = 60.0 / per_minute
        self._through_at: Recent[str, float] = Recent()

    def wait_seconds(self, caller: str, cost: int) -> float:
        """0 when the request may pass, which counts it; else how long to wait."""
        now = time.monotonic()
        through_at = max(now, self._through_at.get(caller, now))
        if through_at > now + BURST_SECONDS:
            return through_at - now - BURST_SECONDS
        self.charge(caller, cost)
        return 0.0

    def charge(self, caller: str, cost: int) -> None:
        """Guarantees that what the caller has had counts as so many requests more."""
        now = time.monotonic()
        through_at = max(now, self._through_at.get(caller, now))
        self._through_at.note(caller, through_at + cost * self._interval_seconds)


class WorkTime:
    """Makes a caller rest that owes more time than the others at work owe, and than is free."""

    def __init__(self) -> None:
        self._owed: Recent[str, tuple[float, float]] = Recent()  # seconds, and when

    def rest_seconds(self, caller: str, worked_seconds: float) -> float:
        """How long a place of the caller rests after so much work: until the rest is paid off."""
        now = time.monotonic()
        owed = min(self._owed_by(caller, now) + worked_seconds, WORK_SECONDS_OWED_MAX)
        others = [self._owed_by(name, now) for name in self._at_work(now) if name != caller]
        self._owed.note(caller, (owed, now))
        if not others:
            return 0.0
        allowed = max(WORK_SECONDS_FREE, sum(others) / len(others))
        return min(max(0.0, owed - allowed) / WORK_PART, REST_SECONDS_MAX)

    def _owed_by(self, caller: str, now: float) -> float:
        owed, at = self._owed.get(caller, (0.0, now))
        return max(0.0, owed - (now - at) * WORK_PART)

    def _at_work(self, now: float) -> Iterator[str]:
        """Who has worked within the last second, the newest first."""
        return takewhile(
            lambda name: now - self._owed[name][1] < OTHERS_SECONDS, reversed(self._owed)
        )
