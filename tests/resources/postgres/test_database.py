"""Transactions run as the role they promise, and trouble with the server has one name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from psycopg import Connection

from resources.postgres.database import (
    APP_CONNECTIONS_MAX,
    Database,
    DatabaseUnavailable,
    DatabaseUrls,
)
from resources.postgres.server.embedded import EmbeddedPostgres

WHO = "select current_user::text, coalesce(current_setting('app.client_id', true), '')"
# Uses the database before and after a fork, in the parent and in the child.
FORKING = """
import os, sys
from resources.postgres.database import Database, DatabaseUrls
def backend():
    with database.client("acme") as connection:
        return connection.info.backend_pid
with Database(DatabaseUrls("", "", sys.argv[1], "", "", "", "")) as database:
    first = backend()
    child = os.fork()
    if child == 0:
        same = backend() == first
        database.close()
        os._exit(7 if same else 0)
    assert os.waitpid(child, 0)[1] == 0
    assert backend() == first
"""


@pytest.fixture
def scratch(postgres: EmbeddedPostgres, database_urls: DatabaseUrls) -> Iterator[Database]:
    """A database with one table that the application may write, free of row-level security."""
    with psycopg.connect(database_urls.owner) as connection:
        connection.execute("create table scratch (word text primary key)")
        connection.execute("grant all on scratch to public")
    with Database(database_urls, timeout_seconds=2) as database:
        yield database


def words(database: Database) -> list[tuple[str]]:
    with database.client("acme") as connection:
        return connection.execute("select word from scratch").fetchall()


def run(database: Database, *statements: str) -> None:
    with database.client("acme") as connection:
        for statement in statements:
            connection.execute(statement)


def test_a_client_transaction_is_the_applications_for_that_client(database: Database) -> None:
    with database.client("acme") as connection:
        assert connection.execute(WHO).fetchone() == ("infringement_app", "acme")


def test_the_next_transaction_on_a_connection_is_for_its_own_client(database: Database) -> None:
    with database.client("acme") as connection:
        backend = connection.info.backend_pid
    with database.client("zeta") as connection:
        assert connection.info.backend_pid == backend
        assert connection.execute(WHO).fetchone() == ("infringement_app", "zeta")


def test_admission_has_its_role_and_no_client(database: Database) -> None:
    with database.admission() as connection:
        assert connection.execute(WHO).fetchone() == ("infringement_admission", "")


def test_a_transaction_is_kept_on_success_and_undone_on_any_error(scratch: Database) -> None:
    def interrupted() -> None:
        with scratch.client("acme") as connection:
            connection.execute("insert into scratch values ('undone')")
            raise KeyboardInterrupt

    run(scratch, "insert into scratch values ('kept')")
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert words(scratch) == [("kept",)]


def test_an_error_of_a_statement_stays_what_it_is(scratch: Database) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        run(scratch, "select * from no_such_table")
    with pytest.raises(psycopg.errors.QueryCanceled):
        run(scratch, "set local statement_timeout = 1", "select pg_sleep(5)")
    assert words(scratch) == []


def test_a_connection_that_breaks_is_told_and_replaced(
    postgres: EmbeddedPostgres, scratch: Database
) -> None:
    def terminate(connection: Connection) -> None:
        with psycopg.connect(postgres.admin_url) as admin:
            admin.execute("select pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))

    def breaking() -> None:
        with scratch.client("acme") as connection:
            connection.execute("insert into scratch values ('undone')")
            terminate(connection)
            connection.execute("insert into scratch values ('never')")

    with pytest.raises(DatabaseUnavailable, match="its transaction is undone"):
        breaking()
    with scratch.client("acme") as connection:
        idle = connection
    terminate(idle)
    assert words(scratch) == [], "a connection that broke while idle is not handed out"


def test_a_server_that_does_not_answer_is_told_without_its_password(
    database_urls: DatabaseUrls,
) -> None:
    url = "postgresql://someone:s3cret@127.0.0.1:1/shop"
    with (
        Database(replace(database_urls, app=url), timeout_seconds=0.5) as database,
        pytest.raises(DatabaseUnavailable) as caught,
    ):
        run(database)
    assert "shop at 127.0.0.1 as someone" in str(caught.value)
    assert "does not answer or refuses the login" in str(caught.value)
    assert "s3cret" not in str(caught.value) + repr(database_urls)


def test_too_many_transactions_at_once_are_told(database_urls: DatabaseUrls) -> None:
    with Database(database_urls, timeout_seconds=0.5) as database:
        held = [database.client("acme") for _ in range(APP_CONNECTIONS_MAX)]
        for transaction in held:
            transaction.__enter__()
        with pytest.raises(DatabaseUnavailable, match="all 8 are in use"):
            run(database)
        for transaction in held:
            transaction.__exit__(None, None, None)


def test_a_fork_opens_connections_of_its_own(database_urls: DatabaseUrls) -> None:
    subprocess.run(
        [sys.executable, "-W", "error", "-c", FORKING, database_urls.app], check=True, timeout=60
    )


def test_a_closed_database_opens_again_on_use(scratch: Database) -> None:
    assert words(scratch) == []
    scratch.close()
    assert words(scratch) == []
