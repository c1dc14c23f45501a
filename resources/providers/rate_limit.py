"""When the next request to a provider may leave, over all processes: GCRA in Postgres.

A row says when the next request may leave. Taking a turn moves it on by one interval and answers
how long to wait, so requests are spaced exactly and nobody polls. A limit that was changed counts
from the next turn on. Two turns of one kind are never closer than 60 s / limit.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from psycopg import Connection

from infringement_dagster.domain.listing import Provider
from resources.postgres.database import Database
from resources.postgres.statements import fetch_one

# Requests are spaced a little wider than the limit, as their way to the vendor takes uneven time.
SLACK = 1.05


@dataclass(frozen=True, slots=True)
class RateLimiter:
    """The limits of clients and providers, shared by all workers on one database."""

    database: Database

    async def turn(self, client_id: str, provider: Provider) -> float:
        """The seconds waited until this request may leave; 0 where no limit is set."""
        wait_seconds = await asyncio.to_thread(self._take, client_id, provider)
        if wait_seconds > 0:
            await asyncio.sleep(wait_seconds)
        return wait_seconds

    def _take(self, client_id: str, provider: Provider) -> float:
        with self.database.client(client_id) as c:
            return take_turn(c, client_id, provider)


def take_turn(c: Connection, client_id: str, provider: Provider) -> float:
    """The seconds until the turn that this call takes, of the client and of the provider."""
    row = fetch_one(
        c,
        _Wait,
        _TAKE,
        client_id=client_id,
        provider=provider,
        interval_seconds=60 * SLACK,
    )
    return row.seconds if row else 0.0


@dataclass(frozen=True, slots=True)
class _Wait:
    seconds: float


# Each upsert waits for and reads the newest row it meets; clock_timestamp() is the time after that
# wait, where now() is the start of the transaction.
_TAKE = """
    WITH spacing AS (
        SELECT
            (SELECT %(interval_seconds)s * interval '1 second' / requests_per_minute
             FROM client_limits WHERE client_id = %(client_id)s) AS client,
            (SELECT %(interval_seconds)s * interval '1 second' / requests_per_minute
             FROM provider_limits WHERE provider = %(provider)s) AS provider
    ), of_client AS (
        INSERT INTO client_turns AS t (client_id, next_at)
        SELECT %(client_id)s, clock_timestamp() + client FROM spacing WHERE client IS NOT NULL
        ON CONFLICT (client_id) DO UPDATE
            SET next_at = greatest(t.next_at, clock_timestamp()) + (SELECT client FROM spacing)
        RETURNING next_at - (SELECT client FROM spacing) AS at
    ), of_provider AS (
        INSERT INTO provider_turns AS t (provider, next_at)
        SELECT %(provider)s, clock_timestamp() + provider FROM spacing WHERE provider IS NOT NULL
        ON CONFLICT (provider) DO UPDATE
            SET next_at = greatest(t.next_at, clock_timestamp()) + (SELECT provider FROM spacing)
        RETURNING next_at - (SELECT provider FROM spacing) AS at
    )
    SELECT coalesce(greatest(0, extract(epoch FROM max(at) - clock_timestamp())), 0)::float8
        AS seconds
    FROM (SELECT at FROM of_client UNION ALL SELECT at FROM of_provider) AS turns
"""
