from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from resources.identity.credentials import hash_password, read_api_key
from resources.postgres.clients import access_store, operator_store
from resources.postgres.database import Database
from tests.api.conftest import Caller, CallerOf

PASSWORD = "correct horse battery"


def test_a_key_is_shown_once_and_lives_until_it_is_revoked(acme: Caller) -> None:
    made = acme("POST", "keys", json={"name": "export", "role": "viewer"}, expect=201).json()
    fresh = Caller(acme.http, "acme", made["key"])
    assert re.fullmatch(r"inf_live_[A-Za-z0-9]{16}_[A-Za-z0-9]{46}", made["key"])
    assert fresh("GET", "cases").status_code == 200
    listed = acme("GET", "keys").json()["items"]
    assert made["key_id"] in {item["key_id"] for item in listed}
    assert all("key" not in item for item in listed)
    acme("DELETE", f"keys/{made['key_id']}", expect=204)
    assert fresh("GET", "cases").status_code == 401


def test_a_rotated_key_and_its_successor_are_both_live(acme: Caller) -> None:
    made = acme("POST", "keys", json={"scopes": ["results:read"]}, expect=201).json()
    next_one = acme("POST", f"keys/{made['key_id']}/rotate", expect=201).json()
    for key in (made["key"], next_one["key"]):
        assert Caller(acme.http, "acme", key)("GET", "cases").status_code == 200
        assert Caller(acme.http, "acme", key)("GET", "config").status_code == 403
    gone = acme("POST", f"keys/{next_one['key_id']}/rotate?overlap_hours=0", expect=201).json()
    assert Caller(acme.http, "acme", next_one["key"])("GET", "cases").status_code == 401
    assert Caller(acme.http, "acme", gone["key"])("GET", "cases").status_code == 200


def test_a_mistyped_forged_or_expired_key_opens_nothing(acme: Caller, database: Database) -> None:
    key = read_api_key(acme.key)
    assert key is not None
    forged = type(key)(key.environment, key.key_id, "A" * 40)
    other_environment = type(key)("test", key.key_id, key.secret)
    made = acme("POST", "keys", json={}, expect=201).json()
    expired = made["key"]
    with database.client("acme") as c:
        access_store.expire_key(c, "acme", made["key_id"], datetime.now(UTC))
    mistyped = acme.key[:-1] + ("a" if acme.key[-1] != "a" else "b")
    for text in (mistyped, forged.text, other_environment.text, expired, "x", "Bearer", "\x80"):
        answer = acme.http.get(
            "/v1/clients/acme/cases", headers={b"Authorization": b"Bearer " + text.encode()}
        )
        assert answer.status_code == 401, text


def test_no_key_gives_away_more_than_an_admin_has(acme: Caller) -> None:
    refused = acme("POST", "keys", json={"scopes": ["clients:manage"]}, expect=422).json()
    assert refused["type"].endswith(":unknown-scope")


def test_a_foreign_client_is_answered_like_one_that_does_not_exist(caller_of: CallerOf) -> None:
    acme, _ = caller_of("acme"), caller_of("beta")
    foreign = acme("GET", "/v1/clients/beta/cases", expect=404).json()
    absent = acme("GET", "/v1/clients/nobody/cases", expect=404).json()
    assert foreign["detail"].replace("beta", "nobody") == absent["detail"]
    for body in (foreign, absent):
        del body["request_id"], body["detail"]
    assert foreign == absent


def test_an_operator_makes_lists_and_suspends_clients(caller_of: CallerOf) -> None:
    operator = caller_of("", "operator")
    acme = caller_of("acme")
    body = {"client_id": "newco", "display_name": "New & Co."}
    made = operator("POST", "/v1/clients", json=body, expect=201)
    assert made.headers["location"] == "/v1/clients/newco"
    assert operator("POST", "/v1/clients", json=body).status_code == 409
    first = operator("GET", "/v1/clients?limit=1").json()
    second = operator("GET", f"/v1/clients?limit=1&cursor={first['next_cursor']}").json()
    assert [first["items"][0]["client_id"], second["items"][0]["client_id"]] == ["acme", "newco"]
    assert acme("GET", "/v1/clients").status_code == 403
    suspended = operator("POST", "/v1/clients/acme/suspend", expect=200).json()
    assert suspended["state"] == "suspended"
    assert acme("GET", "cases", expect=403).json()["type"].endswith(":client-suspended")
    operator("POST", "/v1/clients/acme/resume", expect=200)
    acme("GET", "cases", expect=200)
    operator("GET", "/v1/clients/nobody/cases", expect=404)


@pytest.fixture
def ann(acme: Caller) -> dict[str, str]:
    """A reviewer's session: its cookie and CSRF token as headers."""
    user = {"email": "Ann@acme.example", "role": "reviewer", "password": PASSWORD}
    acme("POST", "users", json=user, expect=201)
    assert acme("POST", "users", json=user).status_code == 409
    return login(acme.http, "acme", "ann@ACME.example")


def login(http: httpx.Client, client_id: str | None, email: str) -> dict[str, str]:
    body = {"client_id": client_id, "email": email, "password": PASSWORD}
    answer = http.post("/v1/session", json=body)
    assert answer.status_code == 201, answer.text
    cookie = answer.headers.get_list("set-cookie")[0]
    assert cookie.startswith("__Host-session=")
    for attribute in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert attribute in cookie
    assert "Domain" not in cookie
    return {"Cookie": cookie.partition(";")[0], "X-CSRF-Token": answer.json()["csrf_token"]}


def test_a_session_reads_and_with_its_token_writes(acme: Caller, ann: dict[str, str]) -> None:
    cookie = {"Cookie": ann["Cookie"]}
    assert acme.http.get("/v1/clients/acme/cases", headers=cookie).status_code == 200
    me = acme.http.get("/v1/session", headers=cookie).json()
    (user,) = acme("GET", "users").json()["items"]
    assert (me["actor"], me["name"]) == (f"user:{user['user_id']}", "ann@acme.example")
    assert me["client_id"] == "acme"
    assert me["csrf_token"] == ann["X-CSRF-Token"]
    path = f"/v1/clients/acme/cases/{uuid4()}/decisions"
    body = {"decision": "unsure", "version": 1}
    assert acme.http.post(path, json=body, headers=ann).status_code == 404
    foreign_page = ann | {"Origin": "https://evil.example"}
    wrong_token = ann | {"X-CSRF-Token": "0" * 64}
    for headers in (cookie, foreign_page, wrong_token):
        assert acme.http.post(path, json=body, headers=headers).status_code == 403
    assert acme.http.get("/v1/clients/acme/keys", headers=cookie).status_code == 403


def test_logging_out_and_disabling_end_a_session_at_once(acme: Caller, ann: dict[str, str]) -> None:
    again = login(acme.http, "acme", "ann@acme.example")
    assert acme.http.delete("/v1/session", headers=ann).status_code == 204
    assert acme.http.get("/v1/session", headers=ann).status_code == 401
    assert acme.http.get("/v1/session", headers=again).status_code == 200
    (user,) = acme("GET", "users").json()["items"]
    acme("POST", f"users/{user['user_id']}/disable", expect=204)
    assert acme.http.get("/v1/session", headers=again).status_code == 401
    body = {"client_id": "acme", "email": "ann@acme.example", "password": PASSWORD}
    assert acme.http.post("/v1/session", json=body).status_code == 401


def test_guessing_passwords_becomes_slow(acme: Caller, ann: dict[str, str]) -> None:
    body = {"client_id": "acme", "email": "ann@acme.example", "password": "wrong"}
    statuses = [acme.http.post("/v1/session", json=body).status_code for _ in range(14)]
    assert statuses[:5] == [401] * 5
    assert 429 in statuses


def test_an_operator_logs_in_without_a_client(http: httpx.Client, database: Database) -> None:
    with database.identity() as c:
        operator_store.add_operator(c, "Root@Ours.example", hash_password(PASSWORD))
    session = login(http, None, "root@ours.example")
    assert http.get("/v1/clients", headers=session).status_code == 200
