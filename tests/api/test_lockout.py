"""Guessing is slow, and nobody locks another person out by it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event, Semaphore
from time import sleep

import httpx
import pytest

from api.logins import turns
from api.settings import ApiSettings
from infringement_dagster.accounts import logging_in
from infringement_dagster.accounts.logging_in import Attempt, account_of, network_of, pace
from infringement_dagster.accounts.passwords import unlock
from resources.identity.credentials import password_matches
from resources.network.tls import tls_context
from resources.postgres.clients import throttle_store
from resources.postgres.clients.audit import COMMAND_LINE
from resources.postgres.database import Database
from tests.api.conftest import Caller

PASSWORD = "correct horse battery"
ANN, BOB = "ann@acme.example", "bob@acme.example"
Came = tuple[int, str | None]


@pytest.fixture
def api_settings() -> ApiSettings:
    """Behind a proxy, so that a test can come from several networks."""
    return ApiSettings(port=0, requests_per_minute=100_000, FORWARDED_ALLOW_IPS="127.0.0.1")


@pytest.fixture
def people(acme: Caller) -> Caller:
    for address in (ANN, BOB):
        body = {"email": address, "role": "viewer", "password": PASSWORD}
        acme("POST", "users", json=body, expect=201)
    return acme


def come(
    http: httpx.Client, network: str, password: str, address: str = ANN, device: str | None = None
) -> Came:
    """The status of a log-in from the network, and the device cookie that it sets."""
    http.cookies.clear()
    headers = {"X-Forwarded-For": network} | ({"Cookie": device} if device else {})
    body = {"client_id": "acme", "email": address, "password": password}
    answer = http.post("/v1/session", json=body, headers=headers)
    http.cookies.clear()
    given = [item.partition(";")[0] for item in answer.headers.get_list("set-cookie")]
    return answer.status_code, next((item for item in given if "device" in item), None)


def fail(http: httpx.Client, network: str, times: int, address: str = ANN) -> list[int]:
    return [come(http, network, "wrong", address)[0] for _ in range(times)]


def block(database: Database, subject: str) -> None:
    """What so many failures make of it that it stays refused for the whole test."""
    with database.identity() as c:
        for _ in range(20):
            throttle_store.note_failed_login(c, subject, logging_in.ACCOUNT_FAILURES_FREE)


def block_at_ann(database: Database, network: str) -> None:
    block(database, f"{account_of('acme', ANN)} from {network}")


def test_guessing_becomes_slow(people: Caller) -> None:
    statuses = fail(people.http, "192.0.2.1", 14)
    assert statuses[:5] == [401] * 5
    assert 429 in statuses


def test_who_guesses_at_an_account_locks_out_their_own_network_only(
    people: Caller, database: Database
) -> None:
    block_at_ann(database, "192.0.2.1")
    assert come(people.http, "192.0.2.1", PASSWORD)[0] == 429
    assert come(people.http, "198.51.100.7", PASSWORD)[0] == 201


def test_a_known_device_comes_in_from_the_network_that_guesses(
    people: Caller, database: Database
) -> None:
    _, device = come(people.http, "192.0.2.1", PASSWORD)
    assert device is not None
    block_at_ann(database, "192.0.2.1")
    block(database, "peer:192.0.2.1")
    assert come(people.http, "192.0.2.1", PASSWORD, device=device) == (201, None)
    assert come(people.http, "192.0.2.1", PASSWORD, BOB, device=device)[0] == 429
    assert come(people.http, "192.0.2.1", PASSWORD, device=device + "x")[0] == 429


def test_a_stolen_device_guesses_no_faster(people: Caller) -> None:
    _, device = come(people.http, "192.0.2.1", PASSWORD)
    answers = [come(people.http, "192.0.2.1", "wrong", device=device)[0] for _ in range(14)]
    assert 429 in answers


def test_many_networks_make_an_unknown_device_wait_but_refuse_nobody(
    people: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    def note(database: Database, attempt: Attempt) -> float:
        waited.append(pace(database, attempt))
        return 0.0

    _, device = come(people.http, "192.0.2.1", PASSWORD)
    for number in range(logging_in.GUESSED_AT):
        assert fail(people.http, f"198.51.100.{number}", 1) == [401]
    monkeypatch.setattr(turns, "pace", note)
    assert come(people.http, "203.0.113.9", PASSWORD)[0] == 201
    assert come(people.http, "192.0.2.1", PASSWORD, device=device)[0] == 201
    assert come(people.http, "203.0.113.9", PASSWORD, BOB)[0] == 201
    assert waited == [logging_in.SLOW_SECONDS, 0.0, 0.0]


def test_own_log_ins_leave_the_count_of_the_network_as_it_is(
    people: Caller, database: Database
) -> None:
    for number in range(3):
        assert fail(people.http, "192.0.2.1", 1, f"nobody{number}@acme.example") == [401]
        assert come(people.http, "192.0.2.1", PASSWORD, BOB)[0] == 201
    with database.identity() as c:
        assert throttle_store.recent_failures(c, "peer:192.0.2.1") == 3


def test_a_network_that_fails_at_many_accounts_is_refused_at_all(
    people: Caller, database: Database
) -> None:
    block(database, "peer:192.0.2.1")
    assert come(people.http, "192.0.2.1", PASSWORD, BOB)[0] == 429
    assert come(people.http, "198.51.100.7", PASSWORD, BOB)[0] == 201


def test_an_unlocked_account_is_open_at_once(people: Caller, database: Database) -> None:
    block_at_ann(database, "192.0.2.1")
    assert come(people.http, "192.0.2.1", PASSWORD)[0] == 429
    with database.identity() as c:
        assert unlock(c, "acme", COMMAND_LINE, "Ann@acme.example") == 1
    assert come(people.http, "192.0.2.1", PASSWORD)[0] == 201


def test_who_has_to_wait_costs_no_hashing(
    people: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    monkeypatch.setattr(logging_in, "password_matches", lambda _, given: checked.append(given))
    block_at_ann(database, "192.0.2.1")
    assert come(people.http, "192.0.2.1", PASSWORD)[0] == 429
    assert come(people.http, "198.51.100.7", "another")[0] == 401
    assert checked == ["another"]


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Password checks wait until the event is set, which happens at the end at the latest."""
    go_on = Event()

    def wait(password_hash: str | None, password: str) -> bool:
        assert go_on.wait(60)
        return password_matches(password_hash, password)

    monkeypatch.setattr(logging_in, "password_matches", wait)
    yield go_on
    go_on.set()


def test_a_network_has_only_so_many_checks_under_way(people: Caller, stopped: Event) -> None:
    def one(_: int) -> int:
        with httpx.Client(base_url=people.http.base_url, timeout=60, verify=tls_context()) as http:
            return come(http, "192.0.2.1", PASSWORD)[0]

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(one, number) for number in range(8)]
        of_network = turns.CHECKS_OF_NETWORK_MAX
        ended = as_completed(asked)
        assert [next(ended).result() for _ in range(8 - of_network)] == [429] * (8 - of_network)
        stopped.set()
        assert [each.result() for each in ended] == [201] * of_network


def test_one_password_is_checked_at_a_time_whoever_asks(
    people: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way = Semaphore(turns.CHECKS_AT_ONCE)
    alone: list[bool] = []

    def check(password_hash: str | None, password: str) -> bool:
        alone.append(under_way.acquire(blocking=False))
        sleep(0.2)  # in which another could begin
        if alone[-1]:
            under_way.release()
        return password_matches(password_hash, password)

    def one(number: int) -> int:
        with httpx.Client(base_url=people.http.base_url, timeout=60, verify=tls_context()) as http:
            return come(http, f"192.0.2.{number}", PASSWORD)[0]

    monkeypatch.setattr(logging_in, "password_matches", check)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(4))) == [201] * 4
    assert alone == [True] * 4


def test_networks_are_what_one_subscriber_has() -> None:
    assert network_of("192.0.2.7") == "192.0.2.7"
    assert network_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2::ffff")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("fe80::1%eth0") == "fe80::/64"
