"""The progress events of a run: what a person wants to know while waiting."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Final

from infringement_dagster.domain.event import NewEvent, RunProgressed, new_event
from infringement_dagster.scans.lease import ScanRun

PAUSE_SECONDS: Final = 0.5  # between two of a phase: a person sees no more, each is kept 180 days


@dataclass(slots=True)
class Progress:
    """One phase of a run at work; made when the phase begins.

    `done_before` is what an earlier attempt has left, which says nothing about this one's speed.
    """

    run: ScanRun
    phase: str
    done_before: int = 0
    _began: float = field(default_factory=time.monotonic)
    _told_at: float | None = None
    _told: tuple[int, int | None, int | None, int] | None = None

    def events(
        self, done: int, total: int | None, *, found: int | None = None, flagged: int = 0
    ) -> list[NewEvent]:
        """The event on how far the phase has come; none so soon after another, or for no news.

        The end of a phase is told by `event`, always.
        """
        now, told = time.monotonic(), (done, total, found, flagged)
        is_soon = self._told_at is not None and now - self._told_at < PAUSE_SECONDS
        if is_soon or told == self._told:
            return []
        self._told_at, self._told = now, told
        return [self.event(done, total, found=found, flagged=flagged)]

    def event(
        self, done: int, total: int | None, *, found: int | None = None, flagged: int = 0
    ) -> NewEvent:
        """How far the phase has come; `total` is None while it is unknown.

        `found` counts the run's listings so far, `flagged` those of them worth a case.
        """
        seconds = time.monotonic() - self._began
        fresh = done - self.done_before
        progressed = RunProgressed(
            provider=self.run.provider,
            phase=self.phase,
            done=done,
            total=total,
            per_second=round(fresh / seconds, 1) if seconds > 0 else None,
            found=self.run.listings_found if found is None else found,
            flagged=flagged,
        )
        return new_event(progressed, self.run.scan_id)
