from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from infringement_dagster.domain.admission import ClientLimits
from resources.postgres.clients import client_store, limit_store
from resources.postgres.clients.limit_store import ProviderLimits
from resources.postgres.database import Database
from resources.providers.rate_limit import RateLimiter, take_turn


@pytest.fixture
def acme(database: Database) -> Database:
    """A database with two clients."""
    for client_id in ("acme", "beta"):
        with database.client(client_id) as c:
            client_store.add_client(c, client_id, client_id)
    return database


def limit(database: Database, client: int | None = None, provider: int | None = None) -> None:
    with database.admission() as c:
        limit_store.set_client_limits(c, "acme", ClientLimits(requests_per_minute=client))
        limit_store.set_provider_limits(c, "ebay", ProviderLimits(requests_per_minute=provider))


def waits(database: Database, number: int, client_id: str = "acme") -> list[float]:
    found: list[float] = []
    for _ in range(number):
        with database.client(client_id) as c:
            found.append(take_turn(c, client_id, "ebay"))
    return found


_LATEST = """
    SELECT max(next_at)
    FROM (SELECT next_at FROM client_turns UNION SELECT next_at FROM provider_turns) AS turns
"""


def test_without_a_limit_nobody_waits(acme: Database) -> None:
    assert waits(acme, 3) == [0, 0, 0]


@pytest.mark.parametrize(("client", "provider"), [(600, None), (None, 600), (600, 6000)])
def test_turns_are_spaced_by_the_strictest_limit(
    acme: Database, client: int | None, provider: int | None
) -> None:
    limit(acme, client, provider)
    followers: list[datetime] = []
    for _ in range(5):
        with acme.client("acme") as c:
            take_turn(c, "acme", "ebay")
            row = c.execute(_LATEST).fetchone()
            assert row is not None
            followers.append(row[0])
    assert all(
        later - earlier >= timedelta(seconds=0.105)  # 60 s / 600, and 5% more
        for earlier, later in pairwise(followers)
    )


def test_a_provider_is_shared_by_clients_and_a_client_is_not(acme: Database) -> None:
    limit(acme, client=6)
    assert waits(acme, 1) == [0]
    assert waits(acme, 1, "beta") == [0]
    limit(acme, provider=6)
    assert waits(acme, 1, "beta") == [0]
    assert waits(acme, 1)[0] > 5


def test_a_lowered_limit_counts_from_the_next_turn_on(acme: Database) -> None:
    limit(acme, client=6000)
    waits(acme, 3)
    limit(acme, client=60)
    first, second = waits(acme, 2)
    assert second > first + 0.5  # 1.05 s less the time between the two


def test_racing_requests_leave_one_at_a_time(acme: Database) -> None:
    limit(acme, client=1200)
    limiter = RateLimiter(acme)
    left_at: list[float] = []

    async def leave() -> None:
        await limiter.turn("acme", "ebay")
        left_at.append(time.monotonic())

    async def race() -> None:
        await asyncio.gather(*(leave() for _ in range(16)))

    asyncio.run(race())
    assert max(left_at) - min(left_at) >= 15 * 0.05  # 1200 a minute are 50 ms
