"""The installation that a command works on: its migrated database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.embedded import embedded_or_external
from resources.postgres.server.upgrade import upgrade
from resources.settings import Settings


@contextmanager
def open_urls(settings: Settings) -> Iterator[DatabaseUrls]:
    """The URLs of a migrated database, on the embedded server unless `DATABASE_URL` is set."""
    with embedded_or_external(settings) as urls:
        upgrade(urls)
        yield urls


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The migrated database."""
    with open_urls(settings) as urls, Database(urls) as database:
        yield database
