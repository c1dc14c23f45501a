"""Whether the installation is well, over all clients: what is stuck, failed or given up.

Each question is answered by an index, or reads a row for each client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.listing import Provider
from resources.postgres.statements import fetch_all, fetch_one

# Sensors look every 1 to 10 s, senders every 1 to 5: what waits for minutes is not looked at.
PATIENCE_MINUTES: Final = 5


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many things of a kind there are, and since when the oldest."""

    number: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class FailedRuns:
    """A client's failed runs at one provider; all but the number is of the newest."""

    client_id: str
    provider: Provider
    number: int
    failed_at: datetime
    scan_id: UUID
    dagster_run_id: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class ClientCount:
    """A number of one client."""

    client_id: str
    number: int


@dataclass(frozen=True, slots=True)
class CreditsToday:
    """The credits that a client was charged today (UTC) at one provider."""

    client_id: str
    provider: Provider
    credits: int


# For an admission transaction.
BACKLOGS: Final[Mapping[str, LiteralString]] = {
    "schedules": """
        SELECT count(*) AS number, min(next_due_at) AS since
        FROM client_schedules JOIN clients USING (client_id)
        WHERE state = 'active' AND next_due_at < now() - %(minutes)s * interval '1 minute'
    """,
    "queued": """
        SELECT count(*) AS number, min(queued_at) AS since FROM runs WHERE state = 'queued'
    """,
    "unlooked": """
        SELECT count(*) AS number, min(queued_at) AS since
        FROM runs JOIN clients USING (client_id)
        WHERE runs.state = 'queued' AND wait_reason IS NULL AND clients.state = 'active'
            AND queued_at < now() - %(minutes)s * interval '1 minute'
    """,
    "unstarted": """
        SELECT count(*) AS number, min(admitted_at) AS since FROM runs
        WHERE state = 'admitted' AND admitted_at < now() - %(minutes)s * interval '1 minute'
    """,
    "silent": """
        SELECT count(*) AS number, min(heartbeat_at) AS since FROM runs
        WHERE state = 'running' AND heartbeat_at < now() - %(minutes)s * interval '1 minute'
    """,
    "jobs": """
        SELECT count(*) AS number, min(requested_at) AS since FROM background_jobs
        WHERE ended_at IS NULL AND state = 'queued'
    """,
    "failed_jobs": """
        SELECT count(*) AS number, min(ended_at) AS since FROM background_jobs
        WHERE ended_at > now() - interval '1 day' AND state = 'failed'
    """,
    "late_hooks": """
        SELECT count(*) AS number, min(next_attempt_at) AS since FROM webhook_deliveries
        WHERE state = 'pending' AND next_attempt_at < now() - %(minutes)s * interval '1 minute'
    """,
    "late_alerts": """
        SELECT count(*) AS number, min(next_attempt_at) AS since FROM alert_mails
        WHERE outcome IS NULL AND next_attempt_at < now() - %(minutes)s * interval '1 minute'
    """,
}
# For an identity transaction.
MAIL_BACKLOGS: Final[Mapping[str, LiteralString]] = {
    "late_links": """
        SELECT count(*) AS number, min(asked_at) AS since FROM mails
        WHERE outcome IS NULL AND asked_at < now() - %(minutes)s * interval '1 minute'
    """,
    "late_operator_alerts": """
        SELECT count(*) AS number, min(next_attempt_at) AS since FROM operator_alert_deliveries
        WHERE outcome IS NULL AND (attempts > 1
            OR next_attempt_at < now() - %(minutes)s * interval '1 minute')
    """,
}


def backlogs(c: Connection, queries: Mapping[str, LiteralString]) -> dict[str, Backlog]:
    """Each of these by its name."""
    return {
        name: fetch_one(c, Backlog, query, minutes=PATIENCE_MINUTES) or Backlog()
        for name, query in queries.items()
    }


def failed_runs(c: Connection, limit: int) -> list[FailedRuns]:
    """At most `limit` failures of the last 24 hours by client and provider, the newest first."""
    return fetch_all(
        c,
        FailedRuns,
        """
        SELECT client_id, provider, count(*) AS number, max(finished_at) AS failed_at,
            (array_agg(scan_id ORDER BY finished_at DESC))[1] AS scan_id,
            (array_agg(dagster_run_id ORDER BY finished_at DESC))[1] AS dagster_run_id,
            (array_agg(error ORDER BY finished_at DESC))[1] AS error
        FROM runs WHERE finished_at > now() - interval '1 day' AND state = 'failed'
        GROUP BY client_id, provider ORDER BY failed_at DESC, client_id, provider LIMIT %(limit)s
        """,
        limit=limit,
    )


def dead_letters(c: Connection, limit: int) -> list[ClientCount]:
    """The clients with most web-hook messages that were given up, at most `limit`."""
    return fetch_all(
        c,
        ClientCount,
        """
        SELECT client_id, count(*) AS number FROM webhook_deliveries WHERE state = 'dead'
        GROUP BY client_id ORDER BY number DESC, client_id LIMIT %(limit)s
        """,
        limit=limit,
    )


def credits_today(c: Connection) -> list[CreditsToday]:
    """The charges of today (UTC) by client and provider."""
    return fetch_all(
        c,
        CreditsToday,
        """
        SELECT client_id, provider, spent.credits FROM clients CROSS JOIN LATERAL (
            SELECT provider, sum(credits)::bigint AS credits FROM provider_usage
            WHERE provider_usage.client_id = clients.client_id
                AND charged_at >= date_trunc('day', now(), 'UTC')
            GROUP BY provider) AS spent
        WHERE spent.credits > 0 ORDER BY client_id, provider
        """,
    )
