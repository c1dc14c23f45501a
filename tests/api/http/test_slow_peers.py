from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest
from fastapi import Request

from api import server
from api.access import admit
from api.app import create_app
from api.http import bodies, operation_route, slow_peers
from api.settings import ApiSettings
from resources.objects.store import ObjectStore
from resources.postgres.database import DatabaseUrls
from tests.api.conftest import serving
from tests.support.raw_http import HEALTHZ_SECONDS_MAX, connected, head, status_of, watching

FULL = os.environ.get("FULL_TESTS") == "1"
SLOW_CONNECTIONS = 1000 if FULL else 200
HALF_OPEN_MAX = 500 if FULL else 100


@pytest.fixture
def api_settings() -> ApiSettings:
    return ApiSettings(port=0, half_open_max=HALF_OPEN_MAX)


@pytest.fixture
def strict_url(
    database_urls: DatabaseUrls,
    objects: ObjectStore,
    api_settings: ApiSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """A server that waits half a second where it usually waits longer."""
    monkeypatch.setattr(slow_peers, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(slow_peers, "LINGER_SECONDS", 0.5)
    with serving(create_app(database_urls, objects, api_settings), api_settings) as url:
        yield url


def is_cut_off(connection: socket.socket, seconds: float = 10) -> bool:
    connection.settimeout(seconds)
    try:
        while connection.recv(65_536):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


def test_many_slow_connections_take_nobody_elses_place(
    base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No time-out ends them: only that others come.
    monkeypatch.setattr(slow_peers, "HEAD_SECONDS", 300.0)
    monkeypatch.setattr(bodies, "_FIRST_SECONDS", 300.0)
    with ExitStack() as held, watching(base_url) as watch:
        slow = []
        for number in range(SLOW_CONNECTIONS):
            connection = held.enter_context(connected(base_url))
            with_body = head("POST", "/v1/session", Content_Length="100")
            connection.sendall(with_body if number % 2 else b"GET /healthz HTTP/1.1\r\nX-")
            slow.append(connection)
        deadline = time.monotonic() + 30
        while (open_now := sum(_is_open(item) for item in slow)) > HALF_OPEN_MAX:
            assert time.monotonic() < deadline, f"{open_now} are half-open"
            time.sleep(0.05)
        for connection in slow:
            _trickle(connection)
    assert watch.worst_seconds < HEALTHZ_SECONDS_MAX


def _is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    finally:
        connection.setblocking(True)


def _trickle(connection: socket.socket) -> None:
    with suppress(ConnectionError):
        connection.sendall(b"a")


def _answered_then_blank(connection: socket.socket) -> None:
    connection.sendall(head("GET", "/healthz"))
    assert status_of(connection) == 200
    connection.sendall(b"\r\n")


Begin = Callable[[socket.socket], None]
SLOW: dict[str, Begin] = {
    "says nothing": lambda _: None,
    "stops within the head": lambda connection: connection.sendall(b"GET / HTTP/1.1\r\nX-A"),
    "sends empty lines between requests": _answered_then_blank,
    "keeps back a body that was refused": lambda connection: connection.sendall(
        head("POST", "/v1/clients", Content_Length="1000000")
    ),
}


@pytest.mark.parametrize("kind", SLOW)
def test_who_does_not_finish_a_request_is_cut_off(strict_url: str, kind: str) -> None:
    with connected(strict_url) as connection:
        began = time.monotonic()
        SLOW[kind](connection)
        assert is_cut_off(connection)
        assert time.monotonic() - began < 5


def test_a_body_that_nobody_has_asked_for_stays_in_the_network(
    base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, sent, in_memory = threading.Event(), threading.Event(), [0]
    keep = slow_peers.TimedReads.on_body

    def admit_later(request: Request) -> None:
        asked.set()
        assert sent.wait(30)
        admit(request)

    def measured(self: slow_peers.TimedReads, body: bytes) -> None:
        keep(self, body)
        in_memory.append(len(self.cycle.body))

    monkeypatch.setattr(operation_route, "admit", admit_later)
    monkeypatch.setattr(slow_peers.TimedReads, "on_body", measured)
    with connected(base_url) as connection:
        connection.sendall(head("POST", "/v1/clients", Content_Length="20000000"))
        assert asked.wait(30)
        connection.settimeout(0.5)
        with suppress(TimeoutError):
            connection.sendall(b"a" * 20_000_000)
        assert max(in_memory) == 0
        sent.set()
        connection.settimeout(30)
        assert status_of(connection) == 401
    assert max(in_memory) <= 2**18


def test_an_idle_connection_serves_again_and_a_slow_answer_is_waited_for(strict_url: str) -> None:
    with connected(strict_url) as connection:
        for _ in range(3):
            connection.sendall(head("GET", "/readyz"))
            assert status_of(connection) == 200


def test_a_connection_that_asks_for_nothing_more_is_ended(
    database_urls: DatabaseUrls,
    objects: ObjectStore,
    api_settings: ApiSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "_IDLE_SECONDS_MAX", 1)
    app = create_app(database_urls, objects, api_settings)
    with serving(app, api_settings) as url, connected(url) as connection:
        connection.sendall(head("GET", "/healthz"))
        assert status_of(connection) == 200
        assert is_cut_off(connection)


MANY_AT_ONCE = "many requests at once"
SERVED_MAX = 1 + slow_peers.PIPELINED_MAX
LARGE: dict[str, bytes] = {
    "one endless header": b"GET / HTTP/1.1\r\nX-A: " + b"a" * 700_000,
    "many headers": b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 200 + b"\r\n",
    "a long address": b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\n\r\n",
    MANY_AT_ONCE: head("GET", "/v1/session") * 200,
}


@pytest.mark.parametrize("kind", LARGE)
def test_heads_and_pipelines_have_a_bound(base_url: str, kind: str) -> None:
    with connected(base_url) as connection:
        try:
            connection.sendall(LARGE[kind])
        except ConnectionError:
            return  # it was cut off while it sent
        assert is_cut_off(connection)


@pytest.mark.parametrize("kind", LARGE)
def test_what_exceeds_the_bound_of_heads_and_pipelines_is_not_served(
    base_url: str, kind: str
) -> None:
    received = b""
    with connected(base_url) as connection, suppress(ConnectionError):
        connection.settimeout(30)
        connection.sendall(LARGE[kind])
        while some := connection.recv(65_536):
            received += some
    statuses = re.findall(rb"HTTP/1\.1 (\d+)", received)
    served = [status for status in statuses if status != b"400"]
    assert len(served) <= (SERVED_MAX if kind == MANY_AT_ONCE else 0)
