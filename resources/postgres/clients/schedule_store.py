"""When each client's next scheduled scan is due.

Not here: computing the times (`infringement_dagster/scans/due_scans.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from resources.postgres.statements import execute, fetch_all


@dataclass(frozen=True, slots=True)
class ScheduleToTend:
    """A client whose scan is due, or whose newest config nobody has read the schedule of."""

    client_id: str
    config_version: int  # the newest
    due_at: datetime | None  # None when no scan is due


def schedules_to_tend(c: Connection, now: datetime) -> list[ScheduleToTend]:
    """Active clients that are due at `now` or have a newer config, in order of id."""
    return fetch_all(
        c,
        ScheduleToTend,
        """
        SELECT client_id, newest.version AS config_version,
            CASE WHEN next_due_at <= %(now)s THEN next_due_at END AS due_at
        FROM clients
        JOIN LATERAL (
            SELECT version FROM config_versions WHERE config_versions.client_id = clients.client_id
            ORDER BY version DESC LIMIT 1
        ) AS newest ON true
        LEFT JOIN client_schedules USING (client_id)
        WHERE clients.state = 'active'
            AND (config_version IS DISTINCT FROM newest.version OR next_due_at <= %(now)s)
        ORDER BY client_id
        """,
        now=now,
    )


def keep_schedule(
    c: Connection, client_id: str, config_version: int, next_due_at: datetime | None
) -> None:
    """Guarantees that the client is next due then, by this config; never when it is None."""
    execute(
        c,
        """
        INSERT INTO client_schedules (client_id, config_version, next_due_at)
        VALUES (%(client_id)s, %(config_version)s, %(next_due_at)s)
        ON CONFLICT (client_id) DO UPDATE SET config_version = excluded.config_version,
            next_due_at = excluded.next_due_at
        """,
        client_id=client_id,
        config_version=config_version,
        next_due_at=next_due_at,
    )


def next_due_at(c: Connection, client_id: str) -> datetime | None:
    """When the client's next scan starts by itself, None when none does; in its transaction."""
    found = fetch_all(
        c,
        _due,
        "SELECT next_due_at FROM client_schedules WHERE client_id = %(client_id)s",
        client_id=client_id,
    )
    return found[0] if found else None


def _due(*, next_due_at: datetime | None) -> datetime | None:
    return next_due_at
