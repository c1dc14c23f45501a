"""A person's open sessions: listed with device and network, ended one by one."""

from __future__ import annotations

import httpx
import pytest

from tests.api.conftest import Caller

PASSWORD = "correct horse battery"
ANN, BOB = "ann@acme.example", "bob@acme.example"


@pytest.fixture
def people(acme: Caller) -> Caller:
    for address in (ANN, BOB):
        body = {"email": address, "role": "viewer", "password": PASSWORD}
        acme("POST", "users", json=body, expect=201)
    return acme


def session(http: httpx.Client, address: str, user_agent: str = "Browser/1") -> dict[str, str]:
    http.cookies.clear()
    body = {"email": address, "password": PASSWORD}
    answer = http.post("/v1/session", json=body, headers={"User-Agent": user_agent})
    assert answer.status_code == 201, answer.text
    cookie = answer.headers.get_list("set-cookie")[0].partition(";")[0]
    http.cookies.clear()
    return {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"]}


def test_a_person_sees_and_ends_their_own_sessions_and_nobody_elses(people: Caller) -> None:
    http = people.http
    here, there = session(http, ANN, "Firefox/1"), session(http, ANN, "Chrome/2" + "x" * 400)
    bobs = session(http, BOB)
    listed = http.get("/v1/sessions", headers=here).json()["items"]
    by_agent = {item["user_agent"][:6]: item for item in listed}
    assert by_agent.keys() == {"Firefo", "Chrome"}
    assert [item["is_this"] for item in (by_agent["Firefo"], by_agent["Chrome"])] == [True, False]
    assert {item["network"] for item in listed} == {"127.0.0.1"}
    assert len(by_agent["Chrome"]["user_agent"]) <= 300
    path = f"/v1/sessions/{by_agent['Chrome']['session_id']}"
    assert http.delete(path, headers=bobs).status_code == 404
    assert http.get("/v1/session", headers=there).status_code == 200
    assert http.delete(path, headers=here).status_code == 204
    assert http.get("/v1/session", headers=there).status_code == 401
    assert http.delete(path, headers=here).status_code == 404
    assert http.get("/v1/session", headers=here).status_code == 200
    assert "session.ended" in [item["action"] for item in people("GET", "audit").json()["items"]]


def test_a_person_ends_all_other_sessions_of_their_own(people: Caller) -> None:
    http = people.http
    here, there, bobs = session(http, ANN), session(http, ANN), session(http, BOB)
    assert http.post("/account/sessions/end", headers=here).status_code < 400
    statuses = [http.get("/v1/session", headers=whose).status_code for whose in (here, there, bobs)]
    assert statuses == [200, 401, 200]
    told = [item["action"] for item in people("GET", "audit").json()["items"]]
    assert "session.others_ended" in told


def test_a_session_is_ended_by_a_page_of_ours_alone(people: Caller) -> None:
    http = people.http
    here = session(http, ANN)
    (only,) = http.get("/v1/sessions", headers=here).json()["items"]
    path = f"/v1/sessions/{only['session_id']}"
    assert http.delete(path, headers={"Cookie": here["Cookie"]}).status_code == 403
    assert http.delete(path, headers=here).status_code == 204  # also the one that asks


def test_a_key_has_no_sessions(people: Caller) -> None:
    people("GET", "/v1/sessions", expect=409)
