"""The life of a password: set, changed, forgotten and set anew by a link."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest

from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from tests.api.conftest import Caller, CallerOf
from tests.api.test_audit import actions

FIRST, SECOND = "correct horse battery", "copper lantern tuesday"
ADDRESS = "ann@acme.example"


@pytest.fixture
def ann(acme: Caller) -> str:
    """The id of a reviewer."""
    body = {"email": ADDRESS, "role": "reviewer", "password": FIRST}
    return str(acme("POST", "users", json=body, expect=201).json()["user_id"])


def log_in(http: httpx.Client, password: str) -> httpx.Response:
    http.cookies.clear()
    body = {"client_id": "acme", "email": ADDRESS, "password": password}
    return http.post("/v1/session", json=body)


def session(http: httpx.Client, password: str) -> dict[str, str]:
    answer = log_in(http, password)
    assert answer.status_code == 201, answer.text
    cookie = answer.headers.get_list("set-cookie")[0].partition(";")[0]
    http.cookies.clear()
    return {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"]}


def change(http: httpx.Client, headers: dict[str, str], current: str, new: str) -> httpx.Response:
    body = {"current_password": current, "new_password": new}
    return http.post("/v1/session/password", json=body, headers=headers)


def test_a_changed_password_ends_the_other_sessions_and_only_those(acme: Caller, ann: str) -> None:
    http = acme.http
    here, elsewhere = session(http, FIRST), session(http, FIRST)
    assert change(http, here, SECOND, SECOND).status_code == 401
    assert change(http, here, FIRST, SECOND).status_code == 204
    assert http.get("/v1/session", headers=here).status_code == 200
    assert http.get("/v1/session", headers=elsewhere).status_code == 401
    assert log_in(http, FIRST).status_code == 401
    assert log_in(http, SECOND).status_code == 201
    assert "user.password_changed" in actions(acme)


def test_guessing_the_present_password_becomes_slow(acme: Caller, ann: str) -> None:
    here = session(acme.http, FIRST)
    answers = [change(acme.http, here, "x", SECOND).status_code for _ in range(14)]
    assert answers[:5] == [401] * 5
    assert 429 in answers


def test_a_key_has_no_password_to_change(acme: Caller) -> None:
    body = {"current_password": FIRST, "new_password": SECOND}
    acme("POST", "/v1/session/password", json=body, expect=409)


@pytest.mark.parametrize(
    "weak",
    [
        "Password1234!",
        "qwertyuiop12",
        "aaaaaaaaaaaaaaaa",
        "            ",
        " copper lantern tuesday",
        "copper\x00lantern tuesday",
        "copper\u202elantern tuesday",
        "ann@acme.example",
        "acmeacmeacme",
        "infringement",
    ],
)
def test_a_password_that_is_easy_to_guess_or_to_mistype_is_refused(acme: Caller, weak: str) -> None:
    body = {"email": ADDRESS, "role": "viewer", "password": weak}
    refused = acme("POST", "users", json=body, expect=422).json()
    assert refused["type"].endswith(":weak-password")
    assert acme("GET", "users").json()["items"] == []


def link_of(acme: Caller, user_id: str) -> str:
    path = acme("POST", f"users/{user_id}/password-reset", expect=201).json()["path"]
    return str(path).partition("token=")[2]


def use(http: httpx.Client, token: str, password: str = SECOND) -> int:
    body = {"token": token, "new_password": password}
    return http.post("/v1/password-resets", json=body).status_code


def test_a_reset_link_works_once_and_ends_every_session(acme: Caller, ann: str) -> None:
    http = acme.http
    before = session(http, FIRST)
    token = link_of(acme, ann)
    assert use(http, token, "Password1234!") == 422  # which uses nothing up
    assert use(http, token) == 204
    assert use(http, token, "another copper kettle") == 410
    assert http.get("/v1/session", headers=before).status_code == 401
    assert log_in(http, FIRST).status_code == 401
    assert log_in(http, SECOND).status_code == 201


def test_a_newer_link_shutting_out_and_a_day_end_a_link(
    acme: Caller, ann: str, database_urls: DatabaseUrls
) -> None:
    http = acme.http
    answer = acme("POST", f"users/{ann}/password-reset", expect=201).json()
    lasts = datetime.fromisoformat(answer["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23) < lasts <= timedelta(hours=24)
    older, newer = link_of(acme, ann), link_of(acme, ann)
    assert use(http, older) == 410
    acme("POST", f"users/{ann}/disable", expect=204)
    acme("POST", f"users/{ann}/enable", expect=204)
    assert use(http, newer) == 410
    newest = link_of(acme, ann)
    admin_url = with_database(database_urls.admin, database_of(database_urls.owner))
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("UPDATE password_resets SET expires_at = now()")
    assert use(http, newest) == 410


def test_a_person_without_password_sets_the_first_by_a_link(acme: Caller) -> None:
    made = acme("POST", "users", json={"email": ADDRESS, "role": "viewer"}, expect=201).json()
    assert log_in(acme.http, FIRST).status_code == 401
    assert use(acme.http, link_of(acme, made["user_id"])) == 204
    assert log_in(acme.http, SECOND).status_code == 201


def test_a_changed_role_counts_from_the_next_request_on(acme: Caller, ann: str) -> None:
    headers = session(acme.http, FIRST)
    path = "/v1/clients/acme/keys"
    assert acme.http.get(path, headers=headers).status_code == 403
    acme("PUT", f"users/{ann}/role", json={"role": "admin"}, expect=200)
    assert acme.http.get(path, headers=headers).status_code == 200


def test_who_was_shut_out_and_let_in_again_logs_in(acme: Caller, ann: str) -> None:
    before = session(acme.http, FIRST)
    acme("POST", f"users/{ann}/disable", expect=204)
    assert log_in(acme.http, FIRST).status_code == 401
    acme("POST", f"users/{ann}/enable", expect=204)
    assert acme.http.get("/v1/session", headers=before).status_code == 401
    assert log_in(acme.http, FIRST).status_code == 201


def test_people_of_a_suspended_client_cannot_log_in(
    caller_of: CallerOf, acme: Caller, ann: str, database: Database
) -> None:
    caller_of("", "operator")("POST", "/v1/clients/acme/suspend", expect=200)
    answer = log_in(acme.http, FIRST)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert answer.json()["type"].endswith(":client-suspended")
    assert log_in(acme.http, SECOND).status_code == 401  # says nothing to who does not know it
    with database.identity() as c:
        row = c.execute("SELECT count(*) FROM sessions").fetchone()
    assert row == (0,)
