"""Back to the moment before an accident, by a base backup and the archived log."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from infringement_dagster.domain.event import NewEvent
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.server.data_directory import Placement, place
from resources.postgres.server.embedded import EmbeddedPostgres
from resources.postgres.server.roles import APP_DATABASE, with_database
from resources.postgres.server.upgrade import upgrade
from tests.deploy.test_backup import program, rows_of
from tests.support.furnishing import furnish


@contextmanager
def server(state_dir: Path) -> Iterator[EmbeddedPostgres]:
    running = EmbeddedPostgres(state_dir, durable=False)
    try:
        running.start()
        yield running
    finally:
        running.destroy()


def given_to_server(path: Path, where: Placement) -> Path:
    """The path, now of the user who runs the server."""
    if where.user_ids:
        for each in (path, *path.rglob("*")):
            shutil.chown(each, *where.user_ids)
    return path


def archive_log(running: EmbeddedPostgres, where: Placement) -> Path:
    """The place in which the log of all that comes now is kept."""
    archive = where.home / "archive"  # where the server's user may go
    archive.mkdir()
    command = sql.Literal(f"cp %p {given_to_server(archive, where)}/%f")
    with psycopg.connect(running.admin_url, autocommit=True) as c:
        c.execute("ALTER SYSTEM SET archive_mode = 'on'")
        c.execute(sql.SQL("ALTER SYSTEM SET archive_command = {}").format(command))
    running.stop()
    running.start()
    return archive


def logged_rows(url: str) -> dict[str, int]:
    """How many rows each table holds that outlives a crash; turns, for one, begin anew."""
    with psycopg.connect(url) as c:
        unlogged = c.execute("SELECT relname FROM pg_class WHERE relpersistence = 'u'").fetchall()
    return {name: rows for name, rows in rows_of(url).items() if (name,) not in unlogged}


def restore(backup: Path, moment: str, where: Placement) -> None:
    """Guarantees a data directory that, once started, is what the server was at the moment."""
    where.home.mkdir(parents=True, exist_ok=True)
    shutil.copytree(backup / "base", where.data_dir)
    shutil.copytree(backup / "archive", where.home / "archive")
    (where.data_dir / "recovery.signal").touch()
    with (where.data_dir / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"restore_command = 'cp {where.home}/archive/%f %p'\n")
        settings.write(f"recovery_target_time = '{moment}'\n")
        settings.write("recovery_target_action = 'promote'\narchive_mode = 'off'\n")
    given_to_server(where.home, where)
    where.data_dir.chmod(0o700)


def test_an_accident_is_undone_to_the_moment_before_it(tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    with server(tmp_path / "kept") as kept:
        upgrade(kept.urls())
        archive = archive_log(kept, place(tmp_path / "kept"))
        with Database(kept.urls()) as database:
            furnish(database, "acme")
            options = ["-d", kept.admin_url, "--checkpoint=fast"]
            command = [program("pg_basebackup"), "-D", str(backup / "base"), *options]
            subprocess.run(command, check=True, capture_output=True)
            furnish(database, "beta")  # is in the log alone
        admin_url = with_database(kept.admin_url, APP_DATABASE)
        before = logged_rows(admin_url)
        with psycopg.connect(admin_url, autocommit=True) as c:
            (moment,) = c.execute("SELECT clock_timestamp()::text").fetchone() or ("",)
            c.execute("TRUNCATE cases, listings CASCADE")
        assert rows_of(admin_url)["cases"] == 0
        kept.stop()  # what is left of the log is archived
        shutil.copytree(archive, backup / "archive")
    restore(backup, moment, place(tmp_path / "again"))
    with server(tmp_path / "again") as again:
        until_promoted(again)
        assert logged_rows(with_database(again.admin_url, APP_DATABASE)) == before
        with Database(again.urls()) as database, database.client("beta") as c:
            last = event_store.last_numbers(c, ["beta"])["beta"]
            (number,) = event_store.append_events(c, "beta", [NewEvent("case.gone")])
            assert number == last + 1


def until_promoted(running: EmbeddedPostgres) -> None:
    """Returns once the server takes writes."""
    with psycopg.connect(running.admin_url, autocommit=True) as c:
        c.execute("SELECT pg_promote(wait => true) WHERE pg_is_in_recovery()")
