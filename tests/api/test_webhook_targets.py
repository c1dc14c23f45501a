"""One client's web-hooks can neither stop nor delay another's, nor look into our network."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import httpx
import pytest

from api.settings import ApiSettings
from api.webhook_sender import (
    AT_ONCE_OF_CLIENT_MAX,
    AT_ONCE_OF_TARGET_MAX,
    LOOK_SECONDS,
    WebhookSender,
)
from infringement_dagster.clients.webhooks.targets import NEUTRAL
from infringement_dagster.domain.event import NewEvent
from resources.postgres.clients.client_store import add_client
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events import event_store, webhook_store
from tests.api.conftest import Caller, CallerOf
from tests.support.waiting import until
from tests.support.wire_server import Later, WireServer, answer, wire_server

SLOW_SECONDS = 20.0
BAD_TARGETS = (
    "https://xn--/",
    "https://xn--a/",
    "http://plain.example/",
    "https://user@[::1",
    "ftp://x.example/",
    "https://",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://10.1.2.3:8443/",
    "https://169.254.169.254/latest",
    "https://0x7f.1/",
    "https://2130706433/",
    "https://localhost/",
    "https://postgres/",
    "https://metadata.google.internal/",
    "https://a..example/",
    "https://user:pass@shop.example/",
    "https://shop.example/\u2028",
    "https://shop.example:0/",
    "https://abcdefghij.onion/hook",
    "https://1.0.168.192.in-addr.arpa/",
    "https://printer.home.arpa/",
    "https://192.0.2.1/",
    "https://shop.alt/",
    "https://" + "a" * 300 + ".example/",
)


@pytest.fixture
def receivers() -> Iterator[tuple[WireServer, WireServer]]:
    """A server that answers at once, and one that takes 20 s."""
    with ExitStack() as stack:
        quick = stack.enter_context(wire_server(answer(status=204)))
        slow = stack.enter_context(wire_server(Later(SLOW_SECONDS, answer(status=204))))
        yield quick, slow


@pytest.fixture
def api_settings(receivers: tuple[WireServer, WireServer]) -> ApiSettings:
    return ApiSettings(
        port=0, webhook_private_hosts=tuple(receiver.origin for receiver in receivers)
    )


def test_a_target_that_cannot_be_is_refused_at_once_in_one_sentence(acme: Caller) -> None:
    for url in BAD_TARGETS:
        problem = acme("POST", "webhooks", json={"url": url}, expect=422).json()
        assert problem["errors"][0]["message"] == NEUTRAL, url
    assert acme("GET", "webhooks").json()["items"] == []


def test_names_in_other_scripts_are_targets(acme: Caller) -> None:
    acme("POST", "webhooks", json={"url": "https://b\u00fccher.example/hook"}, expect=201)


def test_a_target_that_kills_the_parser_stops_nobody(
    acme: Caller,
    caller_of: CallerOf,
    database: Database,
    receivers: tuple[WireServer, WireServer],
    http: httpx.Client,
) -> None:
    beta = caller_of("beta")
    with database.client("beta") as c:  # kept by a release that did not parse it
        hook = webhook_store.add_webhook(c, "beta", "https://xn--/", ["case.flagged"])
    quick, _ = receivers
    acme("POST", "webhooks", json={"url": f"{quick.url}/hook"}, expect=201)
    happen(database, "beta", 1)
    letters = f"webhooks/{hook.webhook_id}/dead-letters"
    until(lambda: bool(beta("GET", letters).json()["items"]))
    (letter,) = beta("GET", letters).json()["items"]
    assert letter["last_error"] == NEUTRAL
    happen(database, "acme", 1)
    until(lambda: len(quick.requests) == 1)
    assert http.get("/readyz").status_code == 200


def test_slow_targets_delay_neither_the_clients_other_ones_nor_other_clients(
    acme: Caller,
    caller_of: CallerOf,
    database: Database,
    receivers: tuple[WireServer, WireServer],
) -> None:
    quick, slow = receivers
    beta = caller_of("beta")
    for url in (f"{slow.url}/a", f"{slow.url}/b", f"{quick.url}/beta"):
        beta("POST", "webhooks", json={"url": url}, expect=201)
    acme("POST", "webhooks", json={"url": f"{quick.url}/acme"}, expect=201)
    began = time.monotonic()
    happen(database, "beta", 30)
    happen(database, "acme", 3)
    until(lambda: len(quick.requests) == 33)
    assert time.monotonic() - began < SLOW_SECONDS  # nothing of it waited for the slow ones
    assert slow.in_flight_peak == 2 * AT_ONCE_OF_TARGET_MAX


def test_however_many_slow_targets_a_client_has_it_has_so_many_attempts_under_way(
    acme: Caller, database: Database, receivers: tuple[WireServer, WireServer]
) -> None:
    _, slow = receivers
    for number in range(AT_ONCE_OF_CLIENT_MAX):
        acme("POST", "webhooks", json={"url": f"{slow.url}/{number}"}, expect=201)
    happen(database, "acme", AT_ONCE_OF_TARGET_MAX)
    until(lambda: slow.in_flight_peak >= AT_ONCE_OF_CLIENT_MAX)
    time.sleep(2 * LOOK_SECONDS)
    assert slow.in_flight_peak == AT_ONCE_OF_CLIENT_MAX


def test_a_client_has_fifty_web_hooks_at_most(acme: Caller, caller_of: CallerOf) -> None:
    for number in range(50):
        url = f"https://hooks.example/{number}"
        made = acme("POST", "webhooks", json={"url": url}, expect=201).json()
    refused = acme("POST", "webhooks", json={"url": "https://hooks.example/51"}, expect=409).json()
    assert refused["type"].endswith(":no-room")
    caller_of("beta")("POST", "webhooks", json={"url": "https://hooks.example/1"}, expect=201)
    acme("DELETE", f"webhooks/{made['webhook_id']}", expect=204)
    acme("POST", "webhooks", json={"url": "https://hooks.example/51"}, expect=201)


class TestAttempts:
    """The sender alone, with names that resolve to what the test says."""

    @pytest.fixture
    def hooked(self, database: Database) -> Database:
        with database.client("acme") as c:
            add_client(c, "acme", "Acme")
            webhook_store.add_webhook(c, "acme", "https://inside.example/", ["case.flagged"])
        happen(database, "acme", 1)
        return database

    def test_a_private_address_is_not_told(
        self, hooked: Database, database_urls: DatabaseUrls
    ) -> None:
        send_once(database_urls, resolving_to("10.0.0.7"))
        assert outcomes(hooked) == [("dead", NEUTRAL)]

    def test_whatever_is_raised_is_recorded_and_tried_again(
        self, hooked: Database, database_urls: DatabaseUrls
    ) -> None:
        async def breaks(host: str, port: int) -> Sequence[str]:
            raise LookupError("a library's own error")

        send_once(database_urls, breaks)
        assert outcomes(hooked) == [("pending", "the attempt failed: LookupError")]


def resolving_to(address: str) -> Callable[[str, int], object]:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return [address]

    return resolve


def send_once(urls: DatabaseUrls, resolver: Callable[..., object]) -> None:
    """Sends what is due until each attempt has an outcome."""

    async def send() -> None:
        sender = WebhookSender(Database(urls), (), resolver=resolver)  # type: ignore[arg-type]
        await sender.send_due()
        await sender.all_sent()
        sender.close()

    asyncio.run(send())


def outcomes(database: Database) -> list[tuple[str, str]]:
    with database.client("acme") as c:
        return c.execute("SELECT state, last_error FROM webhook_deliveries").fetchall()


def happen(database: Database, client_id: str, count: int) -> None:
    with database.client(client_id) as c:
        events = [NewEvent("case.flagged", {"n": n}) for n in range(count)]
        event_store.append_events(c, client_id, events)
