"""Passwords forgotten and first set, by links that a real mail server takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest

from api.settings import ApiSettings
from infringement_dagster.accounts import mailing
from resources.identity.credentials import hash_password
from resources.postgres.clients import access_store
from resources.postgres.clients.audit import entries_before
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from tests.api.conftest import Caller, CallerOf
from tests.support.mail_server import MailServer, link_in, mail_server, text_of

FIRST, SECOND = "correct horse battery", "copper lantern tuesday"
ADDRESS = "ann@agency.example"
PAGES = "https://pages.example"


@pytest.fixture
def post() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def api_settings(post: MailServer) -> ApiSettings:
    return ApiSettings(
        port=0,
        requests_per_minute=100_000,
        SMTP_URL=f"smtp://127.0.0.1:{post.port}?tls=none",
        MAIL_FROM="review@pages.example",
        INFRINGEMENT_PAGES_URL=PAGES,
    )


@pytest.fixture(scope="module")
def password_hash() -> str:
    return hash_password(FIRST)


@pytest.fixture
def admin(database_urls: DatabaseUrls) -> Iterator[psycopg.Connection]:
    """A superuser's connection, to look at what no caller may see."""
    url = with_database(database_urls.admin, database_of(database_urls.owner))
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def add_ann(database: Database, caller_of: CallerOf, client_id: str, password_hash: str) -> Caller:
    caller = caller_of(client_id)
    with database.client(client_id) as c:
        access_store.add_user(c, client_id, ADDRESS, "reviewer", password_hash)
    return caller


def ask(http: httpx.Client, address: str) -> httpx.Response:
    return http.post("/v1/password-reset-mails", json={"email": address})


def use(http: httpx.Client, link: str, password: str = SECOND) -> int:
    token = link.partition("token=")[2]
    body = {"token": token, "new_password": password}
    return http.post("/v1/password-resets", json=body).status_code


def come(http: httpx.Client, password: str, client_id: str) -> int:
    http.cookies.clear()
    body = {"client_id": client_id, "email": ADDRESS, "password": password}
    return http.post("/v1/session", json=body).status_code


def test_a_mailed_link_sets_the_password_at_every_client_of_the_address(
    http: httpx.Client,
    database: Database,
    caller_of: CallerOf,
    password_hash: str,
    post: MailServer,
) -> None:
    for client_id in ("acme", "beta"):
        add_ann(database, caller_of, client_id, password_hash)
    assert ask(http, "Ann@AGENCY.example").status_code == 202
    letter = post.letter_asked_for()
    assert letter["To"] == ADDRESS
    assert "Acme, Beta" in text_of(letter)
    link = link_in(letter)
    assert link.startswith(f"{PAGES}/set-password?token=")
    assert use(http, link) == 204
    assert use(http, link) == 410
    assert [come(http, SECOND, client_id) for client_id in ("acme", "beta")] == [201, 201]
    assert come(http, FIRST, "acme") == 401
    with database.client("beta") as c:
        trail = [entry.action for entry in reversed(entries_before(c, "beta", 10))]
    assert trail == ["user.link_mailed", "user.password_reset", "login.succeeded"]


def test_a_stranger_is_answered_alike(http: httpx.Client, acme: Caller) -> None:
    acme("POST", "users", json={"email": ADDRESS, "role": "viewer"}, expect=201)
    addresses = (ADDRESS, "nobody@agency.example", "no address at all")
    answers = [ask(http, address) for address in addresses]
    assert [(answer.status_code, answer.text) for answer in answers] == [(202, "null")] * 3


def test_only_so_many_mails_are_asked_for_whosever_the_address_is(
    acme: Caller, database: Database, caller_of: CallerOf, password_hash: str
) -> None:
    add_ann(database, caller_of, "acme", password_hash)
    for address in (ADDRESS, "nobody@agency.example"):
        answers = [ask(acme.http, address) for _ in range(mailing.MAILS_OF_ADDRESS_MAX + 1)]
        assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
        assert int(answers[-1].headers["Retry-After"]) > 60
    others = [ask(acme.http, f"{number}@agency.example").status_code for number in range(20)]
    assert others.count(429) == 6  # of one network


def test_an_invited_person_sets_the_first_password(
    acme: Caller, post: MailServer, admin: psycopg.Connection
) -> None:
    user = acme("POST", "users", json={"email": ADDRESS, "role": "viewer"}, expect=201).json()
    acme("POST", f"users/{user['user_id']}/invitation", expect=202)
    letter = post.letter_asked_for()
    assert letter["Subject"] == "You are invited to Acme"
    (ends,) = admin.execute("SELECT max(expires_at) FROM password_resets").fetchone() or (None,)
    assert isinstance(ends, datetime)
    assert timedelta(days=6) < ends - datetime.now(UTC) < timedelta(days=8)
    assert use(acme.http, link_in(letter)) == 204
    assert come(acme.http, SECOND, "acme") == 201
    told = acme("GET", "audit").json()["items"]
    assert "user.invited" in [entry["action"] for entry in told]


def test_nobody_invites_whom_they_could_not_be(caller_of: CallerOf, acme: Caller) -> None:
    user = acme("POST", "users", json={"email": ADDRESS, "role": "admin"}, expect=201).json()
    path = f"users/{user['user_id']}/invitation"
    for role in ("viewer", "reviewer"):
        caller_of("acme", role)("POST", path, expect=403)
    caller_of("beta", "admin")("POST", f"/v1/clients/acme/{path}", expect=404)
    made = acme("POST", "keys", json={"scopes": ["access:manage"]}, expect=201).json()
    refused = Caller(acme.http, "acme", made["key"])("POST", path, expect=403).json()
    assert refused["type"].endswith(":not-yours")


def test_a_link_is_nowhere_in_the_database(
    http: httpx.Client,
    database: Database,
    caller_of: CallerOf,
    password_hash: str,
    post: MailServer,
    admin: psycopg.Connection,
) -> None:
    add_ann(database, caller_of, "acme", password_hash)
    ask(http, ADDRESS)
    token = link_in(post.letter_asked_for()).partition("token=")[2]
    for table in ("mails", "password_resets", "audit_entries"):
        (count,) = admin.execute(
            f"SELECT count(*) FROM {table} t WHERE strpos(t::text, %s) > 0", (token,)
        ).fetchone() or (None,)
        assert count == 0


def test_a_password_that_was_set_together_is_changed_together(
    http: httpx.Client, database: Database, caller_of: CallerOf, password_hash: str
) -> None:
    for client_id in ("acme", "beta"):
        add_ann(database, caller_of, client_id, password_hash)
    add_ann(database, caller_of, "gamma", hash_password(FIRST))
    answer = http.post(
        "/v1/session", json={"client_id": "acme", "email": ADDRESS, "password": FIRST}
    )
    cookie = answer.headers.get_list("set-cookie")[0].partition(";")[0]
    headers = {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"]}
    http.cookies.clear()
    body = {"current_password": FIRST, "new_password": SECOND}
    assert http.post("/v1/session/password", json=body, headers=headers).status_code == 204
    opened = [come(http, SECOND, client_id) for client_id in ("acme", "beta", "gamma")]
    assert opened == [201, 201, 401]
