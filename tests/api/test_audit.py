"""The audit trail: what is on it, who reads it, and that nobody rewrites it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import product

import psycopg
import pytest
from psycopg import Connection

from resources.objects.store import ObjectStore
from resources.postgres.clients.audit import COMMAND_LINE, entries_before, record
from resources.postgres.clients.client_store import add_client
from resources.postgres.database import Database
from resources.postgres.retention.spent_credentials import delete_spent
from tests.api.case_scene import flag_cases
from tests.api.conftest import Caller, CallerOf
from tests.evidence.frozen import freeze

PASSWORD = "correct horse battery"
ADDRESS = "ann@acme.example"


def actions(acme: Caller) -> list[str]:
    """What the trail tells, the oldest first."""
    return [item["action"] for item in reversed(acme("GET", "audit?limit=200").json()["items"])]


def test_keys_and_people_are_on_the_trail_with_who_and_where_from(acme: Caller) -> None:
    key_id = acme("POST", "keys", json={}, expect=201).json()["key_id"]
    acme("POST", f"keys/{key_id}/rotate", expect=201)
    acme("DELETE", f"keys/{key_id}", expect=204)
    person = {"email": ADDRESS, "role": "viewer", "password": PASSWORD}
    user_id = acme("POST", "users", json=person, expect=201).json()["user_id"]
    acme("PUT", f"users/{user_id}/role", json={"role": "reviewer"}, expect=200)
    acme("POST", f"users/{user_id}/password-reset", expect=201)
    acme("POST", f"users/{user_id}/disable", expect=204)
    acme("POST", f"users/{user_id}/enable", expect=204)
    assert actions(acme) == [
        "key.created",
        "key.rotated",
        "key.revoked",
        "user.created",
        "user.role_changed",
        "user.reset_link_made",
        "user.disabled",
        "user.enabled",
    ]
    newest = acme("GET", "audit?limit=1").json()["items"][0]
    assert newest["principal"] == f"key:{acme.key.split('_')[2]}"
    assert newest["principal_name"].startswith("key admin ")
    assert (newest["subject"], newest["network"]) == (user_id, "127.0.0.1")


def test_hooks_limits_and_what_leaves_as_a_file_are_on_the_trail(
    acme: Caller, caller_of: CallerOf, database: Database, objects: ObjectStore
) -> None:
    hook = {"url": "https://hooks.acme.example/"}
    hook_id = acme("POST", "webhooks", json=hook, expect=201).json()["webhook_id"]
    acme("POST", f"webhooks/{hook_id}/rotate", expect=201)
    sent = acme("POST", f"webhooks/{hook_id}/test", expect=202).json()["event_no"]
    acme("POST", f"webhooks/{hook_id}/deliveries/{sent}/redeliver", expect=202)
    acme("DELETE", f"webhooks/{hook_id}", expect=204)
    caller_of("acme", "operator")("PUT", "limits", json={"runs_max": 1}, expect=200)
    scene = flag_cases(database, "acme", 1, objects)
    freeze(database, objects, "acme", scene.case_ids[0], scene.scan_id)
    acme("GET", "cases-export", expect=200)
    acme("GET", f"cases/{scene.case_ids[0]}/bundle", expect=200)
    acme("GET", f"cases/{scene.case_ids[0]}/evidence/1", expect=200)
    assert actions(acme) == [
        "webhook.created",
        "webhook.secret_rotated",
        "webhook.tested",
        "webhook.redelivered",
        "webhook.deleted",
        "limits.changed",
        "cases.exported",
        "bundle.exported",
        "evidence.exported",
    ]


def test_what_becomes_of_a_client_is_on_its_trail(caller_of: CallerOf) -> None:
    operator = caller_of("acme", "operator")
    new = {"client_id": "acme", "display_name": "Acme"}
    operator("POST", "/v1/clients", json=new, expect=201)
    operator("PUT", "second-factor", json={"required": True}, expect=204)
    operator("POST", "/v1/clients/acme/suspend", expect=200)
    operator("POST", "/v1/clients/acme/resume", expect=200)
    assert actions(operator) == [
        "client.created",
        "client.second_factor_rule",
        "client.suspended",
        "client.active",
    ]


def test_log_ins_and_refusals_are_on_the_trail_of_their_client(
    acme: Caller, caller_of: CallerOf
) -> None:
    beta = caller_of("beta")
    person = {"email": ADDRESS, "role": "viewer", "password": PASSWORD}
    user_id = acme("POST", "users", json=person, expect=201).json()["user_id"]
    login = {"client_id": "acme", "email": ADDRESS}
    acme.http.post("/v1/session", json=login | {"password": "wrong"})
    acme.http.post("/v1/session", json=login | {"password": PASSWORD})
    acme.http.post("/v1/session", json=login | {"password": "x", "client_id": "nobody"})
    caller_of("acme", "viewer")("GET", "keys", expect=403)
    rows = acme("GET", "audit").json()["items"]
    told = [(row["action"], row["principal"][:5], row["subject"]) for row in reversed(rows)][1:]
    assert told == [
        ("login.refused", "user:", ADDRESS),
        ("login.succeeded", "user:", ADDRESS),
        ("request.refused", "key:" + rows[0]["principal"][4:5], "list_keys"),
    ]
    assert rows[1]["principal"] == f"user:{user_id}"
    assert rows[1]["principal_name"] == ADDRESS
    assert beta("GET", "audit").json()["items"] == []


def test_leaving_and_keys_that_open_nothing_are_on_the_trail_of_their_client(
    acme: Caller, caller_of: CallerOf
) -> None:
    person = {"email": ADDRESS, "role": "viewer", "password": PASSWORD}
    acme("POST", "users", json=person, expect=201)
    login = {"client_id": "acme", "email": ADDRESS, "password": PASSWORD}
    answer = acme.http.post("/v1/session", json=login)
    cookie = answer.headers.get_list("set-cookie")[0].partition(";")[0]
    acme.http.cookies.clear()
    session = {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"]}
    acme.http.delete("/v1/session", headers=session).raise_for_status()
    wanted = {"scopes": ["results:read"]}
    made = acme("POST", "keys", json=wanted, expect=201).json()
    acme("DELETE", f"keys/{made['key_id']}", expect=204)
    asked = {"Authorization": f"Bearer {made['key']}"}
    assert acme.http.get("/v1/clients/acme/cases", headers=asked).status_code == 401
    rows = acme("GET", "audit").json()["items"]
    told = {row["action"]: row for row in rows}
    assert told["session.ended"]["principal_name"] == ADDRESS
    refused = told["key.refused"]
    assert (refused["subject"], refused["details"]) == (made["key_id"], {"reason": "revoked"})
    assert caller_of("beta")("GET", "audit").json()["items"] == []


def test_who_is_refused_over_and_over_does_not_fill_the_trail(
    acme: Caller, caller_of: CallerOf
) -> None:
    viewer = caller_of("acme", "viewer")
    for _ in range(30):
        viewer("GET", "keys", expect=403)
    assert 5 <= len(actions(acme)) <= 15


def test_the_trail_is_walked_page_by_page_by_admins_only(acme: Caller, caller_of: CallerOf) -> None:
    for _ in range(5):
        acme("POST", "keys", json={}, expect=201)
    seen, cursor = [], ""
    while True:
        page = acme("GET", f"audit?limit=2{cursor}", expect=200).json()
        seen += [item["entry_id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 5
    for role in ("viewer", "reviewer"):
        caller_of("acme", role)("GET", "audit", expect=403)


def test_what_was_undone_left_no_entry_and_what_was_done_did(acme: Caller) -> None:
    acme("DELETE", "keys/0123456789abcdef", expect=404)
    acme("POST", "keys", json={"scopes": ["clients:manage"]}, expect=422)
    assert actions(acme) == []


REWRITES = (
    b"UPDATE audit_entries SET principal = 'x'",
    b"DELETE FROM audit_entries",
    b"TRUNCATE audit_entries",
    b"UPDATE operator_audit_entries SET principal = 'x'",
    b"DELETE FROM operator_audit_entries",
    b"TRUNCATE operator_audit_entries",
)


def test_no_role_rewrites_the_trail(database: Database) -> None:
    """But for erasing a client, which takes its trail along."""
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
        record(c, "acme", COMMAND_LINE, "key.created")
    roles: dict[str, Callable[[], AbstractContextManager[Connection]]] = {
        "client": lambda: database.client("acme"),
        "admission": database.admission,
        "identity": database.identity,
        "housekeeping": database.housekeeping,
    }
    for (role, opened), rewrite in product(roles.items(), REWRITES):
        if (role, rewrite) == ("housekeeping", b"DELETE FROM audit_entries"):
            with opened() as c:
                assert c.execute(rewrite).rowcount == 0
            continue
        with pytest.raises(psycopg.errors.InsufficientPrivilege), opened() as c:
            c.execute(rewrite)
    with database.client("acme") as c:
        assert [item.action for item in entries_before(c, "acme", 10)] == ["key.created"]


def test_housekeeping_removes_what_log_ins_left_behind_and_nothing_that_counts(
    acme: Caller, database: Database
) -> None:
    person = {"email": ADDRESS, "role": "viewer", "password": PASSWORD}
    acme("POST", "users", json=person, expect=201)
    login = {"client_id": "acme", "email": ADDRESS}
    acme.http.post("/v1/session", json=login | {"password": "wrong"})
    assert acme.http.post("/v1/session", json=login | {"password": PASSWORD}).status_code == 201
    with database.identity() as c:
        c.execute(
            "INSERT INTO login_attempts VALUES ('peer:old', 3, now() - interval '2 days',"
            " now() - interval '2 days')"
        )
        c.execute(
            "INSERT INTO sessions (token_hash, user_id, expires_at)"
            " VALUES (sha256('old'), gen_random_uuid(), now() - interval '2 days')"
        )
        c.execute("INSERT INTO request_limits VALUES ('old', now() - interval '2 days')")
        c.execute(
            "INSERT INTO mails (address, kind, outcome, ended_at)"
            " SELECT 'a@b.example', 'password_reset', 'sent', now() - days * interval '1 day'"
            " FROM generate_series(0, 2, 2) days"
        )
    with database.housekeeping() as c:
        removed = delete_spent(c)
    assert removed == {
        "login_attempts": 1,
        "request_limits": 1,
        "sessions": 1,
        "begun_logins": 0,
        "mails": 1,
        "password_resets": 0,
        "known_devices": 0,
        "operator_alert_deliveries": 0,
        "operator_alert_occurrences": 0,
        "operator_alerts": 0,
    }
    with database.identity() as c:
        kept = c.execute("SELECT count(*) FROM login_attempts").fetchone()
    assert kept == (2,)  # of the network and of the account
