"""`infringement users`, `keys` and `audit`, on the database of the test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from infringement_dagster.accounts.logging_in import account_of
from infringement_dagster.accounts.passwords import reset_password
from infringement_dagster.cli.accounts.keys import WhoseIsMissing
from infringement_dagster.cli.accounts.password_entry import PasswordMissing
from infringement_dagster.cli.app import app
from resources.identity.credentials import password_matches
from resources.postgres.clients import identity_store, throttle_store
from resources.postgres.clients.client_store import add_client
from resources.postgres.clients.logins import mails, second_factors
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database

ADDRESS, PASSWORD = "ann@acme.example", "copper lantern tuesday"


@pytest.fixture(autouse=True)
def installation(
    database: Database, database_urls: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin_url = with_database(database_urls.admin, database_of(database_urls.owner))
    monkeypatch.setenv("DATABASE_URL", admin_url)
    monkeypatch.setenv("DAGSTER_DATABASE_URL", admin_url)  # it must exist, no more
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")


def run(*arguments: str, typed: str | None = None) -> str:
    """What the command prints; it must succeed."""
    command: typer.Typer = app
    done = CliRunner().invoke(command, arguments, input=typed)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


@pytest.mark.parametrize("client", ["acme", None])
def test_a_person_sets_a_password_by_the_link_that_the_command_prints(
    database: Database, client: str | None
) -> None:
    of = ["--client", client] if client else []
    made_for = of or ["--operator"]
    token = run("users", "create", ADDRESS, "--link", *made_for).strip().partition("token=")[2]
    reset = reset_password(database, token, "192.0.2.1", PASSWORD)
    assert [person.email for person in reset] == [ADDRESS]
    run("users", "disable", ADDRESS, *of)
    with database.identity() as c:
        assert identity_store.login_of(c, client, ADDRESS) is None
    run("users", "enable", "Ann@ACME.example", *of)
    with database.identity() as c:
        person = identity_store.login_of(c, client, ADDRESS)
    assert person is not None
    assert password_matches(person.password_hash, PASSWORD)


def test_a_weak_password_is_refused_before_anything_is_kept(database: Database) -> None:
    arguments = ["users", "create", ADDRESS, "--client", "acme"]
    done = CliRunner().invoke(app, arguments, input="Password1234\nPassword1234\n")
    assert "easy to guess" in str(done.exception)
    with database.identity() as c:
        assert identity_store.login_of(c, "acme", ADDRESS) is None


def test_an_account_is_unlocked(database: Database) -> None:
    subject = f"{account_of('acme', ADDRESS)} from 192.0.2.1"
    with database.identity() as c:
        for _ in range(20):
            throttle_store.note_failed_login(c, subject, 5)
        assert throttle_store.blocked_seconds(c, subject) > 0
    run("users", "unlock", ADDRESS, "--client", "acme")
    with database.identity() as c:
        assert throttle_store.blocked_seconds(c, subject) == 0
    told = json.loads(run("audit", "--client", "acme", "--json"))
    assert [(item["action"], item["subject"]) for item in told] == [("user.unlocked", ADDRESS)]


@pytest.mark.parametrize("client", ["acme", None])
def test_a_person_is_invited_and_let_in_without_a_lost_second_factor(
    database: Database, client: str | None
) -> None:
    of = ["--client", client] if client else []
    run("users", "create", ADDRESS, "--link", *(of or ["--operator"]))
    run("users", "invite", ADDRESS, *of)
    with database.identity() as c:
        due = mails.take_due(c)
        person = identity_store.login_of(c, client, ADDRESS)
        assert person is not None
        second_factors.put_factor(c, client, person.user_id, "A" * 32)
    assert due is not None
    assert (due.kind, due.address, due.client_id) == ("invitation", ADDRESS, client)
    run("users", "forget-factor", ADDRESS, *of)
    with database.identity() as c:
        assert second_factors.factor_of(c, person.user_id) is None
    told = json.loads(run("audit", "--json", *of))
    assert {"user.invited", "second_factor.removed"} <= {item["action"] for item in told}


def test_what_commands_do_is_on_the_trail(database: Database) -> None:
    run("users", "create", ADDRESS, "--client", "acme", typed=f"{PASSWORD}\n{PASSWORD}\n")
    run("users", "role", ADDRESS, "admin", "--client", "acme")
    key_id = run("keys", "create", "--client", "acme").split("_")[2]
    run("keys", "revoke", key_id, "--client", "acme")
    run("limits", "--client", "acme", "--runs", "1")
    run("keys", "create", "--operator")
    told = json.loads(run("audit", "--client", "acme", "--json"))
    assert [item["action"] for item in reversed(told)] == [
        "user.created",
        "user.role_changed",
        "key.created",
        "key.revoked",
        "limits.changed",
    ]
    assert {item["principal"] for item in told} == {"command line"}
    assert "operator_key.created" in run("audit")


@pytest.mark.parametrize("what", [("keys", "create"), ("users", "create", ADDRESS, "--link")])
def test_nobody_may_act_for_all_clients_by_silence(what: tuple[str, ...]) -> None:
    for whose in ([], ["--client", "acme", "--operator"]):
        done = CliRunner().invoke(app, [*what, *whose])
        assert isinstance(done.exception, WhoseIsMissing)
        assert "--operator" in str(done.exception)
    assert json.loads(run("audit", "--json")) == []


def test_a_link_is_whole_where_the_address_of_the_pages_is_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INFRINGEMENT_HOME", str(tmp_path))
    arguments = ("users", "create", ADDRESS, "--link", "--client", "acme")
    assert run(*arguments).startswith("/set-password?token=")
    monkeypatch.setenv("INFRINGEMENT_PAGES_URL", "https://review.example/")
    reset = run("users", "reset", ADDRESS, "--client", "acme")
    assert reset.startswith("https://review.example/set-password?token=")


def test_nobody_to_type_a_password_is_told_how_to_give_it() -> None:
    done = CliRunner().invoke(app, ["users", "create", ADDRESS, "--client", "acme"], input="")
    assert isinstance(done.exception, PasswordMissing)
    assert "--password-stdin" in str(done.exception)


def test_a_password_comes_from_standard_input_or_the_environment(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("users", "create", ADDRESS, "--client", "acme", "--password-stdin", typed=f"{PASSWORD}\n")
    monkeypatch.setenv("INFRINGEMENT_USER_PASSWORD", f"{PASSWORD} two")
    run("users", "create", "bob@acme.example", "--client", "acme")
    with database.identity() as c:
        ann = identity_store.login_of(c, "acme", ADDRESS)
        bob = identity_store.login_of(c, "acme", "bob@acme.example")
    assert ann is not None
    assert bob is not None
    assert password_matches(ann.password_hash, PASSWORD)
    assert password_matches(bob.password_hash, f"{PASSWORD} two")
