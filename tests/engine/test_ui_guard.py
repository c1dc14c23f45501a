"""What reaches Dagster's web server and what does not, over the server's own application."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import dagster as dg
import httpx
import pytest
from dagster_webserver.app import create_app_from_workspace_process_context
from psycopg import Connection
from pydantic import SecretStr
from starlette.types import ASGIApp
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from infringement_dagster.engine.ui_guard import SESSION_COOKIE
from infringement_dagster.engine.webserver import UiIsOpen, UiSettings, check_address, guarded
from resources.identity.credentials import hash_password, new_token, token_hash
from resources.postgres.clients import access_store, identity_store, operator_store
from resources.postgres.database import Database, DatabaseUrls
from resources.settings import Settings
from tests.engine.dagster_internals import EmptyWorkspaceTarget, WorkspaceProcessContext
from tests.support.asgi_server import asgi_server
from tests.support.onboarding import add_client

TOKEN = "printed-by-up"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
MUTATION = 'mutation { addDynamicPartition(partitionsDefName: "clients", partitionKey: "evil") }'
QUERY = "query { version }"


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as instance:
        yield instance


@pytest.fixture(scope="module")
def dagsters_own(instance: dg.DagsterInstance) -> Iterator[ASGIApp]:
    """What Dagster serves."""
    with WorkspaceProcessContext(instance, EmptyWorkspaceTarget()) as context:
        yield create_app_from_workspace_process_context(context)


@pytest.fixture
def settings(database_urls: DatabaseUrls) -> Settings:
    return Settings(
        database_url=SecretStr(database_urls.admin),
        database_identity_url=SecretStr(database_urls.identity),
    )


def listen(client: httpx.Client, **headers: str) -> str:
    """What a subscription over a websocket is answered first; raises InvalidStatus."""
    url = str(client.base_url.join("/graphql")).replace("http:", "ws:")
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    shown = {"Cookie": cookies, **headers}
    with connect(url, subprotocols=[Subprotocol("graphql-ws")], additional_headers=shown) as socket:
        socket.send('{"type": "connection_init"}')
        return str(socket.recv(timeout=20))


@pytest.fixture
def stranger(dagsters_own: ASGIApp, settings: Settings) -> Iterator[httpx.Client]:
    """A client that has shown nothing yet, before the guarded server."""
    ui = UiSettings(token=SecretStr(TOKEN), hosts="dagster.example")
    with (
        asgi_server(guarded(dagsters_own, ui, settings)) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        yield client


@pytest.fixture
def operator(stranger: httpx.Client) -> httpx.Client:
    """A client that has opened the address which `up` printed."""
    assert stranger.get(f"/?token={TOKEN}").status_code == 303
    return stranger


def ask(client: httpx.Client, query: str, headers: Mapping[str, str] | None = None) -> int:
    status: int = client.post("/graphql", json={"query": query}, headers=headers).status_code
    return status


def test_a_stranger_reaches_nothing(stranger: httpx.Client) -> None:
    for path in ("/", "/runs", "/server_info", "/graphql", "/logs/a/b.out", "/?token=guessed"):
        assert stranger.get(path, headers={"Accept": "text/html"}).status_code == 401
    assert ask(stranger, QUERY) == 401
    assert ask(stranger, QUERY, {"Authorization": "Bearer guessed"}) == 401


def test_the_printed_token_logs_in_and_leaves_the_address(stranger: httpx.Client) -> None:
    answer = stranger.get(f"/runs?token={TOKEN}&view=all")
    assert (answer.status_code, answer.headers["location"]) == (303, "/runs?view=all")
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert TOKEN not in answer.headers["set-cookie"]
    assert stranger.get("/runs?view=all").status_code == 200
    assert ask(stranger, QUERY) == 200


def test_the_token_leads_to_no_foreign_host(stranger: httpx.Client) -> None:
    path = f"//evil.example/?token={TOKEN}".encode()
    answer = stranger.get(stranger.base_url.copy_with(raw_path=path))
    assert (answer.status_code, answer.headers["location"]) == (303, "/evil.example/")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:3000", "127.0.0.1.evil.example"])
def test_a_foreign_name_that_points_here_reaches_nothing(operator: httpx.Client, host: str) -> None:
    assert ask(operator, QUERY, {"Host": host}) == 421
    assert operator.get("/", headers={"Host": host, **BEARER}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:3000", "[::1]:3000", "dagster.example"])
def test_the_servers_own_names_are_answered(operator: httpx.Client, host: str) -> None:
    assert ask(operator, QUERY, {"Host": host, **BEARER}) == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:8000", "null"])
def test_a_page_of_another_origin_reaches_nothing(operator: httpx.Client, origin: str) -> None:
    assert ask(operator, MUTATION, {"Origin": origin}) == 403
    with pytest.raises(InvalidStatus, match="403"):
        listen(operator, Origin=origin)


def test_a_page_of_another_origin_cannot_embed_or_frame_it(operator: httpx.Client) -> None:
    for dest, mode in (("image", "no-cors"), ("iframe", "navigate"), ("empty", "cors")):
        for site in ("cross-site", "same-site"):
            fetched = {"Sec-Fetch-Site": site, "Sec-Fetch-Dest": dest, "Sec-Fetch-Mode": mode}
            assert operator.get("/runs", headers=fetched).status_code == 403
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    assert operator.get("/runs", headers={**link, "Sec-Fetch-Mode": "navigate"}).status_code == 200


def test_the_ui_itself_may_ask_and_listen(operator: httpx.Client) -> None:
    origin = str(operator.base_url).rstrip("/")
    assert ask(operator, QUERY, {"Origin": origin, "Sec-Fetch-Site": "same-origin"}) == 200
    assert "connection_ack" in listen(operator, Origin=origin)


def test_no_address_and_no_form_executes_anything(
    operator: httpx.Client, instance: dg.DagsterInstance
) -> None:
    for query in (MUTATION, QUERY):
        assert operator.get("/graphql", params={"query": query}).status_code == 405
        assert operator.head("/graphql", params={"query": query}).status_code == 405
        for sent_as in ("text/plain", "application/x-www-form-urlencoded", ""):
            answer = operator.post(
                "/graphql", params={"query": query}, headers={"Content-Type": sent_as}
            )
            assert answer.status_code == 415
    assert operator.get("/graphql", headers={"Accept": "text/html"}).status_code == 200
    assert list(instance.get_dynamic_partitions("clients")) == []


def test_a_websocket_without_log_in_is_refused(stranger: httpx.Client) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        listen(stranger)


def session(c: Connection, client_id: str | None, user_id: UUID) -> dict[str, str]:
    """The cookie of a fresh session."""
    token = new_token()
    until = datetime.now(UTC) + timedelta(hours=1)
    identity_store.open_session(c, token_hash(token), client_id, user_id, until)
    return {"Cookie": f"{SESSION_COOKIE}={token}"}


def test_an_operators_session_opens_it_and_a_clients_does_not(
    stranger: httpx.Client, database: Database
) -> None:
    add_client(database, "acme", "Acme")
    password_hash = hash_password("correct horse battery")
    with database.client("acme") as c:
        ann = access_store.add_user(c, "acme", "ann@acme.example", "admin", password_hash)
    with database.identity() as c:
        olga = operator_store.add_operator(c, "olga@operators.example", password_hash)
        theirs, hers = session(c, None, olga.user_id), session(c, "acme", ann.user_id)
    assert ask(stranger, QUERY, theirs) == 200
    assert ask(stranger, QUERY, hers) == 401
    assert ask(stranger, QUERY, {"Cookie": f"{SESSION_COOKIE}={'x' * 43}"}) == 401


def test_it_listens_for_others_only_under_names_that_were_given() -> None:
    check_address("127.0.0.1", UiSettings())
    check_address("0.0.0.0", UiSettings(hosts="dagster.example"))
    for host in ("0.0.0.0", "::", "10.1.2.3"):
        with pytest.raises(UiIsOpen, match="INFRINGEMENT_UI_HOSTS"):
            check_address(host, UiSettings(token=SecretStr(TOKEN)))
