"""Which scheduled scans have not succeeded in time, over all clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.scan import RunState
from resources.postgres.statements import fetch_all


@dataclass(frozen=True, slots=True)
class DueRun:
    """One provider's part of a scan that was due and has not succeeded since."""

    client_id: str
    provider: Provider
    due_at: datetime
    state: RunState | None  # None: nobody asked for the scan
    reason: str | None  # what its run waits for, or failed of


def unfulfilled_runs(c: Connection, since: datetime, until: datetime) -> list[DueRun]:
    """Parts of scans due after `since` and not after `until`, without a success since they were.

    Of active clients only; for an admission transaction.
    """
    return fetch_all(
        c,
        DueRun,
        """
        WITH due AS (
            SELECT client_id, provider, requested_at AS due_at, runs.state,
                coalesce(error, wait_reason) AS reason
            FROM scans JOIN runs USING (client_id, scan_id)
            WHERE trigger = 'schedule' AND requested_at > %(since)s AND requested_at <= %(until)s
            UNION ALL
            SELECT client_id, jsonb_object_keys(document -> 'searches'), next_due_at, NULL, NULL
            FROM client_schedules JOIN config_versions
                USING (client_id) WHERE version = config_version
                AND next_due_at > %(since)s AND next_due_at <= %(until)s
        )
        SELECT client_id, provider, due_at, due.state, due.reason
        FROM due JOIN clients USING (client_id)
        WHERE clients.state = 'active' AND NOT EXISTS (
            SELECT FROM runs AS done
            WHERE done.client_id = due.client_id AND done.provider = due.provider
                AND done.state IN ('succeeded', 'partial') AND done.finished_at >= due.due_at
                AND done.finished_at > %(since)s)  -- for its index: a year has a million runs
        ORDER BY client_id, provider, due_at
        """,
        since=since,
        until=until,
    )
