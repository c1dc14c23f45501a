"""Logging in by address and password alone, where the address has accounts at several clients."""

from __future__ import annotations

import time

import httpx
import pytest

from api.logins import turns
from api.settings import ApiSettings
from infringement_dagster.accounts import logging_in
from infringement_dagster.accounts.logging_in import Attempt, WrongLogin, log_in
from resources.identity.credentials import hash_password
from resources.postgres.clients import access_store, operator_store, throttle_store
from resources.postgres.database import Database
from tests.api.conftest import CallerOf

FIRST, SECOND = "correct horse battery", "copper lantern tuesday"
ADDRESS = "ann@agency.example"


@pytest.fixture
def api_settings() -> ApiSettings:
    """Behind a proxy, so that a test can come from several networks."""
    return ApiSettings(port=0, requests_per_minute=100_000, FORWARDED_ALLOW_IPS="127.0.0.1")


@pytest.fixture(scope="module")
def hashes() -> dict[str, str]:
    return {password: hash_password(password) for password in (FIRST, SECOND)}


def add_ann(database: Database, caller_of: CallerOf, client_id: str, password_hash: str) -> None:
    caller_of(client_id)
    with database.client(client_id) as c:
        access_store.add_user(c, client_id, ADDRESS, "reviewer", password_hash)


def come(http: httpx.Client, password: str, **more: object) -> httpx.Response:
    http.cookies.clear()
    return http.post("/v1/session", json={"email": ADDRESS, "password": password, **more})


def test_each_password_opens_the_client_that_it_is_of(
    http: httpx.Client, database: Database, caller_of: CallerOf, hashes: dict[str, str]
) -> None:
    add_ann(database, caller_of, "acme", hashes[FIRST])
    add_ann(database, caller_of, "beta", hashes[SECOND])
    assert come(http, FIRST).json()["client_id"] == "acme"
    assert come(http, SECOND).json()["client_id"] == "beta"
    assert come(http, SECOND, client_id="acme").status_code == 401
    assert come(http, "another copper kettle").status_code == 401


def test_a_password_of_several_clients_asks_for_one(
    http: httpx.Client, database: Database, caller_of: CallerOf, hashes: dict[str, str]
) -> None:
    for client_id in ("acme", "beta"):
        add_ann(database, caller_of, client_id, hashes[FIRST])
    refused = come(http, FIRST)
    assert refused.status_code == 409
    assert refused.json()["type"].endswith(":choose-client")
    assert [error["message"] for error in refused.json()["errors"]] == ["acme", "beta"]
    assert "set-cookie" not in refused.headers
    assert come(http, FIRST, client_id="beta").json()["client_id"] == "beta"


def test_an_operator_needs_no_client_although_the_address_has_some(
    http: httpx.Client, database: Database, caller_of: CallerOf, hashes: dict[str, str]
) -> None:
    add_ann(database, caller_of, "acme", hashes[FIRST])
    with database.identity() as c:
        operator_store.add_operator(c, ADDRESS, hashes[FIRST])
    entered = come(http, FIRST).json()
    assert (entered["client_id"], entered["actor"].partition(":")[0]) == (None, "operator")
    assert come(http, FIRST, client_id="acme").json()["client_id"] == "acme"


def test_a_suspended_client_is_no_choice(
    http: httpx.Client, database: Database, caller_of: CallerOf, hashes: dict[str, str]
) -> None:
    for client_id in ("acme", "beta"):
        add_ann(database, caller_of, client_id, hashes[FIRST])
    caller_of("", "operator")("POST", "/v1/clients/acme/suspend", expect=200)
    assert come(http, FIRST).json()["client_id"] == "beta"
    caller_of("", "operator")("POST", "/v1/clients/beta/suspend", expect=200)
    assert come(http, FIRST).json()["type"].endswith(":client-suspended")


def test_a_refusal_takes_as_long_whatever_the_address_has(
    http: httpx.Client,
    database: Database,
    caller_of: CallerOf,
    hashes: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_ann(database, caller_of, "acme", hashes[FIRST])
    add_ann(database, caller_of, "beta", hashes[SECOND])
    monkeypatch.setattr(turns, "EVEN_REFUSAL_SECONDS", 0.4)
    for address in (ADDRESS, "nobody@agency.example"):
        began = time.monotonic()
        answer = http.post("/v1/session", json={"email": address, "password": "wrong"})
        assert answer.status_code == 401
        assert time.monotonic() - began >= 0.4


def test_passwords_that_are_the_same_hash_are_compared_with_once_and_few_others_at_all(
    database: Database,
    caller_of: CallerOf,
    hashes: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[str | None] = []

    def compare(password_hash: str | None, password: str) -> bool:
        compared.append(password_hash)
        return False

    others = [f"$argon2id${number}" for number in range(logging_in.PASSWORDS_TRIED_MAX)]
    for number, password_hash in enumerate([hashes[FIRST]] * 3 + others):
        add_ann(database, caller_of, f"client-{number}", password_hash)
    monkeypatch.setattr(logging_in, "password_matches", compare)
    last = f"client-{len(others) + 2}"
    with pytest.raises(WrongLogin):
        log_in(database, Attempt(None, ADDRESS, "192.0.2.1", prefers=last), "wrong")
    assert len(compared) == logging_in.PASSWORDS_TRIED_MAX
    assert compared[0] == others[-1]  # the client that the person is on the way to comes first
    assert compared.count(hashes[FIRST]) == 1


def device_of(entered: httpx.Response) -> str:
    set_ones = entered.headers.get_list("set-cookie")
    return next(item.partition(";")[0] for item in set_ones if "device" in item)


def test_a_device_of_one_client_guesses_no_faster_at_another(
    http: httpx.Client, database: Database, caller_of: CallerOf, hashes: dict[str, str]
) -> None:
    """An admin may add anybody's address to their client, with a password that they know."""
    add_ann(database, caller_of, "acme", hashes[FIRST])
    add_ann(database, caller_of, "beta", hashes[SECOND])
    for device in [device_of(come(http, password)) for password in (FIRST, SECOND)]:
        http.cookies.clear()
        http.post(
            "/v1/session",
            json={"email": ADDRESS, "password": "wrong"},
            headers={"Cookie": device, "X-Forwarded-For": "192.0.2.9"},
        )
    with database.identity() as c:
        assert throttle_store.recent_failures(c, "peer:192.0.2.9") == 2
