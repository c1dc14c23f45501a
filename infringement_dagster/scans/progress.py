"""The progress events of a run: what a person wants to know while waiting."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from infringement_dagster.domain.event import NewEvent, RunProgressed, new_event
from infringement_dagster.scans.lease import ScanRun


@dataclass(frozen=True, slots=True)
class Progress:
    """One phase of a run at work; made when the phase begins.

    `done_before` is what an earlier attempt has left, which says nothing about this one's speed.
    """

    run: ScanRun
    phase: str
    done_before: int = 0
    _began: float = field(default_factory=time.monotonic)

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
