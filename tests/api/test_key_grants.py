"""Nobody hands on what they do not hold, and a rotated key is the same key with another secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from resources.postgres.clients import access_store
from resources.postgres.database import Database
from tests.api.conftest import Caller

PASSWORD = "correct horse battery"


def narrowed(acme: Caller, *scopes: str) -> Caller:
    """A caller of the client who may do no more than this."""
    made = acme("POST", "keys", json={"scopes": scopes}, expect=201).json()
    return Caller(acme.http, "acme", made["key"])


@pytest.fixture
def janitor(acme: Caller) -> Caller:
    """Who may manage access and nothing else."""
    return narrowed(acme, "access:manage")


def is_refused(caller: Caller, method: str, path: str, json: object = None) -> bool:
    answer = caller(method, path, json=json)
    return answer.status_code == 403 and answer.json()["type"].endswith(":not-yours")


def test_managing_access_alone_gives_nothing_else_away(acme: Caller, janitor: Caller) -> None:
    admin = {"email": "eve@acme.example", "role": "admin", "password": PASSWORD}
    assert is_refused(janitor, "POST", "keys", {"role": "admin"})
    assert is_refused(janitor, "POST", "keys", {"scopes": ["results:read"]})
    assert is_refused(janitor, "POST", "users", admin)
    assert is_refused(janitor, "POST", f"keys/{acme.key.split('_')[2]}/rotate")
    made = janitor("POST", "keys", json={"scopes": ["access:manage"]}, expect=201).json()
    assert made["scopes"] == ["access:manage"]
    assert {item["email"] for item in acme("GET", "users").json()["items"]} == set()


def test_who_holds_less_cannot_become_an_admin_by_way_of_one(acme: Caller, janitor: Caller) -> None:
    body = {"email": "ann@acme.example", "role": "admin", "password": PASSWORD}
    ann = acme("POST", "users", json=body, expect=201).json()["user_id"]
    viewer = {"email": "vera@acme.example", "role": "viewer", "password": PASSWORD}
    vera = acme("POST", "users", json=viewer, expect=201).json()["user_id"]
    assert is_refused(janitor, "POST", f"users/{ann}/password-reset")
    assert is_refused(janitor, "PUT", f"users/{vera}/role", {"role": "admin"})
    assert is_refused(janitor, "DELETE", f"users/{ann}/second-factor")
    janitor("POST", f"users/{ann}/disable", expect=204)
    assert is_refused(janitor, "POST", f"users/{ann}/enable")
    acme("POST", f"users/{ann}/enable", expect=204)


def test_who_holds_less_takes_nothing_from_an_admin(acme: Caller) -> None:
    body = {"email": "ann@acme.example", "role": "admin", "password": PASSWORD}
    ann = acme("POST", "users", json=body, expect=201).json()["user_id"]
    viewing = ("clients:read", "config:read", "scans:read", "results:read")
    usher = narrowed(acme, "access:manage", *viewing)  # may make viewers
    assert is_refused(usher, "PUT", f"users/{ann}/role", {"role": "viewer"})


def test_rotation_keeps_scopes_end_and_owner(acme: Caller) -> None:
    end = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    body = {"scopes": ["results:read"], "expires_at": end, "name": "nightly"}
    old = acme("POST", "keys", json=body, expect=201).json()
    assert old["owner"].startswith("key:")
    other = narrowed(acme, "access:manage", "results:read")
    fresh = other("POST", f"keys/{old['key_id']}/rotate?overlap_hours=24", expect=201).json()
    same = ("scopes", "name", "owner", "expires_at")
    assert {item: fresh[item] for item in same} == {item: old[item] for item in same}


def test_a_key_that_has_ended_is_not_rotated(acme: Caller, database: Database) -> None:
    expired, revoked = (
        acme("POST", "keys", json={}, expect=201).json()["key_id"] for _ in range(2)
    )
    with database.client("acme") as c:
        access_store.expire_key(c, "acme", expired, datetime.now(UTC))
    acme("DELETE", f"keys/{revoked}", expect=204)
    for key_id in (expired, revoked):
        assert acme("POST", f"keys/{key_id}/rotate").status_code == 409


def test_an_end_in_the_past_is_refused(acme: Caller) -> None:
    refused = acme("POST", "keys", json={"expires_at": "2020-01-01T00:00:00Z"}, expect=422).json()
    assert refused["type"].endswith(":past-expiry")


def test_there_are_no_test_keys(acme: Caller) -> None:
    assert acme("POST", "keys", json={"environment": "test"}).status_code == 422
    assert acme("POST", "keys", json={}, expect=201).json()["key"].startswith("inf_live_")
