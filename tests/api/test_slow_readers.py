"""Streams have a share for each client, and answers that nobody reads hold nothing."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import ExitStack

import httpx
import pytest

from api.http import connections, slow_peers
from api.settings import ApiSettings
from infringement_dagster.domain.event import NewEvent
from resources.postgres.database import Database
from resources.postgres.events import event_store
from tests.api.case_scene import flag_cases
from tests.api.conftest import Caller, CallerOf
from tests.api.test_events import append, numbers, stream


class TestStreams:
    @pytest.fixture
    def api_settings(self) -> ApiSettings:
        return ApiSettings(port=0, client_streams_max=3)

    def test_a_client_has_its_share_of_streams_over_all_its_keys(
        self, acme: Caller, caller_of: CallerOf, database: Database
    ) -> None:
        other_key, beta = caller_of("acme", "viewer"), caller_of("beta")
        with ExitStack() as stack:
            for caller in (acme, other_key, acme):
                stack.enter_context(stream(caller, "events"))
            refused = other_key("GET", "events", expect=429)
            assert int(refused.headers["retry-after"]) > 0
            acme("GET", "events/poll?wait_seconds=1", expect=429)
            with stream(beta, "events") as events, database.client("beta") as c:
                event_store.append_events(c, "beta", [NEW])
                c.commit()
                assert numbers(events, 1) == [1]
        append(database, 1)
        until_opens(acme)


NEW = NewEvent("run.progress", {})


def until_opens(caller: Caller) -> None:
    """A stream that its reader left is noticed at the latest with the next event."""
    deadline = time.monotonic() + 20
    while caller("GET", "events/poll").status_code == 429:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_who_does_not_read_is_cut_off_and_holds_nothing(
    acme: Caller,
    caller_of: CallerOf,
    database: Database,
    base_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(connections, "STALLED_SECONDS_MAX", 1.0)
    monkeypatch.setattr(slow_peers, "HEAD_SECONDS", 600.0)  # of which this is not a test
    monkeypatch.setattr(slow_peers.TimedReads, "connection_made", made_with_a_small_buffer)
    flag_cases(database, "acme", 200)
    assert len(acme("GET", "cases?limit=200", expect=200).content) > 100_000
    held = [unread(base_url, acme, "cases?limit=200") for _ in range(12)]
    beta = caller_of("beta")
    for _ in range(3):
        beta("GET", "cases", expect=200)
    acme("GET", "cases", expect=200)
    for item in held:
        item.settimeout(30)
        assert is_cut_off(item)
        item.close()


_made = slow_peers.TimedReads.connection_made


def made_with_a_small_buffer(self: slow_peers.TimedReads, transport: asyncio.Transport) -> None:
    """The system itself would take 4 MB of what nobody reads."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    _made(self, transport)


def unread(base_url: str, caller: Caller, path: str) -> socket.socket:
    """A connection that asks for as many pages as may wait, 1 MB, and reads nothing."""
    url = httpx.URL(base_url)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect((url.host, url.port or 80))
    head = (
        f"GET /v1/clients/{caller.client_id}/{path} HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: Bearer {caller.key}\r\n\r\n"
    )
    connection.sendall(head.encode() * slow_peers.PIPELINED_MAX)
    return connection


def is_cut_off(connection: socket.socket) -> bool:
    """True when the connection is reset; waits, reading nothing."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            connection.send(b"\r\n")
        except OSError:
            return True
        time.sleep(0.1)
    return False
