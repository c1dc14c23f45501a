"""Operators are told of failures by mail and web-hook: once a cause and hour, with how many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from standardwebhooks import Webhook

from api.jobs.operator_hook import operator_hook
from api.settings import ApiSettings
from infringement_dagster.domain.event import CheckFailed, RunFinished, new_event
from infringement_dagster.reporting.alerts.downtimes import Downtimes
from infringement_dagster.reporting.alerts.operator_room import OperatorRoom, TaskEnds
from resources.mail.mailer import mailer_of
from resources.postgres.clients import operator_store
from resources.postgres.clients.client_store import add_client
from resources.postgres.database import Database
from resources.postgres.events.event_store import append_events
from resources.settings import BadSetting
from tests.reporting.alerts.scene import PAGES
from tests.support.mail_server import MailServer, text_of
from tests.support.webhook_receiver import Receiver, receiving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLGA = "olga@operators.example"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(500, 204) as server:
        yield server


@pytest.fixture
def ends() -> dict[str, TaskEnds]:
    return {}


def settings_of(receiver: Receiver, kind: str = "standard") -> ApiSettings:
    return ApiSettings(
        INFRINGEMENT_ALERT_WEBHOOK_URL=f"{receiver.url}/alerts",
        INFRINGEMENT_ALERT_WEBHOOK_SECRET=SECRET,
        INFRINGEMENT_ALERT_WEBHOOK_KIND=kind,
        webhook_private_hosts=(receiver.origin,),
    )


@pytest.fixture
def room(
    database: Database, post: MailServer, receiver: Receiver, ends: dict[str, TaskEnds]
) -> OperatorRoom:
    with database.identity() as c:
        operator_store.add_operator(c, OLGA, None)
    for client_id in ("acme", "beta"):
        with database.client(client_id) as c:
            add_client(c, client_id, client_id.title())
    mailer = mailer_of(f"smtp://127.0.0.1:{post.port}?tls=none", "a@pages.example", PAGES)
    hook = operator_hook(settings_of(receiver))
    room = OperatorRoom(database, mailer, PAGES, hook, lambda: ends, downtimes=Downtimes(0))
    assert room.send_due() == 0
    return room


def fail(database: Database, client_id: str, reason: str) -> None:
    with database.client(client_id) as c:
        told = [RunFinished("ebay", "failed", reason), RunFinished("ebay", "succeeded", None)]
        append_events(c, client_id, [new_event(item) for item in told])


def hurry(admin: psycopg.Connection) -> None:
    admin.execute("UPDATE operator_alerts SET due_at = now() WHERE closed_at IS NULL")
    admin.execute("UPDATE operator_alert_deliveries SET next_attempt_at = now()")


def test_failures_of_all_clients_are_one_mail_and_one_message_with_their_number(
    database: Database,
    room: OperatorRoom,
    post: MailServer,
    receiver: Receiver,
    admin: psycopg.Connection,
) -> None:
    fail(database, "acme", "the vendor's key is wrong")
    fail(database, "beta", "the vendor's key is wrong, too")
    assert room.send_due() == 0  # it gathers for a minute
    fail(database, "beta", "again")
    room.send_due()
    hurry(admin)
    assert room.send_due() == 2
    letter = post.letter()
    assert (letter["To"], letter["Subject"]) == (OLGA, "3 failed runs: eBay")
    assert str(letter["List-Unsubscribe"]).startswith(f"<{PAGES}/unsubscribe/~.operator-")
    plain = letter.get_body(("plain",))
    assert "the vendor's key is wrong, too" in text_of(plain)  # type: ignore[arg-type]
    hurry(admin)  # the web-hook answered 500
    assert room.send_due() == 1
    assert len(receiver.messages) == 2
    headers, body = receiver.messages[1]
    message = Webhook(SECRET).verify(body, {name.lower(): it for name, it in headers.items()})
    assert message["type"] == "installation.alert"
    assert (message["data"]["kind"], message["data"]["number"]) == ("run_failed", 3)
    assert {item["client_id"] for item in message["data"]["newest"]} == {"acme", "beta"}
    # What follows waits for the end of the hour, and is told then with its number.
    fail(database, "acme", "still")
    fail(database, "acme", "and still")
    assert room.send_due() == 0
    (minutes,) = admin.execute(
        "SELECT extract(epoch FROM due_at - now()) / 60 FROM operator_alerts"
        " WHERE closed_at IS NULL"
    ).fetchone() or (None,)
    assert 58 < minutes <= 60
    hurry(admin)
    room.send_due()
    assert post.letter()["Subject"] == "2 failed runs: eBay"
    assert post.is_empty


def test_checks_providers_and_tasks_are_causes_of_their_own(
    database: Database,
    room: OperatorRoom,
    post: MailServer,
    admin: psycopg.Connection,
    ends: dict[str, TaskEnds],
) -> None:
    with database.client("acme") as c:
        check = CheckFailed("ebay", "scores", "scores_in_range", "2 scores are above 1")
        append_events(c, "acme", [new_event(check)])
    admin.execute("INSERT INTO provider_health (provider, troubles) VALUES ('amazon', 5)")
    ends["event_feed"] = TaskEnds(1, "LookupError: nothing")
    for _ in range(3):  # a state that lasts is one thing that happened
        room.send_due()
    ends["event_feed"] = TaskEnds(2, "LookupError: nothing")
    room.send_due()
    hurry(admin)
    room.send_due()
    subjects = {str(post.letter()["Subject"]) for _ in range(3)}
    assert subjects == {
        "1 failed check: scores_in_range",
        "Marketplace does not answer: Amazon",
        "A part of the API ended 2 times: event_feed",
    }
    assert post.is_empty


def test_processes_side_by_side_note_and_send_everything_once(
    database: Database,
    room: OperatorRoom,
    post: MailServer,
    admin: psycopg.Connection,
) -> None:
    for number in range(12):
        fail(database, "acme" if number % 2 else "beta", f"reason {number}")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: room.send_due(), range(8)))
    hurry(admin)
    with ThreadPoolExecutor(4) as pool:
        taken = sum(pool.map(lambda _: room.send_due(), range(8)))
    assert taken == 2
    assert post.letter()["Subject"] == "12 failed runs: eBay"
    assert post.is_empty


def test_whoever_wants_none_or_is_shut_out_gets_none_and_an_erased_client_is_not_named(
    database: Database,
    room: OperatorRoom,
    post: MailServer,
    receiver: Receiver,
    admin: psycopg.Connection,
) -> None:
    fail(database, "acme", "x")
    room.send_due()
    with database.identity() as c:
        (olga,) = operator_store.list_operators(c)
        operator_store.set_operator_disabled(c, olga.user_id, disabled=True)
    admin.execute("DELETE FROM operator_alert_occurrences WHERE client_id = 'acme'")
    hurry(admin)
    assert room.send_due() == 1
    assert post.is_empty
    assert receiver.messages == []
    row = admin.execute("SELECT target, outcome, reason FROM operator_alert_deliveries").fetchone()
    assert row == ("webhook", "skipped", "all that it told was erased")


@pytest.mark.parametrize("kind", ["slack", "teams"])
def test_the_web_hook_may_be_a_chat(
    database: Database,
    post: MailServer,
    receiver: Receiver,
    room: OperatorRoom,
    admin: psycopg.Connection,
    kind: str,
) -> None:
    chat = OperatorRoom(
        database,
        None,
        None,
        operator_hook(settings_of(receiver, kind)),
        dict,
        downtimes=Downtimes(0),
    )
    fail(database, "acme", "<!channel> the key is wrong")
    chat.send_due()
    hurry(admin)
    chat.send_due()
    document = json.loads(receiver.messages[0][1])
    if kind == "slack":
        assert document["text"] == "1 failed run: eBay"
        assert document["blocks"][1]["text"]["type"] == "plain_text"
    else:
        (card,) = document["attachments"]
        assert card["content"]["body"][1]["inlines"][0]["text"].endswith("the key is wrong")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("INFRINGEMENT_ALERT_WEBHOOK_URL", "https://10.0.0.7/x"),
        ("INFRINGEMENT_ALERT_WEBHOOK_URL", "https://hooks.operators.example/x"),  # no secret
        ("INFRINGEMENT_ALERT_WEBHOOK_SECRET", "whsec_short"),
        ("INFRINGEMENT_ALERT_WEBHOOK_KIND", "fax"),
    ],
)
def test_settings_that_cannot_work_are_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadSetting, match="INFRINGEMENT_ALERT_WEBHOOK") as error:
        operator_hook(ApiSettings())
    assert "short" not in str(error.value)
