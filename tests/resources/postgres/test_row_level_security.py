"""Every table of the catalogue against a stranger, so that one without a policy fails here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import LiteralString

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.errors import ForeignKeyViolation, InsufficientPrivilege

from infringement_dagster.domain.event import NewEvent
from resources.postgres.clients.client_store import save_config
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events.event_store import append_events
from resources.postgres.server.roles import APP, database_of, with_database
from tests.support.furnishing import furnish

OWN, FOREIGN = "acme", "beta"
WITHOUT_CLIENT = {
    "begun_logins",
    "erasures",
    "known_devices",
    "login_attempts",
    "mails",
    "operator_alert_cursors",
    "operator_alert_deliveries",
    "operator_alert_occurrences",
    "operator_alerts",
    "operator_audit_entries",
    "operator_keys",
    "operators",
    "password_resets",
    "recovery_codes",
    "request_limits",
    "second_factors",
    "sessions",
}
OF_ALL_CLIENTS = {  # say nothing of any
    "exchange_rates",
    "instance_limits",
    "provider_health",
    "provider_limits",
    "provider_prices",
    "provider_turns",
}
DELETED_FROM = {
    "background_jobs",
    "item_outcomes",
    "provider_prices",
    "saved_views",
    "seller_links",
    "unsettled_charges",
}  # by the application, its own rows
SHARED = {"alembic_version", *WITHOUT_CLIENT, *OF_ALL_CLIENTS}


@pytest.fixture
def furnished(database: Database) -> Database:
    """A database in which two clients have rows in every table."""
    for client_id in (OWN, FOREIGN):
        furnish(database, client_id)
    with database.client(FOREIGN) as c:
        save_config(c, FOREIGN, {"one": "more"}, "tests")  # a version that OWN does not have
        append_events(c, FOREIGN, [NewEvent("one.more")])
    return database


@pytest.fixture
def admin(furnished: Database, database_urls: DatabaseUrls) -> Iterator[Connection]:
    """A superuser's connection, to look behind the policies; what it writes is rolled back."""
    with psycopg.connect(
        with_database(database_urls.admin, database_of(database_urls.owner))
    ) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def tables(admin: Connection) -> list[str]:
    """Every table and view of the catalogue that holds rows of clients."""
    rows = admin.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT relispartition ORDER BY relname"
    ).fetchall()
    found = [str(name) for (name,) in rows if name not in SHARED]
    assert len(found) >= 20
    return found


def count(c: Connection, table: str, where: LiteralString = "true") -> int:
    query = sql.SQL("SELECT count(*) FROM {} WHERE ").format(sql.Identifier(table))
    row = c.execute(query + sql.SQL(where)).fetchone()
    assert row is not None
    return int(row[0])


def columns(admin: Connection, table: str, privilege: str) -> list[str]:
    """The columns on which the application's role has the privilege."""
    rows = admin.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND has_column_privilege(%s, attrelid, attnum, %s)",
        (table, APP, privilege),
    ).fetchall()
    return [str(name) for (name,) in rows]


def test_every_table_forces_its_policies(admin: Connection, tables: list[str]) -> None:
    forced = admin.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relrowsecurity AND relforcerowsecurity AND NOT relispartition"
    ).fetchall()
    assert {name for (name,) in forced} == {*tables, *OF_ALL_CLIENTS, *WITHOUT_CLIENT}


def test_a_client_sees_its_own_rows_only(
    admin: Connection, tables: list[str], furnished: Database
) -> None:
    for table in tables:
        own = count(admin, table, "client_id = 'acme'")
        assert own > 0, f"furnish() writes nothing into {table}"
        assert count(admin, table) > own
        with furnished.client(OWN) as c:
            assert count(c, table) == own, table


def test_without_a_client_nothing_is_seen(tables: list[str], database_urls: DatabaseUrls) -> None:
    with psycopg.connect(database_urls.app) as c:
        assert [table for table in tables if count(c, table)] == []
        c.execute("SET app.client_id = ''")
        assert [table for table in tables if count(c, table)] == []


# What the operators and the admission write, through a role of their own.
SET_BY_OPERATORS = {"admission_turns", "client_limits", "client_retention", "client_schedules"}


def test_a_row_of_another_client_cannot_be_inserted(
    admin: Connection, tables: list[str], furnished: Database
) -> None:
    for table in set(tables) - SET_BY_OPERATORS:
        row = admin.execute(
            sql.SQL("SELECT to_jsonb(t)::text FROM {} t WHERE client_id = %s LIMIT 1").format(
                sql.Identifier(table)
            ),
            (FOREIGN,),
        ).fetchone()
        insert = sql.SQL(
            "INSERT INTO {table} ({columns}) SELECT {columns}"
            " FROM jsonb_populate_record(NULL::{table}, %s)"
        ).format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns(admin, table, "INSERT"))),
        )
        with (
            pytest.raises(InsufficientPrivilege, match="row-level security"),
            furnished.client(OWN) as c,
        ):
            c.execute(insert, row)


def test_a_row_of_another_client_cannot_be_changed_or_deleted(
    admin: Connection, tables: list[str], furnished: Database
) -> None:
    attempted = 0
    for table in tables:
        for column in columns(admin, table, "UPDATE"):
            update = sql.SQL("UPDATE {} SET {} = {} WHERE client_id = %s").format(
                sql.Identifier(table), sql.Identifier(column), sql.Identifier(column)
            )
            with furnished.client(OWN) as c:
                assert c.execute(update, (FOREIGN,)).rowcount == 0, (table, column)
                assert c.execute(update, (OWN,)).rowcount > 0, (table, column)
            attempted += 1
        delete = sql.SQL("DELETE FROM {} WHERE client_id = %s").format(sql.Identifier(table))
        refused = nullcontext() if table in DELETED_FROM else pytest.raises(InsufficientPrivilege)
        with refused, furnished.client(OWN) as c:
            assert c.execute(delete, (FOREIGN,)).rowcount == 0
    assert attempted > 50


def test_an_own_row_cannot_be_given_away(
    admin: Connection, tables: list[str], furnished: Database
) -> None:
    movable = [table for table in tables if "client_id" in columns(admin, table, "UPDATE")]
    assert movable == ["listing_photos", "listings", "scores", "sightings"]
    for table in movable:
        give = sql.SQL("UPDATE {} SET client_id = %s").format(sql.Identifier(table))
        with (
            pytest.raises(InsufficientPrivilege, match="row-level security"),
            furnished.client(OWN) as c,
        ):
            c.execute(give, (FOREIGN,))


_FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, confrelid::regclass::text,
        array(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place),
        array(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY place)
    FROM pg_constraint
    WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND cardinality(conkey) > 1
        AND conparentid = 0  -- each partition repeats its parent's
"""


def test_no_row_can_refer_to_a_row_of_another_client(admin: Connection) -> None:
    """The server checks foreign keys past all policies, so only their columns can prevent it."""
    foreign_keys = admin.execute(_FOREIGN_KEYS).fetchall()
    assert len(foreign_keys) >= 20
    for table, target, own_columns, target_columns in foreign_keys:
        theirs = sql.SQL(", ").join(map(sql.Identifier, target_columns[1:]))
        names = {"target": sql.Identifier(target), "theirs": theirs}
        only_theirs = admin.execute(
            sql.SQL(
                "SELECT {theirs} FROM {target} WHERE client_id = %s EXCEPT"
                " SELECT {theirs} FROM {target} WHERE client_id = %s LIMIT 1"
            ).format(**names),
            (FOREIGN, OWN),
        ).fetchone()
        assert only_theirs is not None, f"furnish() gives both clients the same keys in {target}"
        refer = sql.SQL(
            "UPDATE {} SET ({}) = ROW ({}) WHERE (tableoid, ctid) = (SELECT tableoid, ctid"
            " FROM {} WHERE client_id = %s LIMIT 1)"
        ).format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, own_columns[1:])),
            sql.SQL(", ").join(map(sql.Literal, only_theirs)),
            sql.Identifier(table),
        )
        with pytest.raises(ForeignKeyViolation), admin.transaction():
            admin.execute(refer, (OWN,))


def test_admission_sees_the_queue_of_all_and_nothing_else(
    tables: list[str], furnished: Database
) -> None:
    seen = {"clients", "scans", "runs", "config_versions", "provider_usage", "client_turns"}
    seen |= {"unsettled_charges", *SET_BY_OPERATORS}
    for table in seen:
        with furnished.admission() as c:
            assert count(c, table, "client_id IN ('acme', 'beta')") >= 2
    seen_in_part = {"background_jobs", "webhooks", "webhook_deliveries"}
    seen_in_part |= {"alert_preferences", "alert_mails", "notice_submissions"}
    for table in {*tables, *WITHOUT_CLIENT} - seen - seen_in_part:
        with pytest.raises(InsufficientPrivilege), furnished.admission() as c:
            count(c, table)
