"""Large tables cut by month: rows move in, months come and go, nobody reaches past the parent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege

from infringement_dagster.domain.event import NewEvent
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events.event_store import append_events, events_after
from resources.postgres.retention.retention_store import Retention, drop_months, make_months
from resources.postgres.server.roles import (
    ADMISSION,
    APP,
    HOUSEKEEPING,
    IDENTITY,
    database_of,
    with_database,
)
from resources.postgres.server.upgrade import migrate
from tests.resources.postgres.test_migrations import downgrade, strings
from tests.support.scene import begin

MONTHLY = ("events", "item_outcomes", "provider_usage", "scores", "sightings")
_PARTITIONS = """
    SELECT inhrelid::regclass::text FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE relkind = 'r' ORDER BY 1
"""


@pytest.fixture
def admin(database_urls: DatabaseUrls) -> Iterator[Connection]:
    """A superuser's connection, to look behind the policies and to age rows."""
    url = with_database(database_urls.admin, database_of(database_urls.owner))
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def test_no_role_reaches_a_partition_past_its_table(
    admin: Connection, database_urls: DatabaseUrls
) -> None:
    partitions = strings(database_urls.owner, _PARTITIONS)
    assert len(partitions) >= 5 * len(MONTHLY)
    for partition in partitions:
        for role in (APP, ADMISSION, IDENTITY, HOUSEKEEPING):
            held = admin.execute(
                "SELECT has_any_column_privilege(%s, %s::regclass, 'SELECT, INSERT, UPDATE')"
                " OR has_table_privilege(%s, %s::regclass, 'DELETE, TRUNCATE')",
                (role, partition, role, partition),
            ).fetchone()
            assert held == (False,), (role, partition)
    closed = admin.execute(
        "SELECT count(*) FROM pg_class WHERE relispartition AND relkind = 'r'"
        " AND relrowsecurity AND relforcerowsecurity"
    ).fetchone()
    assert closed == (len(partitions),)


def test_rows_of_before_are_moved_into_their_months(
    empty_database_url: str, database_urls: DatabaseUrls
) -> None:
    migrate(empty_database_url)
    downgrade(empty_database_url, "0011")
    admin_url = with_database(database_urls.admin, database_of(empty_database_url))
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("INSERT INTO clients (client_id, display_name) VALUES ('acme', 'Acme')")
        admin.execute(
            "INSERT INTO events (client_id, event_no, type, body, created_at)"
            " SELECT 'acme', n, 'a.b', '{}', now() - n * interval '20 days'"
            " FROM generate_series(1, 10) n"
        )
        migrate(empty_database_url)
        held = admin.execute("SELECT count(*), count(DISTINCT tableoid) FROM events").fetchone()
        in_default = admin.execute("SELECT count(*) FROM events_default").fetchone()
    assert held is not None
    assert held[0] == 10
    assert held[1] >= 6
    assert in_default == (0,)


def test_a_month_that_was_missing_takes_its_rows_from_the_default(
    database: Database, admin: Connection
) -> None:
    with database.client("acme") as c:
        begin(c, "acme")
    ahead = datetime.now(UTC) + timedelta(days=200)
    admin.execute("UPDATE events SET created_at = %s", (ahead,))
    assert admin.execute("SELECT count(*) FROM events_default").fetchone() != (0,)
    with database.housekeeping() as c:
        made = make_months(c, 7)
    assert f"events_{ahead:%Y_%m}" in made
    assert len(made) == 4 * len(MONTHLY)
    assert admin.execute("SELECT count(*) FROM events_default").fetchone() == (0,)
    with database.client("acme") as c:
        assert [item.event_no for item in events_after(c, "acme", 0, 9)] == [1, 2, 3]
    with database.housekeeping() as c:
        assert make_months(c, 7) == []


def test_only_expired_months_are_dropped_and_of_scores_only_empty_ones(
    database: Database, admin: Connection
) -> None:
    with database.client("acme") as c:
        begin(c, "acme")
        append_events(c, "acme", [NewEvent("a.b")])
    for table in MONTHLY:
        for month in ("2024-01-01", "2024-02-01"):
            admin.execute("SELECT make_month(%s, %s)", (table, month))
    admin.execute("UPDATE events SET created_at = '2024-01-31' WHERE event_no = 1")
    admin.execute("UPDATE events SET created_at = '2024-02-01' WHERE event_no = 2")
    now = datetime(2024, 2, 10, tzinfo=UTC)
    keeping = Retention(events_days=9, scan_details_days=5, usage_days=3000)
    with database.housekeeping() as c:
        dropped = drop_months(c, keeping, now)
    assert sorted(dropped) == [f"{item}_2024_01" for item in MONTHLY if item != "provider_usage"]
    with database.client("acme") as c:
        assert [item.event_no for item in events_after(c, "acme", 0, 9)] == [2, 3, 4]


def test_only_housekeeping_may_drop_months(database: Database) -> None:
    with pytest.raises(InsufficientPrivilege), database.client("acme") as c:
        make_months(c, 20)
    with pytest.raises(InsufficientPrivilege), database.admission() as c:
        drop_months(c, Retention(), datetime.now(UTC))
