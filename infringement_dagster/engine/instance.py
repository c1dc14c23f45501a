"""The Dagster instance of this installation."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from resources.postgres.database import DatabaseUrls
from resources.settings import SHIPPED_DIR, Settings


@contextmanager
def open_instance(settings: Settings, urls: DatabaseUrls) -> Iterator[dg.DagsterInstance]:
    """The Dagster instance of this installation; `dagster.yaml` reads the environment."""
    os.environ.setdefault("DAGSTER_DATABASE_URL", urls.dagster)
    artifacts = settings.state_dir.resolve() / "dagster"
    os.environ.setdefault("DAGSTER_ARTIFACTS_DIR", str(artifacts))
    with dg.DagsterInstance.from_config(os.environ.get("DAGSTER_HOME", str(SHIPPED_DIR))) as found:
        yield found
