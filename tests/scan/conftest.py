from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.postgres.database import DatabaseUrls
from tests.scan.installation import Installation, demo_client, installation

CLIENT = "kelvarra"


@pytest.fixture
def kelvarra(
    database_urls: DatabaseUrls, dagster_database_url: str, tmp_path: Path, sandbox_url: str
) -> Iterator[Installation]:
    """An installation with one demo client, reading from a sandbox without faults."""
    with installation(database_urls, dagster_database_url, tmp_path, sandbox_url) as installed:
        installed.add(demo_client(CLIENT))
        yield installed
