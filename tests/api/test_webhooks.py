from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from datetime import datetime

import psycopg
import pytest

from api.settings import ApiSettings
from api.webhook_sender import signature
from infringement_dagster.domain.event import NewEvent
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events import event_store
from resources.postgres.server.roles import database_of, with_database
from tests.api.conftest import Caller
from tests.support.waiting import until
from tests.support.wire_server import WireServer, answer, wire_server

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_signature_is_that_of_the_standards_example() -> None:
    signed = signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.fixture
def receiver(request: pytest.FixtureRequest) -> WireServer:
    """The server of `served`, started before the API so that its address can be allowed."""
    server: WireServer = request.getfixturevalue("served")
    return server


@pytest.fixture
def api_settings(receiver: WireServer) -> ApiSettings:
    return ApiSettings(port=0, webhook_private_hosts=(receiver.origin,))


def happen(database: Database, *types: str) -> None:
    with database.client("acme") as c:
        event_store.append_events(c, "acme", [NewEvent(item, {"n": 1}) for item in types])


class TestDelivered:
    @pytest.fixture
    def served(self) -> object:
        with wire_server(answer(status=500), answer(status=204)) as server:
            yield server

    def test_wanted_events_arrive_signed_and_are_tried_again(
        self, acme: Caller, database: Database, database_urls: DatabaseUrls, receiver: WireServer
    ) -> None:
        happen(database, "case.flagged")  # before the web-hook: not for it
        body = {"url": f"{receiver.url}/hook", "event_types": ["case.flagged"]}
        made = acme("POST", "webhooks", json=body, expect=201).json()
        happen(database, "run.progress", "case.flagged")
        until(lambda: len(receiver.requests) == 1)
        hurry(database_urls)
        until(lambda: len(receiver.requests) == 2)
        head = receiver.requests[0].partition("\r\n\r\n")[0]
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:])
        assert headers["webhook-id"] == f"{made['webhook_id']}-3"
        assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
        (event,) = acme("GET", "events/poll?after=2").json()["events"]
        check(made["secret"], headers, event)
        time.sleep(1.2)
        assert len(receiver.requests) == 2
        assert "secret" not in acme("GET", "webhooks").json()["items"][0]


def check(secret: str, headers: dict[str, str], event: dict[str, str]) -> None:
    """That what was signed is the event as the event stream shows it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    at = datetime.fromisoformat(event["created_at"]).isoformat()
    body = json.dumps({"type": "case.flagged", "timestamp": at, "data": event})
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode().lower()
    assert headers["webhook-signature"] == f"v1,{expected}"


def hurry(database_urls: DatabaseUrls) -> None:
    """Makes every pending delivery due, instead of waiting for it."""
    with psycopg.connect(with_database(database_urls.admin, database_of(database_urls.app))) as c:
        until(
            lambda: (
                c.execute(
                    "UPDATE webhook_deliveries SET next_attempt_at = now()"
                    " WHERE state = 'pending' AND last_error IS NOT NULL"
                ).rowcount
                > 0
            )
        )


class TestGivenUp:
    @pytest.fixture
    def served(self) -> object:
        with wire_server(answer(status=410), answer(status=200)) as server:
            yield server

    def test_a_dead_letter_is_listed_and_can_be_sent_again(
        self, acme: Caller, database: Database, receiver: WireServer
    ) -> None:
        body = {"url": f"{receiver.url}/hook"}
        made = acme("POST", "webhooks", json=body, expect=201).json()
        path = f"webhooks/{made['webhook_id']}/dead-letters"
        happen(database, "scan.finished")
        until(lambda: bool(acme("GET", path, expect=200).json()["items"]))
        (letter,) = acme("GET", path).json()["items"]
        assert (letter["event_no"], letter["attempts"], letter["last_status"]) == (1, 1, 410)
        acme("POST", f"{path}/1/redeliver", expect=202)
        until(lambda: len(receiver.requests) == 2)
        acme("POST", f"{path}/1/redeliver", expect=404)
        acme("DELETE", f"webhooks/{made['webhook_id']}", expect=204)
        happen(database, "scan.finished")
        time.sleep(1.2)
        assert len(receiver.requests) == 2
