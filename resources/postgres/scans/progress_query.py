"""How far the runs of a scan have come, read from their events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from resources.postgres.statements import fetch_all

_EVENTS_READ = 400  # four runs tell at most about 100 events before each has told again


@dataclass(frozen=True, slots=True)
class RunProgress:
    """A run's last word on its progress; `total` is None while it is unknown."""

    phase: str
    done: int
    total: int | None
    per_second: float | None
    found: int
    flagged: int


def latest_progress(c: Connection, client_id: str, scan_id: UUID) -> dict[str, RunProgress]:
    """The newest progress of each run of the scan, by provider; a silent run has none."""
    newest_first = fetch_all(
        c,
        _body,
        """
        SELECT body FROM events
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND type = 'run.progress'
        ORDER BY event_no DESC LIMIT %(limit)s
        """,
        client_id=client_id,
        scan_id=scan_id,
        limit=_EVENTS_READ,
    )
    return {body["provider"]: _progress(body) for body in reversed(newest_first)}


def _body(*, body: dict[str, Any]) -> dict[str, Any]:
    return body


def _progress(body: Mapping[str, Any]) -> RunProgress:
    return RunProgress(
        phase=body["phase"],
        done=body["done"],
        total=body["total"],
        per_second=body.get("per_second"),
        found=body.get("found", 0),
        flagged=body.get("flagged", 0),
    )
