"""Messages as receivers verify them, test messages, the log, sending again, changing the secret."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from api.settings import ApiSettings
from infringement_dagster.clients.webhooks.changes import HOOKED_TYPES
from infringement_dagster.domain.event import EVENT_TYPES
from resources.postgres.database import Database
from resources.settings import PROJECT_DIR
from tests.api.conftest import Caller, CallerOf
from tests.api.test_webhooks import happen
from tests.support.waiting import until
from tests.support.webhook_receiver import Receiver, receiving

SAMPLES = PROJECT_DIR / "docs" / "samples"
CATALOGUE = PROJECT_DIR / "docs" / "webhooks.md"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(204, 410, 204) as server:
        yield server


@pytest.fixture
def api_settings(receiver: Receiver) -> ApiSettings:
    return ApiSettings(port=0, webhook_private_hosts=(receiver.origin,))


def hook(acme: Caller, receiver: Receiver, *types: str) -> dict[str, str]:
    body = {"url": f"{receiver.url}/hook", "event_types": list(types or ["case.flagged"])}
    made: dict[str, str] = acme("POST", "webhooks", json=body, expect=201).json()
    return made


def received(receiver: Receiver, number: int) -> tuple[dict[str, str], str]:
    """Headers and body of the message of this number, once it has come."""
    until(lambda: len(receiver.messages) > number)
    headers, body = receiver.messages[number]
    return {name.lower(): value for name, value in headers.items()}, body


def log_of(acme: Caller, made: dict[str, str], query: str = "") -> list[dict[str, object]]:
    path = f"webhooks/{made['webhook_id']}/deliveries{query}"
    items: list[dict[str, object]] = acme("GET", path, expect=200).json()["items"]
    return items


def test_a_test_message_reaches_this_web_hook_alone_and_verifies(
    acme: Caller, receiver: Receiver
) -> None:
    made, _other = hook(acme, receiver), hook(acme, receiver, *HOOKED_TYPES)
    asked = acme("POST", f"webhooks/{made['webhook_id']}/test", expect=202).json()
    headers, body = received(receiver, 0)
    message = Webhook(made["secret"]).verify(body, headers)
    assert message["type"] == asked["type"] == "webhook.tested"
    assert message["data"]["event_no"] == asked["event_no"]
    assert message["data"]["body"] == {"webhook_id": made["webhook_id"]}
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(body.replace("tested", "tasted"), headers)
    until(lambda: log_of(acme, made)[0]["state"] == "delivered")
    (line,) = log_of(acme, made)
    assert (line["attempts"], line["last_status"], line["last_error"]) == (1, 204, None)
    assert isinstance(line["last_milliseconds"], int)
    assert line["next_attempt_at"] is None
    time.sleep(1.2)
    assert len(receiver.messages) == 1
    acme("POST", f"webhooks/{uuid4()}/test", expect=404)


def test_the_log_is_walked_and_anything_in_it_is_sent_again(
    acme: Caller, database: Database, receiver: Receiver
) -> None:
    made = hook(acme, receiver)
    happen(database, "case.flagged")
    until(lambda: [item["state"] for item in log_of(acme, made)] == ["delivered"])
    happen(database, "run.progress", "case.flagged")  # answered 410
    until(lambda: [item["state"] for item in log_of(acme, made)] == ["dead", "delivered"])
    assert [item["event_no"] for item in log_of(acme, made)] == [3, 1]
    assert [item["event_no"] for item in log_of(acme, made, "?state=dead")] == [3]
    first = acme("GET", f"webhooks/{made['webhook_id']}/deliveries?limit=1").json()
    second = log_of(acme, made, f"?limit=1&cursor={first['next_cursor']}")
    assert (first["items"][0]["event_no"], second[0]["event_no"]) == (3, 1)
    for event_no in (1, 3):
        path = f"webhooks/{made['webhook_id']}/deliveries/{event_no}/redeliver"
        acme("POST", path, expect=202)
    until(lambda: [item["state"] for item in log_of(acme, made)] == ["delivered"] * 2)
    ids = sorted(received(receiver, number)[0]["webhook-id"] for number in range(4))
    assert ids == sorted([f"{made['webhook_id']}-{number}" for number in (1, 1, 3, 3)])
    acme("POST", f"webhooks/{made['webhook_id']}/deliveries/2/redeliver", expect=404)


def test_while_a_secret_is_replaced_both_verify(acme: Caller, receiver: Receiver) -> None:
    made = hook(acme, receiver)
    path = f"webhooks/{made['webhook_id']}"
    fresh = acme("POST", f"{path}/rotate?overlap_hours=1", expect=201).json()
    assert fresh["secret"] != made["secret"]
    left = datetime.fromisoformat(fresh["previous_secret_until"]) - datetime.now(UTC)
    assert 3500 < left.total_seconds() <= 3600
    acme("POST", f"{path}/test", expect=202)
    headers, body = received(receiver, 0)
    for secret in (made["secret"], fresh["secret"]):
        assert Webhook(secret).verify(body, headers)["type"] == "webhook.tested"
    last = acme("POST", f"{path}/rotate?overlap_hours=0", expect=201).json()
    acme("POST", f"{path}/test", expect=202)
    headers, body = received(receiver, 1)
    Webhook(last["secret"]).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(fresh["secret"]).verify(body, headers)
    acme("POST", f"{path}/rotate?overlap_hours=169", expect=422)


def test_who_may_not_manage_web_hooks_sees_no_log(
    acme: Caller, caller_of: CallerOf, receiver: Receiver
) -> None:
    made = hook(acme, receiver)
    caller_of("acme", "reviewer")("GET", f"webhooks/{made['webhook_id']}/deliveries", expect=403)
    beta = caller_of("beta")
    beta("GET", f"webhooks/{made['webhook_id']}/deliveries", expect=404)
    beta("POST", f"webhooks/{made['webhook_id']}/rotate", expect=404)


NODE = shutil.which("node")
SAMPLE_COMMANDS = {
    "verify.py": [sys.executable, str(SAMPLES / "verify.py")],
    "verify.mjs": [NODE or "node", str(SAMPLES / "verify.mjs")],
}


@pytest.mark.parametrize("sample", SAMPLE_COMMANDS)
def test_the_samples_take_what_the_standards_library_signs_and_nothing_else(sample: str) -> None:
    if sample.endswith(".mjs") and NODE is None:
        pytest.skip("Node is not installed here, so the sample for Node is NOT tested")
    secret, now = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", datetime.now(UTC)
    body = json.dumps({"type": "case.flagged", "data": {"event_no": 37, "title": "Kеlvarra"}})

    def run(at: datetime, sent: str, other: str = "") -> subprocess.CompletedProcess[str]:
        signature = Webhook(secret).sign("msg_1", at, body)
        given = f"{other} {signature}".strip()
        arguments = [secret, "msg_1", str(int(at.timestamp())), given]
        return subprocess.run(
            [*SAMPLE_COMMANDS[sample], *arguments],
            input=sent,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert run(now, body).stdout.strip() == "case.flagged 37"
    assert run(now, body, "v1,AAAA").stdout.strip() == "case.flagged 37"
    old = datetime.fromtimestamp(now.timestamp() - 3600, UTC)
    for refused in (run(now, body.replace("37", "38")), run(old, body)):
        assert refused.returncode == 1
        assert "refused" in refused.stderr


def test_the_sample_receiver_takes_what_is_signed_and_refuses_all_else() -> None:
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", '{"type": "t", "data": {"body": 1}}'
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, str(SAMPLES / "receive.py"), str(port), secret]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            now = datetime.now(UTC)
            for signature, status in ((Webhook(secret).sign("m", now, body), 204), ("v1,AA", 400)):
                headers = {"webhook-id": "m", "webhook-timestamp": str(int(now.timestamp()))}
                headers["webhook-signature"] = signature
                transport = httpx.HTTPTransport(retries=9)  # it is starting
                with httpx.Client(transport=transport, timeout=60) as client:
                    answer = client.post(f"http://127.0.0.1:{port}", content=body, headers=headers)
                assert answer.status_code == status
        finally:
            process.terminate()
        told, _ = process.communicate(timeout=60)
    assert told.splitlines()[0] == "t 1"
    assert told.splitlines()[1].startswith("refused: ")


def test_the_catalogue_names_every_event_and_shows_the_samples() -> None:
    text = CATALOGUE.read_text()
    assert [name for name in EVENT_TYPES if f"`{name}`" not in text] == []
    assert all(f"samples/{name}" in text for name in SAMPLE_COMMANDS)
    assert Path(SAMPLES / "verify.py").exists()
