"""The progress events of a run: what a person wants to know while waiting."""

from __future__ import annotations

from infringement_dagster.scan_runs import ScanRun
from resources.postgres.records import NewEvent


def progress_event(run: ScanRun, phase: str, done: int, total: int | None) -> NewEvent:
    """How far a phase of a run has come; `total` is None while it is unknown."""
    body = {"provider": run.provider, "phase": phase, "done": done, "total": total}
    return NewEvent(type="run.progress", scan_id=run.scan_id, body=body)
