"""One breaker and one retry budget for all runs: rows in Postgres, questions at the wire."""

from __future__ import annotations

import asyncio

import pytest

from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.providers.plug_in import Question
from resources.providers.provider_health import RETRIES_KEPT_MAX, ProviderHealth
from resources.providers.vendor import VendorClient, VendorError
from tests.support.wire_server import answer, wire_server

PAGE = b'{"results": []}'


@pytest.fixture
def acme(database: Database) -> Database:
    """A database with two clients."""
    for client_id in ("acme", "beta"):
        with database.client(client_id) as c:
            client_store.add_client(c, client_id, client_id)
    return database


def run(health: ProviderHealth, url: str, questions: int, attempts: int = 3) -> list[str]:
    """A run's questions, one after the other, and the reasons of those without an answer."""

    async def asked() -> list[str]:
        reasons: list[str] = []
        vendor = VendorClient(url, "k", first_pause_seconds=0.001, attempts=attempts, health=health)
        async with vendor:
            for number in range(questions):
                try:
                    await vendor.ask(Question("ebay/search/v2", {"query": str(number)}))
                except VendorError as error:
                    reasons.append(error.reason)
        return reasons

    return asyncio.run(asked())


def test_a_small_run_makes_no_more_tries_than_it_may(acme: Database) -> None:
    one_in_two = [answer(b"", 500), answer(PAGE)] * 20
    with wire_server(*one_in_two) as server:
        reasons = run(ProviderHealth(acme, "acme", "ebay"), server.url, 9)
    assert len(server.requests) == 9
    assert reasons == ["vendor_failed"] * 5


def test_all_runs_together_retry_a_tenth_of_their_questions(acme: Database) -> None:
    one_in_two = [answer(b"", 500), answer(PAGE)] * 100
    with wire_server(*one_in_two) as server:
        for number in range(6):
            run(ProviderHealth(acme, ("acme", "beta")[number % 2], "ebay"), server.url, 10)
    assert 60 < len(server.requests) <= 66


def test_what_was_not_spent_is_kept_up_to_a_bound(acme: Database) -> None:
    health = ProviderHealth(acme, "acme", "ebay")

    async def spend() -> list[bool]:
        for _ in range(10 * RETRIES_KEPT_MAX + 50):
            assert await health.may_ask()
        return [await health.may_retry() for _ in range(RETRIES_KEPT_MAX + 2)]

    assert asyncio.run(spend()) == [True] * RETRIES_KEPT_MAX + [False, False]


def test_a_provider_in_trouble_is_left_alone_by_every_run(acme: Database) -> None:
    with wire_server(answer(b"", 500)) as server:
        first = run(ProviderHealth(acme, "acme", "ebay"), server.url, 7, attempts=1)
        other = run(ProviderHealth(acme, "beta", "ebay"), server.url, 3, attempts=1)
        walmart = run(ProviderHealth(acme, "beta", "walmart"), server.url, 1, attempts=1)
    assert first == ["vendor_failed"] * 5 + ["provider_down"] * 2
    assert other == ["provider_down"] * 3
    assert walmart == ["vendor_failed"]
    assert len(server.requests) == 6


def test_of_all_that_wait_one_probes_and_its_answer_closes_the_circuit(acme: Database) -> None:
    health = ProviderHealth(acme, "acme", "ebay", open_seconds=3600)

    async def probed() -> None:
        for _ in range(5):
            assert await health.may_ask()
            await health.note(trouble=True)
        assert not await health.may_ask()
        with acme.client("beta") as c:
            c.execute("update provider_health set open_until = now() where provider = 'ebay'")
        others = [ProviderHealth(acme, name, "ebay") for name in ("acme", "beta") * 4]
        asked = [other.may_ask() for other in others for _ in range(3)]
        assert sum(await asyncio.gather(*asked)) == 1
        await health.note(trouble=False)
        assert all(await asyncio.gather(*(other.may_ask() for other in others)))

    asyncio.run(probed())


def test_a_question_that_is_wrong_is_no_trouble_of_the_provider(acme: Database) -> None:
    with wire_server(answer(b"", 400)) as server:
        run(ProviderHealth(acme, "acme", "ebay"), server.url, 12)
    assert len(server.requests) == 12
