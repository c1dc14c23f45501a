"""The second factor over the API: asked for, used once, guessed at, required, lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest

from infringement_dagster.accounts import second_factor
from infringement_dagster.accounts.logging_in import Attempt
from infringement_dagster.accounts.second_factor import (
    WrongCode,
    begin_enrolment,
    check_code,
    confirm_enrolment,
)
from resources.identity.credentials import hash_password
from resources.postgres.clients import access_store, identity_store, throttle_store
from resources.postgres.clients.identity_store import Login
from resources.postgres.database import Database
from tests.api.conftest import Caller, CallerOf

PASSWORD = "correct horse battery"
ADDRESS = "ann@acme.example"


@pytest.fixture(scope="module")
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def ann(database: Database, acme: Caller, password_hash: str) -> Login:
    with database.client("acme") as c:
        access_store.add_user(c, "acme", ADDRESS, "admin", password_hash)
    with database.identity() as c:
        person = identity_store.login_of(c, "acme", ADDRESS)
    assert person is not None
    return person


@dataclass
class Authenticator:
    secret: str
    recovery_codes: list[str]

    def code(self, steps_on: int = 0) -> str:
        """The code of a step near now; each later one is a code that was not used yet."""
        at = datetime.now(UTC) + timedelta(seconds=30 * steps_on)
        return pyotp.TOTP(self.secret).at(at)


@pytest.fixture
def authenticator(database: Database, ann: Login) -> Authenticator:
    secret = begin_enrolment(database, ann).secret
    code = pyotp.TOTP(secret).at(datetime.now(UTC) - timedelta(seconds=30))
    return Authenticator(secret, confirm_enrolment(database, ann, "192.0.2.1", code))


def come(http: httpx.Client, code: str | None = None, password: str = PASSWORD) -> httpx.Response:
    http.cookies.clear()
    body = {"client_id": "acme", "email": ADDRESS, "password": password, "code": code}
    return http.post("/v1/session", json=body)


def session(http: httpx.Client, code: str | None = None) -> dict[str, str]:
    answer = come(http, code)
    assert answer.status_code == 201, answer.text
    cookie = answer.headers.get_list("set-cookie")[0].partition(";")[0]
    http.cookies.clear()
    return {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"]}


def kind(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.json()['type'].rpartition(':')[2]}"


def test_a_password_alone_opens_nothing_and_a_code_works_once(
    http: httpx.Client, authenticator: Authenticator
) -> None:
    assert kind(come(http)) == "401 second-factor-needed"
    assert kind(come(http, "000000")) == "401 wrong-code"
    code = authenticator.code()
    assert kind(come(http, code, "another copper kettle")) == "401 bad-login"
    assert come(http, code).status_code == 201
    assert kind(come(http, code)) == "401 wrong-code"
    assert come(http, authenticator.code(1)).status_code == 201
    assert kind(come(http, authenticator.code(0))) == "401 wrong-code"  # older than the last


def test_a_recovery_code_works_once(http: httpx.Client, authenticator: Authenticator) -> None:
    first, second = authenticator.recovery_codes[:2]
    assert come(http, first).status_code == 201
    assert kind(come(http, first)) == "401 wrong-code"
    assert come(http, second.upper().replace("-", "")).status_code == 201


def test_one_code_opens_one_session_however_many_ask_at_once(
    database: Database, ann: Login, authenticator: Authenticator
) -> None:
    code = authenticator.code()

    def use(number: int) -> bool:
        try:
            check_code(database, Attempt("acme", ADDRESS, f"192.0.2.{number}"), ann, code)
        except WrongCode:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(use, range(6))) == 1


def test_who_guesses_at_codes_is_refused_from_every_network(
    database: Database, ann: Login, authenticator: Authenticator, http: httpx.Client
) -> None:
    subject = f"code:{ann.user_id}"
    for number in range(3):
        attempt = Attempt("acme", ADDRESS, f"198.51.100.{number}")
        with pytest.raises(WrongCode):
            check_code(database, attempt, ann, "000000")
    with database.identity() as c:
        assert throttle_store.recent_failures(c, subject) == 3
        for _ in range(20):  # so that it stays refused for the whole test
            throttle_store.note_failed_login(c, subject, second_factor.CODES_FREE)
    refused = come(http, authenticator.code())
    assert kind(refused) == "429 too-many-requests"
    assert int(refused.headers["Retry-After"]) >= 1


def test_a_second_authenticator_is_not_set_up_over_the_first(
    database: Database, ann: Login, authenticator: Authenticator
) -> None:
    with pytest.raises(second_factor.HasSecondFactor):
        begin_enrolment(database, ann)
    with pytest.raises(second_factor.HasSecondFactor):
        confirm_enrolment(database, ann, "192.0.2.1", authenticator.code())


def test_a_client_that_requires_one_lets_nobody_in_without(
    acme: Caller, database: Database, ann: Login, authenticator: Authenticator, password_hash: str
) -> None:
    http = acme.http
    with database.client("acme") as c:
        bob = access_store.add_user(c, "acme", "bob@acme.example", "viewer", password_hash)
    body = {"email": bob.email, "password": PASSWORD}
    answer = http.post("/v1/session", json=body)
    bobs = {"Cookie": answer.headers.get_list("set-cookie")[0].partition(";")[0]}
    http.cookies.clear()
    anns = session(http, authenticator.code())
    acme("PUT", "second-factor", json={"required": True}, expect=204)
    assert http.get("/v1/session", headers=bobs).status_code == 401
    assert http.get("/v1/session", headers=anns).status_code == 200
    assert kind(http.post("/v1/session", json=body)) == "403 second-factor-missing"
    rule = acme("GET", "second-factor").json()
    assert rule == {"required": True, "user_ids": [str(ann.user_id)]}
    acme("PUT", "second-factor", json={"required": False}, expect=204)
    assert http.post("/v1/session", json=body).status_code == 201


def test_nobody_shuts_themselves_out_by_the_rule(http: httpx.Client, ann: Login) -> None:
    anns = session(http)
    path, rule = "/v1/clients/acme/second-factor", {"required": True}
    assert kind(http.put(path, json=rule, headers=anns)) == "403 second-factor-missing"
    assert http.get("/v1/session", headers=anns).status_code == 200


def test_an_admin_lets_in_who_lost_the_authenticator(
    acme: Caller, caller_of: CallerOf, ann: Login, authenticator: Authenticator
) -> None:
    before = session(acme.http, authenticator.code())
    path = f"users/{ann.user_id}/second-factor"
    caller_of("acme", "reviewer")("DELETE", path, expect=403)
    caller_of("beta", "admin")("DELETE", f"/v1/clients/acme/{path}", expect=404)
    acme("DELETE", path, expect=204)
    assert acme.http.get("/v1/session", headers=before).status_code == 401
    assert come(acme.http).status_code == 201
    told = [entry["action"] for entry in acme("GET", "audit").json()["items"]]
    assert {"second_factor.confirmed", "second_factor.removed"} <= {*told}


def test_an_admins_session_alone_does_not_take_their_own_away(
    http: httpx.Client, ann: Login, authenticator: Authenticator
) -> None:
    anns = session(http, authenticator.code())
    path = f"/v1/clients/acme/users/{ann.user_id}/second-factor"
    assert kind(http.delete(path, headers=anns)) == "409 own-second-factor"
    assert kind(come(http)) == "401 second-factor-needed"


def test_secrets_are_the_identity_roles_alone(
    database: Database, authenticator: Authenticator
) -> None:
    with database.identity() as c:
        assert c.execute("SELECT count(*) FROM second_factors").fetchone() == (1,)
        stored = c.execute("SELECT string_agg(code_hash::text, ' ') FROM recovery_codes").fetchone()
    assert authenticator.recovery_codes[0] not in str(stored)
    for table in ("second_factors", "recovery_codes"):
        with (
            pytest.raises(Exception, match="permission denied"),
            database.client("acme") as c,
        ):
            c.execute(f"SELECT * FROM {table}")
