"""`infringement webhooks`, on the database of the test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infringement_dagster.cli.app import app
from infringement_dagster.cli.clients.webhooks import UnknownEventType
from infringement_dagster.clients.webhooks.targets import BadTarget
from resources.postgres.clients.client_store import UnknownClient, add_client
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database

URL = "https://hooks.acme.example/in"


@pytest.fixture(autouse=True)
def installation(
    database: Database,
    database_urls: DatabaseUrls,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    admin_url = with_database(database_urls.admin, database_of(database_urls.owner))
    monkeypatch.setenv("DATABASE_URL", admin_url)
    monkeypatch.setenv("DAGSTER_DATABASE_URL", admin_url)  # it must exist, no more
    monkeypatch.setenv("INFRINGEMENT_HOME", str(tmp_path / "home"))
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")


def run(*arguments: str) -> str:
    """What the command prints on standard output; it must succeed."""
    done = CliRunner().invoke(app, ["webhooks", *arguments])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def refusal(*arguments: str) -> BaseException | None:
    return CliRunner().invoke(app, ["webhooks", *arguments]).exception


def test_a_web_hook_is_added_tried_looked_at_given_a_new_secret_and_removed() -> None:
    secret = run("add", "acme", URL, "--event", "case.decided", "--event", "run.finished").strip()
    assert secret.startswith("whsec_")
    (row,) = json.loads(run("list", "acme", "--json"))
    assert (row["url"], row["event_types"]) == (URL, ["case.decided", "run.finished"])
    assert secret not in json.dumps(row)
    hook = row["webhook_id"]
    run("test", "acme", hook)
    (sent,) = json.loads(run("deliveries", "acme", hook, "--json"))
    assert (sent["type"], sent["state"]) == ("webhook.tested", "pending")
    run("redeliver", "acme", hook, str(sent["event_no"]))
    assert "webhook.tested" in run("deliveries", "acme", hook)
    assert run("rotate", "acme", hook, "--overlap-hours", "1").strip() not in {secret, ""}
    run("remove", "acme", hook)
    assert json.loads(run("list", "acme", "--json")) == []
    trail = CliRunner().invoke(app, ["audit", "--client", "acme", "--json"]).stdout
    assert [entry["action"] for entry in json.loads(trail)] == [
        "webhook.deleted",
        "webhook.secret_rotated",
        "webhook.redelivered",
        "webhook.tested",
        "webhook.created",
    ]


def test_the_address_of_a_chat_is_a_secret() -> None:
    chat = "https://hooks.slack.example/services/T0/B0/hunter2"
    assert run("add", "acme", chat, "--kind", "slack") == ""
    assert "hunter2" not in run("list", "acme") + run("list", "acme", "--json")


def test_what_cannot_be_is_refused_with_what_can(monkeypatch: pytest.MonkeyPatch) -> None:
    near = "http://127.0.0.1:9000/in"
    refused = refusal("add", "acme", near)
    assert isinstance(refused, BadTarget)
    assert "INFRINGEMENT_WEBHOOK_PRIVATE_HOSTS" in str(refused)
    monkeypatch.setenv("INFRINGEMENT_WEBHOOK_PRIVATE_HOSTS", '["127.0.0.1:9000"]')
    run("add", "acme", near)
    unknown = refusal("add", "acme", URL, "--event", "case.eaten")
    assert isinstance(unknown, UnknownEventType)
    assert "case.flagged" in str(unknown)
    assert isinstance(refusal("list", "nobody"), UnknownClient)
