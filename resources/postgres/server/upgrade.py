"""Brings a server to the current schema: roles, databases, migrations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.errors import UndefinedTable

from infringement_dagster.domain.errors import PermanentError
from resources.postgres.database import DatabaseUrls, unavailable
from resources.postgres.server.roles import (
    MIGRATION_LOCK,
    database_of,
    ensure_database,
    ensure_roles,
)

_MIGRATIONS = Path(__file__).parents[1] / "migrations"


class DatabaseRefused(PermanentError):
    """The server answers, but does not let this login do what an upgrade needs."""


def upgrade(urls: DatabaseUrls) -> None:
    """Guarantees roles, the product's and Dagster's databases, and the newest schema.

    Safe to run from several processes at once, and again on a database that is up to date. Raises
    DatabaseUnavailable, DatabaseRefused and UnsafeRole.
    """
    with _refusals_explained(urls.admin):
        ensure_roles(urls.admin)
        ensure_database(urls.admin, database_of(urls.owner))
        if _server_of(urls.dagster) == _server_of(urls.owner):
            ensure_database(urls.admin, database_of(urls.dagster))
        if not _is_newest(urls.owner):
            migrate(urls.owner)


def migrate(owner_url: str) -> None:
    """Guarantees the newest schema in the database of `owner_url`, whose roles exist."""
    # Half a second of CPU and 30 MB, which nobody needs whose database is up to date.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import NullPool, create_engine, text  # noqa: PLC0415
    from sqlalchemy.engine import make_url  # noqa: PLC0415

    engine = create_engine(
        make_url(owner_url).set(drivername="postgresql+psycopg"), poolclass=NullPool
    )
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()  # the lock is the session's, not this transaction's
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _server_of(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _is_newest(owner_url: str) -> bool:
    newest = max((_MIGRATIONS / "versions").glob("v*.py"))
    revision = re.search(r'^revision = "(\w+)"', newest.read_text(), re.MULTILINE)
    with psycopg.connect(owner_url) as connection:
        try:
            found = connection.execute("select version_num from alembic_version").fetchall()
        except UndefinedTable:
            return False
    return revision is not None and found == [(revision[1],)]


@contextmanager
def _refusals_explained(admin_url: str) -> Iterator[None]:
    try:
        yield
    except psycopg.OperationalError as error:
        raise unavailable(admin_url, str(error).partition("\n")[0]) from error
    except Exception as error:
        refusal = error if isinstance(error, psycopg.Error) else getattr(error, "orig", None)
        if not isinstance(refusal, psycopg.Error):
            raise
        raise DatabaseRefused(
            f"the login of DATABASE_URL cannot set the database up: {_words(refusal)}; give an "
            "administrating login of PostgreSQL 15 or newer with its extension pg_trgm"
        ) from error


def _words(error: psycopg.Error) -> str:
    return error.diag.message_primary or str(error).partition("\n")[0]
