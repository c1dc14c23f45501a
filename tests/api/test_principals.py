"""A person is an id of one client: an address that several have ties nothing together."""

from __future__ import annotations

import httpx
import pytest

from api.settings import ApiSettings
from infringement_dagster.domain.permissions import ClientRole
from resources.identity.credentials import hash_password
from resources.objects.store import ObjectStore
from resources.postgres.cases.saved_view_store import views_of
from resources.postgres.clients import access_store, operator_store
from resources.postgres.database import Database
from tests.api.case_scene import flag_cases
from tests.api.conftest import CONFIG, Caller, CallerOf

PASSWORD = "correct horse battery"
ADDRESS = "ann@agency.example"
QUOTA = 30


@pytest.fixture(scope="module")
def password_hash() -> str:
    return hash_password(PASSWORD)


def add_person(
    database: Database, client_id: str | None, password_hash: str, role: ClientRole = "admin"
) -> str:
    """The principal of the new person."""
    if client_id is None:
        with database.identity() as c:
            return f"operator:{operator_store.add_operator(c, ADDRESS, password_hash).user_id}"
    with database.client(client_id) as c:
        user = access_store.add_user(c, client_id, ADDRESS, role, password_hash)
    return f"user:{user.user_id}"


def session(http: httpx.Client, client_id: str | None) -> dict[str, str]:
    """The headers of a session of whoever has the address there."""
    body = {"client_id": client_id, "email": ADDRESS, "password": PASSWORD}
    answer = http.post("/v1/session", json=body)
    assert answer.status_code == 201, answer.text
    cookie = answer.headers.get_list("set-cookie")[0].partition(";")[0]
    http.cookies.clear()
    return {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"]}


@pytest.fixture
def api_settings() -> ApiSettings:
    return ApiSettings(port=0, requests_per_minute=QUOTA)


def test_one_address_has_an_allowance_at_each_client(
    caller_of: CallerOf, database: Database, http: httpx.Client, password_hash: str
) -> None:
    for client_id in ("acme", "beta", None):
        if client_id is not None:
            caller_of(client_id)
        add_person(database, client_id, password_hash)
    acme, beta, operator = (session(http, item) for item in ("acme", "beta", None))
    spent = [http.get("/v1/session", headers=acme).status_code for _ in range(QUOTA + 1)]
    assert spent[-1] == 429
    assert http.get("/v1/session", headers=beta).status_code == 200
    assert http.get("/v1/session", headers=operator).status_code == 200


def test_history_keeps_the_id_and_shows_the_address(
    caller_of: CallerOf,
    database: Database,
    http: httpx.Client,
    objects: ObjectStore,
    password_hash: str,
) -> None:
    caller_of("acme")
    scene = flag_cases(database, "acme", 2, objects)
    user = add_person(database, "acme", password_hash)
    operator = add_person(database, None, password_hash)
    decided = {}
    for case_id, client_id in zip(scene.case_ids, ("acme", None), strict=True):
        answer = http.post(
            f"/v1/clients/acme/cases/{case_id}/decisions",
            json={"decision": "unsure", "version": 1},
            headers=session(http, client_id),
        )
        (kept,) = answer.json()["decisions"]
        decided[kept["decided_by"]] = kept["decided_by_name"]
    assert decided == {user: ADDRESS, operator: ADDRESS}


def test_a_view_is_kept_by_the_person_not_by_the_address(
    caller_of: CallerOf, database: Database, http: httpx.Client, password_hash: str
) -> None:
    caller_of("acme")
    user = add_person(database, "acme", password_hash)
    operator = add_person(database, None, password_hash)
    for client_id, name in (("acme", "of the user"), (None, "of the operator")):
        headers = session(http, client_id)
        answer = http.post("/clients/acme/views", data={"name": name}, headers=headers)
        assert answer.status_code < 400, answer.text
    with database.client("acme") as c:
        kept = {who: [row.name for row in views_of(c, "acme", who)] for who in (user, operator)}
    assert kept == {user: ["of the user"], operator: ["of the operator"]}


def test_a_key_is_named_with_its_id_so_that_no_name_passes_for_a_person(acme: Caller) -> None:
    made = acme("POST", "keys", json={"name": ADDRESS, "role": "admin"}, expect=201).json()
    key = Caller(acme.http, "acme", made["key"])
    saved = key("PUT", "config", json=CONFIG, headers={"If-Match": '"0"'}).json()
    assert saved["created_by"] == f"key:{made['key_id']}"
    assert saved["created_by_name"] == f"key {ADDRESS} {made['key_id']}"


@pytest.mark.parametrize(
    "typed", ["ann@BÜCHER.example", "ANN@xn--bcher-kva.example", "ann@bu\u0308cher.example"]
)
def test_an_address_is_one_account_however_it_is_typed(acme: Caller, typed: str) -> None:
    first = {"email": "Ann@bücher.example", "role": "viewer", "password": PASSWORD}
    acme("POST", "users", json=first, expect=201)
    assert acme("POST", "users", json={**first, "email": typed}).status_code == 409
    body = {"client_id": "acme", "email": typed, "password": PASSWORD}
    answer = acme.http.post("/v1/session", json=body)
    assert answer.status_code == 201
    assert answer.json()["name"] == "ann@bücher.example"


def test_what_is_no_address_is_refused(acme: Caller) -> None:
    for address in ("ann @acme.example", "ann@acme..example", "ann@acme.example\u202e"):
        body = {"email": address, "role": "viewer", "password": PASSWORD}
        assert acme("POST", "users", json=body).status_code == 422, address
