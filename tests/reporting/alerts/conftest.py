from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from resources.postgres.database import DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from tests.support.mail_server import MailServer, mail_server


@pytest.fixture
def admin(database_urls: DatabaseUrls) -> Iterator[psycopg.Connection]:
    """A superuser's connection, to look at and move what no caller may."""
    url = with_database(database_urls.admin, database_of(database_urls.owner))
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def post() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server
