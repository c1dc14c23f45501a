"""The real stack on databases of its own: sandbox, code server and daemon, once for all tests.

Belongs here: fixtures. Not here: what is asked of the stack (`lively.py`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from resources.postgres import roles
from resources.postgres.embedded import EmbeddedPostgres
from tests.conftest import fresh_database
from tests.life.lively import Lively, lively
from tests.sandbox_processes import sandboxes


@pytest.fixture(scope="package")  # it sets the environment: nothing else may run beside it
def stack(
    postgres: EmbeddedPostgres, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lively]:
    """A running stack that reads from a slow sandbox, so that there is time to interfere."""
    with ExitStack() as parts:
        start = parts.enter_context(sandboxes())
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="infringement-life-")))
        log = folder / "requests.jsonl"
        url = start("--latency-ms", "600", "--photo-latency-ms", "150", "--log", str(log))
        ours = parts.enter_context(fresh_database(postgres, migrated_template))
        dagsters = parts.enter_context(fresh_database(postgres, "template1"))
        urls = replace(postgres.urls(ours), dagster=postgres.url_for(dagsters, roles.OWNER))
        stack = parts.enter_context(lively(urls, folder, url, log))
        stack.add("first")
        stack.end(stack.ask("first"))  # the daemon takes some seconds to begin
        yield stack
