"""The installation in numbers, over all clients and naming none: for who watches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString

from psycopg import Connection

from resources.postgres.statements import fetch_all


@dataclass(frozen=True, slots=True)
class Reading:
    """One number under at most two labels."""

    value: float
    first: str = ""
    second: str = ""


# Each answers with rows of (first, second, value), by an index: a year of 400 clients is a million
# runs, those of a day are some thousands.
QUERIES: Mapping[str, LiteralString] = {
    "clients": "SELECT state AS first, count(*) AS value FROM clients GROUP BY 1",
    "runs": """
        SELECT provider AS first, state AS second, count(*) AS value FROM runs
        WHERE state IN ('queued', 'admitted') GROUP BY 1, 2
        UNION ALL
        SELECT provider AS first, state AS second, count(*) AS value FROM runs
        WHERE state = 'running' GROUP BY 1, 2
    """,
    "runs_waiting": """
        SELECT coalesce(wait_reason, 'turn') AS first, count(*) AS value FROM runs
        WHERE state = 'queued' GROUP BY 1
    """,
    "runs_ended_day": """
        SELECT provider AS first, state AS second, count(*) AS value FROM runs
        WHERE finished_at > now() - interval '1 day' GROUP BY 1, 2
    """,
    "credits_charged_day": """
        SELECT provider AS first, coalesce(sum(credits_charged), 0)::bigint AS value FROM runs
        WHERE queued_at > now() - interval '1 day' GROUP BY 1
    """,
    "oldest_waiting_run_seconds": """
        SELECT coalesce(extract(epoch FROM now() - min(queued_at)), 0)::float8 AS value
        FROM runs WHERE state = 'queued'
    """,
    "oldest_heartbeat_seconds": """
        SELECT coalesce(extract(epoch FROM now() - min(heartbeat_at)), 0)::float8 AS value
        FROM runs WHERE state = 'running'
    """,
    "provider_up": """
        SELECT provider AS first,
            CASE WHEN troubles >= %(troubles_max)s THEN 0 ELSE 1 END AS value
        FROM provider_health
    """,
    "webhook_deliveries": """
        SELECT state AS first, count(*) AS value FROM webhook_deliveries
        WHERE state <> 'delivered' GROUP BY 1
    """,
    "webhook_oldest_due_seconds": """
        SELECT greatest(0, coalesce(extract(epoch FROM now() - min(next_attempt_at)), 0))::float8
            AS value
        FROM webhook_deliveries WHERE state = 'pending'
    """,
    "jobs_waiting": "SELECT count(*) AS value FROM background_jobs WHERE state = 'queued'",
}


def readings(c: Connection, troubles_max: int) -> dict[str, list[Reading]]:
    """All numbers by name; for an admission transaction."""
    return {
        name: fetch_all(c, _reading, query, troubles_max=troubles_max)
        for name, query in QUERIES.items()
    }


def _reading(*, value: float, first: str = "", second: str = "") -> Reading:
    return Reading(float(value), first, second)
