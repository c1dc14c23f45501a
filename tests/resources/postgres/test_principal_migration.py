"""A filled database is upgraded: history names people by id, and not a row is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import tuple_row

from resources.postgres.clients.principals import principal_names
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from resources.postgres.server.upgrade import migrate
from tests.resources.postgres.test_migrations import downgrade
from tests.support.furnishing import furnish

BEFORE = "0013"
SIGNED = {
    "decisions": "decided_by",
    "notice_changes": "changed_by",
    "config_versions": "created_by",
    "scans": "requested_by",
    "saved_views": "actor",
}
AMBIGUOUS = "user:both@agency.example"


@dataclass(frozen=True)
class Filled:
    """A database of before, seen past all policies."""

    urls: DatabaseUrls
    admin: Connection

    def ids(self, table: str) -> dict[tuple[str, str], str]:
        """The id of each person by client (or "") and address."""
        of = "client_id" if table == "users" else "''"
        rows = self.admin.execute(f"SELECT {of}, email, user_id::text FROM {table}".encode())
        return {(client_id, email): user_id for client_id, email, user_id in rows}

    def signatures(self, table: str) -> list[tuple[str, str]]:
        query = f"SELECT client_id, {SIGNED[table]} FROM {table} ORDER BY 1, 2"
        return self.admin.cursor(row_factory=tuple_row).execute(query.encode()).fetchall()

    def count(self) -> dict[str, int]:
        counts = {}
        for table in (*SIGNED, "users", "operators", "api_keys", "sessions"):
            row = self.admin.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
            assert row is not None
            counts[table] = int(row[0])
        return counts


@pytest.fixture
def filled(database: Database, database_urls: DatabaseUrls) -> Iterator[Filled]:
    """Two clients with history of the same addresses, and operators, at the revision before."""
    for client_id in ("acme", "beta"):
        furnish(database, client_id)
    database.close()
    downgrade(database_urls.owner, BEFORE)
    url = with_database(database_urls.admin, database_of(database_urls.owner))
    with psycopg.connect(url, autocommit=True) as admin:
        people = "INSERT INTO users (client_id, email, role, created_at) VALUES (%s, %s, %s, %s)"
        for client_id in ("acme", "beta"):
            admin.execute(people, (client_id, "both@agency.example", "viewer", "2020-01-01"))
        for address in ("both@agency.example", "olga@ours.example"):
            admin.execute(
                "INSERT INTO operators (email, created_at) VALUES (%s, '2020-01-01')", (address,)
            )
        admin.execute("UPDATE users SET created_at = '2020-01-01'")
        yield Filled(database_urls, admin)


def sign(filled: Filled, principal: str) -> None:
    for table, column in SIGNED.items():
        filled.admin.execute(f"UPDATE {table} SET {column} = %s".encode(), (principal,))


def test_each_address_becomes_the_person_of_that_client(filled: Filled) -> None:
    sign(filled, "user:ann@example.com")
    before = filled.count()
    migrate(filled.urls.owner)
    users = filled.ids("users")
    for table in SIGNED:
        told = set(filled.signatures(table))
        assert told == {
            (item, f"user:{users[item, 'ann@example.com']}") for item in ("acme", "beta")
        }, table
    assert filled.count() == before
    downgrade(filled.urls.owner, BEFORE)
    for table in SIGNED:
        assert {signature for _, signature in filled.signatures(table)} == {
            "user:ann@example.com"
        }, table
    assert filled.count() == before


def test_an_operators_address_becomes_the_operator_everywhere(filled: Filled) -> None:
    sign(filled, "user:olga@ours.example")
    migrate(filled.urls.owner)
    operator = f"operator:{filled.ids('operators')['', 'olga@ours.example']}"
    for table in SIGNED:
        assert {signature for _, signature in filled.signatures(table)} == {operator}, table
    with Database(filled.urls) as database, database.client("acme") as c:
        assert principal_names(c, "acme", [operator]) == {operator: "olga@ours.example"}


def test_nobody_is_put_in_for_an_address_of_two_people(filled: Filled) -> None:
    sign(filled, AMBIGUOUS)
    migrate(filled.urls.owner)
    users = filled.ids("users")
    for table in SIGNED.keys() - {"saved_views"}:
        assert {signature for _, signature in filled.signatures(table)} == {AMBIGUOUS}, table
    assert set(filled.signatures("saved_views")) == {
        (item, f"user:{users[item, 'both@agency.example']}") for item in ("acme", "beta")
    }
    with Database(filled.urls) as database, database.client("acme") as c:
        assert principal_names(c, "acme", [AMBIGUOUS]) == {AMBIGUOUS: "both@agency.example"}


def test_who_came_later_than_the_deed_did_not_do_it(filled: Filled) -> None:
    sign(filled, AMBIGUOUS)
    filled.admin.execute(
        "UPDATE users SET created_at = now() + interval '1 day' WHERE email LIKE 'both%'"
    )
    migrate(filled.urls.owner)
    operator = f"operator:{filled.ids('operators')['', 'both@agency.example']}"
    for table in SIGNED.keys() - {"saved_views"}:
        assert {signature for _, signature in filled.signatures(table)} == {operator}, table


def test_programs_and_strangers_keep_their_names(filled: Filled) -> None:
    sign(filled, "command line")
    filled.admin.execute("UPDATE decisions SET decided_by = 'user:gone@example.com'")
    migrate(filled.urls.owner)
    assert {signature for _, signature in filled.signatures("scans")} == {"command line"}
    assert {signature for _, signature in filled.signatures("decisions")} == {
        "user:gone@example.com"
    }


def test_addresses_take_one_form_where_no_two_people_become_one(filled: Filled) -> None:
    add = "INSERT INTO users (client_id, email, role) VALUES (%s, %s, 'viewer')"
    for client_id, address in (
        ("acme", "eve@xn--bcher-kva.example"),
        ("beta", "eve@xn--bcher-kva.example"),
        ("beta", "eve@bücher.example"),
    ):
        filled.admin.execute(add, (client_id, address))
    migrate(filled.urls.owner)
    kept = {key for key in filled.ids("users") if key[1].startswith("eve")}
    assert kept == {
        ("acme", "eve@bücher.example"),
        ("beta", "eve@xn--bcher-kva.example"),
        ("beta", "eve@bücher.example"),
    }


def test_test_keys_are_ended_and_kept(filled: Filled) -> None:
    filled.admin.execute("UPDATE api_keys SET environment = 'test' WHERE client_id = 'acme'")
    migrate(filled.urls.owner)
    query = "SELECT client_id, revoked_at IS NOT NULL FROM api_keys ORDER BY 1"
    assert filled.admin.execute(query).fetchall() == [("acme", True), ("beta", False)]
