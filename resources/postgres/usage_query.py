"""What a client's scans have cost and hold at this moment, summed up for the API.

Belongs here: sums over `provider_usage` and unended runs of one client. Not here: charging
(`usage_store.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psycopg import Connection

from infringement_dagster.admission import ClientUse
from infringement_dagster.matching.listing import Provider
from resources.postgres.statements import fetch_all, fetch_one


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


def client_use(c: Connection, client_id: str) -> ClientUse:
    """What the client runs, and its credits charged or reserved, as admission counts them."""
    use = fetch_one(
        c,
        ClientUse,
        """
        WITH held AS (
            SELECT count(*) AS runs, coalesce(sum(
                greatest(coalesce(credits_reserved, 0) - credits_charged, 0)), 0)::bigint AS credits
            FROM runs WHERE client_id = %(client_id)s AND state IN ('admitted', 'running')
        ), spent AS (
            SELECT coalesce(sum(credits), 0)::bigint AS month, coalesce(sum(credits)
                FILTER (WHERE charged_at >= date_trunc('day', now(), 'UTC')), 0)::bigint AS today
            FROM provider_usage
            WHERE client_id = %(client_id)s AND charged_at >= date_trunc('month', now(), 'UTC')
        )
        SELECT held.runs, today + held.credits AS credits_today,
            month + held.credits AS credits_this_month
        FROM held, spent
        """,
        client_id=client_id,
    )
    return use or ClientUse()
