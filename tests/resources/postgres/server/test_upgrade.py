"""A server becomes usable in one step, whoever else takes it at the same moment."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import rmtree

import psycopg
import pytest

from resources.postgres.database import Database
from resources.postgres.server import roles
from resources.postgres.server.embedded import EmbeddedPostgres
from resources.postgres.server.upgrade import upgrade


@pytest.fixture
def empty_server() -> Iterator[EmbeddedPostgres]:
    """A server on which nothing was made yet."""
    state_dir = Path(tempfile.mkdtemp(prefix="infringement-upgrade-"))
    state_dir.chmod(0o711)
    with EmbeddedPostgres(state_dir, durable=False) as server:
        yield server
    server.destroy()
    rmtree(state_dir)


def test_starters_that_upgrade_at_once_do_not_clash(empty_server: EmbeddedPostgres) -> None:
    with ThreadPoolExecutor(3) as starters:
        for outcome in [starters.submit(upgrade, empty_server.urls()) for _ in range(3)]:
            outcome.result()
    upgrade(empty_server.urls())
    with Database(empty_server.urls()) as database, database.client("acme") as connection:
        assert connection.execute("select count(*) from clients").fetchone() == (0,)
    with psycopg.connect(empty_server.urls().dagster) as connection:
        connection.execute("create table made_by_dagster ()")


def test_a_database_that_an_administrator_made_is_taken_over(
    empty_server: EmbeddedPostgres,
) -> None:
    with psycopg.connect(empty_server.admin_url, autocommit=True) as connection:
        connection.execute("create database shop")
    urls = roles.external_urls(empty_server.url_for("shop", "postgres"))
    upgrade(urls)
    with psycopg.connect(urls.owner) as connection:
        owners = connection.execute(
            "select distinct tableowner::text from pg_tables where schemaname = 'public'"
        )
        assert owners.fetchall() == [(roles.OWNER,)]
