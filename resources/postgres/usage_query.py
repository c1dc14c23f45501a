"""What a client's scans have cost, summed up for the API.

Belongs here: sums over `provider_usage`. Not here: charging (`usage_store.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psycopg import Connection

from infringement_dagster.matching.listing import Provider
from resources.postgres.statements import fetch_all


@dataclass(frozen=True, slots=True)
class MonthlyUsage:
    """What one provider cost in one month (UTC); `month` is its first day."""

    month: date
    provider: Provider
    requests: int
    credits: int


def credits_by_month(c: Connection, client_id: str, since: date) -> list[MonthlyUsage]:
    """Requests and credits from that day on, by month and provider."""
    return fetch_all(
        c,
        MonthlyUsage,
        """
        SELECT date_trunc('month', charged_at AT TIME ZONE 'UTC')::date AS month, provider,
            count(*) AS requests, sum(credits) AS credits
        FROM provider_usage
        WHERE client_id = %(client_id)s
            AND charged_at >= %(since)s::date::timestamp AT TIME ZONE 'UTC'
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
        client_id=client_id,
        since=since,
    )
