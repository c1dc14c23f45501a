from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import event, text

from infringement_dagster.engine.storage import PooledPostgresStorage
from resources.postgres.server import roles
from resources.postgres.server.embedded import EmbeddedPostgres
from tests.conftest import fresh_database


@pytest.fixture
def url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database in which Dagster has no table yet."""
    with fresh_database(postgres, "template1") as name:
        yield postgres.url_for(name, roles.OWNER)


def test_the_storages_of_all_instances_share_connections_and_find_their_tables(url: str) -> None:
    first, second = PooledPostgresStorage(url), PooledPostgresStorage(url)
    engine = first.run_storage._engine  # type: ignore[attr-defined]
    assert engine is second.event_log_storage._engine  # type: ignore[attr-defined]
    assert second.event_log_storage.supports_asset_checks
    assert second.run_storage.has_run_stats_index_cols()  # type: ignore[attr-defined]
    assert second.run_storage.get_runs() == []
    engine.dispose()


def test_the_catalog_is_asked_once(url: str) -> None:
    storage = PooledPostgresStorage(url)
    engine = storage.run_storage._engine  # type: ignore[attr-defined]
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    for _ in range(5):
        storage.run_storage.get_run_records(limit=1)
        assert storage.event_log_storage.has_table("asset_event_tags")  # type: ignore[attr-defined]
        assert not storage.event_log_storage.has_table("nonsense")  # type: ignore[attr-defined]
    engine.dispose()
    of_catalog = [statement for statement in asked if "pg_catalog" in statement]
    assert of_catalog
    assert len(of_catalog) == len(set(of_catalog))


def test_a_connection_that_the_server_ended_is_replaced(
    url: str, postgres: EmbeddedPostgres
) -> None:
    storage = PooledPostgresStorage(url)
    engine = storage.run_storage._engine  # type: ignore[attr-defined]
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        assert admin.execute("SELECT pg_terminate_backend(%s, 10000)", (kept,)).fetchone() == (
            True,
        )
    assert storage.run_storage.get_runs() == []
    with engine.connect() as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar_one() != kept
    engine.dispose()
