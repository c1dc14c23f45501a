"""Brings a server to the current schema: roles, databases, migrations."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from alembic import command
from alembic.config import Config
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.engine import make_url

from resources.postgres.database import DatabaseUrls
from resources.postgres.server.roles import (
    MIGRATION_LOCK,
    database_of,
    ensure_database,
    ensure_roles,
)

_MIGRATIONS = Path(__file__).parents[1] / "migrations"


def upgrade(urls: DatabaseUrls) -> None:
    """Guarantees roles, the product's and Dagster's databases, and the newest schema.

    Safe to run from several processes at once, and again on a database that is up to date.
    """
    ensure_roles(urls.admin)
    ensure_database(urls.admin, database_of(urls.owner))
    if _server_of(urls.dagster) == _server_of(urls.owner):
        ensure_database(urls.admin, database_of(urls.dagster))
    migrate(urls.owner)


def migrate(owner_url: str) -> None:
    """Guarantees the newest schema in the database of `owner_url`, whose roles exist."""
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
