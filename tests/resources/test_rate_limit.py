from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest

from infringement_dagster.admission import ClientLimits
from resources.postgres import client_store, limit_store
from resources.postgres.database import Database
from resources.postgres.limit_store import ProviderLimits
from resources.rate_limit import RateLimiter, take_turn


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


def test_without_a_limit_nobody_waits(acme: Database) -> None:
    assert waits(acme, 3) == [0, 0, 0]


@pytest.mark.parametrize(("client", "provider"), [(600, None), (None, 600), (600, 6000)])
def test_turns_are_spaced_by_the_strictest_limit(
    acme: Database, client: int | None, provider: int | None
) -> None:
    limit(acme, client, provider)
    found = waits(acme, 5)
    assert found[0] == 0
    spacings = [later - earlier for earlier, later in pairwise(found[1:])]
    assert all(0.05 < spacing <= 0.106 for spacing in spacings)  # 0.105 s less the time it took
    assert found[-1] > 0.3


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
    assert first < 0.1
    assert second == pytest.approx(first + 1.05, abs=0.1)


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
