"""The database fixtures: one embedded server per session, one database per test."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from psycopg import sql

from infringement_dagster.evidence.signature import new_signing_key
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server import roles
from resources.postgres.server.embedded import EmbeddedPostgres
from resources.postgres.server.upgrade import migrate
from tests.support.browser import HOW_TO_GET_IT, LEFT_OUT
from tests.support.scratch import memory_with_room

pytest_plugins = [
    "tests.support.handing_out",
    "tests.support.sandbox_processes",
    "tests.support.time_stamp_server",
    "tests.support.s3_server",
    "tests.support.scanner",
]

# A shell's background jobs ignore SIGINT. Dagster gives SIGTERM the same handler, and what is
# started after that, such as the processes that copy its logs, cannot be stopped by it either.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A loaded machine takes a second where an idle one takes a millisecond: time is no finding.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")

TEMPLATE = "infringement_template"
DAGSTER_TEMPLATE = "dagster_template"


_SCRATCH_BYTES = 4 << 30  # the suite holds 600 MB at once

_SETTINGS = (
    "DATABASE_",
    "DAGSTER_",
    "EVIDENCE_",
    "OBJECT_STORE_",
    "SCRAPERAPI_",
    "EBAY_",
    "INFRINGEMENT_",
    "COPY_DESCRIPTOR_",
    "SMTP_",
    "MAIL_",
)


def pytest_configure() -> None:
    """Forgets the settings of whoever runs the tests: they may name real databases.

    Evidence is signed with a key of the tests' own, so that none is made in the clone.
    Databases and other files are kept in memory where there is room, unless TMPDIR is set.
    """
    if "TMPDIR" not in os.environ and (place := memory_with_room(_SCRATCH_BYTES)):
        os.environ["TMPDIR"] = tempfile.tempdir = str(place)
    for name in [name for name in os.environ if name.startswith(_SETTINGS)]:
        del os.environ[name]
    os.environ["EVIDENCE_SIGNING_KEY"] = new_signing_key().private_pem.decode()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Says last how many tests of pages were left out, and how to get them."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:  # a worker's session
        return
    skipped = reporter.stats.get("skipped", [])
    left_out = sum(LEFT_OUT in str(report.longrepr) for report in skipped)
    if left_out:
        reporter.write_line(f"{left_out} tests of pages were left out: {HOW_TO_GET_IT}")


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """The session's server; its roles exist."""
    # Not pytest's tmp_path: it is closed to the user whom the server runs as, which costs a copy.
    state_dir = Path(tempfile.mkdtemp(prefix="infringement-tests-"))
    state_dir.chmod(0o711)
    server = EmbeddedPostgres(state_dir, durable=False)
    try:
        server.start()
        roles.ensure_roles(server.admin_url)
        yield server
    finally:
        server.destroy()
        shutil.rmtree(state_dir)


@pytest.fixture(scope="session")
def migrated_template(postgres: EmbeddedPostgres) -> str:
    """The name of a database with the newest schema that nobody is connected to."""
    roles.ensure_database(postgres.admin_url, TEMPLATE)
    migrate(postgres.urls(TEMPLATE).owner)
    return TEMPLATE


@pytest.fixture
def database_urls(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[DatabaseUrls]:
    """The URLs of a fresh migrated database of this test; Dagster's has its own fixture."""
    with fresh_database(postgres, migrated_template) as name:
        yield postgres.urls(name)


@pytest.fixture
def database(database_urls: DatabaseUrls) -> Iterator[Database]:
    """A fresh migrated database, reached as the application and admission roles only."""
    with Database(database_urls) as database:
        yield database


@pytest.fixture
def admin(database_urls: DatabaseUrls) -> Iterator[psycopg.Connection]:
    """A superuser's connection, to look at and move what no caller may."""
    url = roles.with_database(database_urls.admin, roles.database_of(database_urls.owner))
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def empty_database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The URL of a database without a table, which the schema's owner may fill."""
    with fresh_database(postgres, "template1") as name:
        yield postgres.url_for(name, roles.OWNER)


@pytest.fixture(scope="session")
def dagster_template(postgres: EmbeddedPostgres) -> str:
    """The name of a database with Dagster's tables that nobody is connected to.

    Dagster takes 0.7 s of a core to make them, a clone of them 0.1 s.
    """
    # Tests without Dagster need not wait for its import.
    from infringement_dagster.engine.storage import PooledPostgresStorage  # noqa: PLC0415

    roles.ensure_database(postgres.admin_url, DAGSTER_TEMPLATE)
    storage = PooledPostgresStorage(postgres.url_for(DAGSTER_TEMPLATE, roles.OWNER))
    storage.run_storage._engine.dispose()  # type: ignore[attr-defined]
    with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
        disconnect(connection, DAGSTER_TEMPLATE)
    return DAGSTER_TEMPLATE


@pytest.fixture
def dagster_database_url(postgres: EmbeddedPostgres, dagster_template: str) -> Iterator[str]:
    """The URL of a fresh database for Dagster's storage."""
    with fresh_database(postgres, dagster_template) as name:
        yield postgres.url_for(name, roles.OWNER)


@contextlib.contextmanager
def fresh_database(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    """The name of a database cloned from the template, dropped at the end."""
    name = f"t_{uuid4().hex[:12]}"
    names = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
    names["owner"] = sql.Identifier(roles.OWNER)
    create = sql.SQL("create database {name} template {template} owner {owner} strategy file_copy")
    with psycopg.connect(postgres.admin_url, autocommit=True) as connection:
        connection.execute(create.format(**names))
        yield name
        disconnect(connection, name)
        connection.execute(sql.SQL("drop database {name} with (force)").format(**names))


def disconnect(admin: psycopg.Connection, name: str) -> None:
    """Guarantees that no session is left; a forced drop would look for that every 0.1 s only."""
    deadline = time.monotonic() + 60
    while admin.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,)
    ).rowcount:
        assert time.monotonic() < deadline, f"somebody stays connected to {name}"
        time.sleep(0.002)
