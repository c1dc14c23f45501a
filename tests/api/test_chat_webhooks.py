"""Web-hooks to chats at the wire: the same delivery and guards, and an address kept secret."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from api.settings import ApiSettings
from resources.postgres.database import DatabaseUrls
from tests.api.conftest import Caller
from tests.api.test_webhooks import hurry
from tests.support.waiting import until
from tests.support.webhook_receiver import Receiver, receiving

PAGES = "https://pages.example"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(500, 200) as server:
        yield server


@pytest.fixture
def api_settings(receiver: Receiver) -> ApiSettings:
    return ApiSettings(
        port=0, webhook_private_hosts=(receiver.origin,), INFRINGEMENT_PAGES_URL=PAGES
    )


@pytest.mark.parametrize("kind", ["slack", "teams"])
def test_a_chat_gets_a_message_for_people_tried_again_until_it_is_taken(
    acme: Caller, receiver: Receiver, kind: str, database_urls: DatabaseUrls
) -> None:
    body = {"url": f"{receiver.url}/services/T0/secret", "kind": kind}
    made = acme("POST", "webhooks", json=body, expect=201).json()
    assert made["kind"] == kind
    told = acme("GET", "webhooks").text + json.dumps(acme("GET", "audit").json()) + str(made["url"])
    assert "services" not in told
    acme("POST", f"webhooks/{made['webhook_id']}/test", expect=202)
    until(lambda: len(receiver.messages) == 1)
    hurry(database_urls)
    until(lambda: len(receiver.messages) == 2)
    first, second = (json.loads(body) for _, body in receiver.messages)
    assert first == second
    if kind == "slack":
        assert first["text"] == "Test message: Acme"
        assert first["blocks"][0]["text"]["text"] == "Test message: Acme"
    else:
        card = first["attachments"][0]["content"]
        assert card["body"][0]["inlines"][0]["text"] == "Test message: Acme"


@pytest.mark.parametrize("kind", ["slack", "teams"])
def test_inside_addresses_are_closed_to_chats_too(acme: Caller, kind: str) -> None:
    for url in ("https://10.0.0.7/x", "https://localhost/x", "http://hooks.slack.com/x"):
        acme("POST", "webhooks", json={"url": url, "kind": kind}, expect=422)
    acme("POST", "webhooks", json={"url": "https://x.example/", "kind": "fax"}, expect=422)
