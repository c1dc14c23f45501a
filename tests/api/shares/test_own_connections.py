"""What runs beside requests waits for none of their threads and connections."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from uuid import UUID

import pytest

from api.app import Api
from api.jobs.orders import PreviewOrder
from api.settings import ApiSettings
from api.stream.feed import REPLAYS, EventFeed, Subscription
from infringement_dagster.domain.event import NewEvent
from resources.postgres.clients import job_store
from resources.postgres.clients.client_store import UnknownClient
from resources.postgres.database import APP_CONNECTIONS_MAX, Database, DatabaseUrls
from resources.postgres.events import event_store
from tests.api.conftest import Caller
from tests.api.test_events import numbers, stream
from tests.support.waiting import until
from tests.support.wire_server import WireServer, answer, wire_server

SECONDS_MAX = 20  # of which an idle machine needs one


@asynccontextmanager
async def replays_held(feed: EventFeed, *client_ids: str) -> AsyncIterator[None]:
    """Each client named has a replay under way, or in line, until the block ends."""
    go_on = threading.Event()
    slow = [asyncio.ensure_future(feed.ask(name, go_on.wait, 60)) for name in client_ids]
    try:
        yield
    finally:
        go_on.set()
        await asyncio.gather(*slow)


def test_however_many_replays_one_client_asks_for_another_has_its_own(
    database_urls: DatabaseUrls,
) -> None:
    async def run() -> None:
        feed = EventFeed(Database(database_urls), database_urls.app)
        async with replays_held(feed, *["greedy"] * 3 * REPLAYS):
            await asyncio.sleep(0)
            assert await asyncio.wait_for(feed.ask("other", lambda: "read"), SECONDS_MAX) == "read"
        feed.release()

    asyncio.run(run())


def test_live_events_wait_for_no_replay(database_urls: DatabaseUrls) -> None:
    async def run() -> None:
        feed = EventFeed(Database(database_urls), database_urls.app)
        async with replays_held(feed, *(f"client{number}" for number in range(REPLAYS))):
            await asyncio.sleep(0)
            with pytest.raises(UnknownClient):  # so the database was asked
                await asyncio.wait_for(
                    feed.subscribe(Subscription("nobody", None, None, None)), SECONDS_MAX
                )
        feed.release()

    asyncio.run(run())


@pytest.fixture
def receiver() -> Iterator[WireServer]:
    with wire_server(answer(status=204)) as receiver:
        yield receiver


class TestConnections:
    @pytest.fixture
    def api_settings(self, receiver: WireServer) -> ApiSettings:
        return ApiSettings(port=0, webhook_private_hosts=(receiver.origin,))

    def test_web_hooks_live_events_and_jobs_wait_for_no_connection_of_requests(
        self, acme: Caller, app: Api, database: Database, receiver: WireServer
    ) -> None:
        acme("POST", "webhooks", json={"url": f"{receiver.url}/hook"}, expect=201)
        requests: Database = app.state.backend.database
        with ExitStack() as held, stream(acme, "events") as events:
            for _ in range(APP_CONNECTIONS_MAX):
                held.enter_context(requests.client("acme"))
            with database.client("acme") as c:
                event_store.append_events(c, "acme", [NewEvent("case.flagged", {})])
                order = PreviewOrder(draft={})
                job_id = job_store.add_job(c, "acme", order.kind, order.model_dump(), "user:ann")
            assert numbers(events, 1) == [1]
            until(lambda: len(receiver.requests) == 1)
            until(lambda: attempts(database, job_id) == 1)


def attempts(database: Database, job_id: UUID) -> int:
    with database.client("acme") as c:
        return job_store.get_job(c, "acme", job_id).attempts
