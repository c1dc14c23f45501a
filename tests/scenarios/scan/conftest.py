from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from resources.postgres.server import roles
from resources.postgres.server.embedded import EmbeddedPostgres
from tests.conftest import fresh_database
from tests.support.installation import Installation, demo_client, installation

CLIENT = "kelvarra"

Install = Callable[[str], Installation]


@pytest.fixture
def install(
    postgres: EmbeddedPostgres, migrated_template: str, dagster_template: str, tmp_path: Path
) -> Iterator[Install]:
    """Makes installations with one demo client, each with databases and a folder of its own.

    The environment is that of the last one made.
    """
    with ExitStack() as made:

        def make(sandbox_url: str) -> Installation:
            ours = made.enter_context(fresh_database(postgres, migrated_template))
            dagsters = made.enter_context(fresh_database(postgres, dagster_template))
            folder = tmp_path / ours
            folder.mkdir()
            dagster_url = postgres.url_for(dagsters, roles.OWNER)
            installed = made.enter_context(
                installation(postgres.urls(ours), dagster_url, folder, sandbox_url)
            )
            installed.add(demo_client(CLIENT))
            return installed

        yield make


@pytest.fixture
def kelvarra(install: Install, sandbox_url: str) -> Installation:
    """An installation with one demo client, reading from a sandbox without faults."""
    return install(sandbox_url)
