"""Pages whose jobs a vendor is paid for: a server whose workers know the sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.app import create_app
from api.settings import ApiSettings
from resources.objects.store import ObjectStore
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.embedded import EmbeddedPostgres
from tests.api.conftest import serving
from tests.conftest import fresh_database


# A database of their own: workers of any other server would take these jobs, and know no sandbox.
@pytest.fixture(scope="module")
def database_urls(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[DatabaseUrls]:
    with fresh_database(postgres, migrated_template) as name:
        yield postgres.urls(name)


@pytest.fixture(scope="module")
def database(database_urls: DatabaseUrls) -> Iterator[Database]:
    with Database(database_urls) as database:
        yield database


@pytest.fixture(scope="module")
def server_url(
    database_urls: DatabaseUrls, objects: ObjectStore, sandbox_url: str
) -> Iterator[str]:
    """A server of these tests, whose workers know the sandbox."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INFRINGEMENT_SANDBOX_URL", sandbox_url)
        settings = ApiSettings(port=0)
        with serving(create_app(database_urls, objects, settings), settings) as url:
            yield url


@pytest.fixture(scope="module")
def base_url(server_url: str) -> str:
    return server_url.replace("127.0.0.1", "localhost")
