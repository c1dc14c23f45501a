"""The demo's own log-ins: one of each role, which open the pages until the next demo."""

from __future__ import annotations

from infringement_dagster.accounts.logging_in import Attempt, log_in
from infringement_dagster.cli.stack.demo_access import DemoAccess, grant_demo_access
from infringement_dagster.domain.permissions import CLIENT_ROLES
from resources.identity.credentials import password_matches, read_api_key
from resources.postgres.clients import access_store, identity_store
from resources.postgres.clients.client_store import add_client
from resources.postgres.database import Database


def opens(database: Database, access: DemoAccess, password: str) -> list[bool]:
    found = []
    for person in access.people:
        with database.identity() as c:
            known = identity_store.login_of(c, person.client_id, person.address)
        assert known is not None
        found.append(password_matches(known.password_hash, password))
    return found


def test_each_role_can_log_in_and_the_next_demo_ends_the_passwords_and_keys_of_the_last(
    database: Database,
) -> None:
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
    first = grant_demo_access(database, "acme")
    assert {person.role for person in first.people} == {*CLIENT_ROLES, "operator"}
    for person in first.people:
        attempt = Attempt(person.client_id, person.address, "192.0.2.1")
        assert [known.role for known in log_in(database, attempt, first.password)] == [person.role]

    second = grant_demo_access(database, "acme")
    assert second.people == first.people
    assert opens(database, second, second.password) == [True] * 4
    assert opens(database, second, first.password) == [False] * 4
    with database.client("acme") as c:
        live = [row.key_id for row in access_store.list_keys(c, "acme") if not row.revoked_at]
    key = read_api_key(second.key)
    assert key is not None
    assert live == [key.key_id]
