"""The API on a real port over a fresh database, and callers of each role."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from api.app import Api, create_app
from api.server import ApiServer
from api.settings import ApiSettings
from infringement_dagster.domain.permissions import PERMISSIONS_OF, ClientRole, Role
from resources.identity.credentials import new_api_key
from resources.network.tls import tls_context
from resources.objects.store import ObjectStore
from resources.postgres.clients import access_store, operator_store
from resources.postgres.clients.client_store import add_client
from resources.postgres.database import Database, DatabaseUrls

CONFIG: dict[str, object] = {
    "brands": [{"name": "Acme", "price_floor": {"amount": "29.00", "currency": "EUR"}}],
    "searches": {"amazon": {"queries": ["acme bottle"]}, "ebay": {"queries": ["acme"]}},
}


@dataclass
class Caller:
    """Speaks to the API with one credential."""

    http: httpx.Client
    client_id: str
    key: str = field(repr=False)

    def __call__(
        self, method: str, path: str, *, expect: int | None = None, **options: object
    ) -> httpx.Response:
        """The answer; `path` below the caller's client unless it begins with a slash."""
        url = path if path.startswith("/") else f"/v1/clients/{self.client_id}/{path}"
        answer = self.http.request(
            method,
            url,
            headers={"Authorization": f"Bearer {self.key}"} | headers_of(options),
            **options,  # type: ignore[arg-type] # httpx's own options
        )
        if expect is not None:
            assert answer.status_code == expect, answer.text
        return answer


def headers_of(options: dict[str, object]) -> dict[str, str]:
    given = options.pop("headers", {})
    assert isinstance(given, dict)
    return given


class PromptServer(ApiServer):
    """Looks every 10 ms whether it is to end: with uvicorn's 0.1 s each test waits 50 ms more."""

    async def main_loop(self) -> None:
        ticks = itertools.count()
        while not await self.on_tick(next(ticks)):  # noqa: ASYNC110 - others set a flag
            await asyncio.sleep(0.01)


@contextmanager
def serving(app: Api, settings: ApiSettings) -> Iterator[str]:
    """The URL of the app on a real server, until the block ends."""
    server = PromptServer(app, settings)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def api_settings() -> ApiSettings:
    return ApiSettings(port=0, requests_per_minute=100_000, client_requests_per_minute=1_000_000)


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(str(tmp_path / "objects"))


@pytest.fixture
def app(database_urls: DatabaseUrls, objects: ObjectStore, api_settings: ApiSettings) -> Api:
    return create_app(database_urls, objects, api_settings)


@pytest.fixture
def base_url(app: Api, api_settings: ApiSettings) -> Iterator[str]:
    with serving(app, api_settings) as url:
        yield url


@pytest.fixture
def http(base_url: str) -> Iterator[httpx.Client]:
    # A context of the client's own would read 140 certificates, 0.1 s of a core for each test.
    with httpx.Client(base_url=base_url, timeout=30, verify=tls_context()) as client:
        yield client


CallerOf = Callable[..., Caller]


@pytest.fixture
def caller_of(http: httpx.Client, database: Database) -> CallerOf:
    """Makes callers: `caller_of("acme", "admin")`; the client is made where it is missing."""

    def make(client_id: str, role: Role = "admin") -> Caller:
        return Caller(http, client_id, make_key(database, client_id, role))

    return make


def make_key(database: Database, client_id: str, role: Role) -> str:
    key = new_api_key()
    if role == "operator":
        with database.identity() as c:
            operator_store.add_operator_key(c, key, name="tests")
        return key.text
    with database.identity() as c:
        known = {row.client_id for row in operator_store.clients_after(c, "", 1000)}
    with database.client(client_id) as c:
        if client_id not in known:
            add_client(c, client_id, client_id.title())
        scopes = sorted(PERMISSIONS_OF[role])
        access_store.add_key(c, client_id, key, name=role, scopes=list(scopes), owner=None)
    return key.text


@pytest.fixture
def acme(caller_of: CallerOf) -> Caller:
    """An admin of client acme."""
    return caller_of("acme", "admin")


ROLES_OF_CLIENTS: tuple[ClientRole, ...] = ("admin", "reviewer", "viewer")


@pytest.fixture
def two_clients(database: Database) -> Database:
    """A database with acme and beta, whose jobs nobody does."""
    for client_id in ("acme", "beta"):
        with database.client(client_id) as c:
            add_client(c, client_id, client_id)
    return database
