"""The real stack on databases of its own: sandbox, code server and daemon, once for all tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from resources.postgres.server import roles
from resources.postgres.server.embedded import EmbeddedPostgres
from tests.conftest import fresh_database
from tests.support.lively import Lively, lively
from tests.support.sandbox_processes import sandboxes


@pytest.fixture(scope="package")  # it sets the environment: nothing else may run beside it
def stack(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[Lively]:
    """A running stack that reads from a slow sandbox, so that there is time to interfere."""
    latencies = ("--latency-ms", "600", "--photo-latency-ms", "150")
    with fresh_stack(postgres, migrated_template, *latencies) as stack:
        stack.add("first")
        stack.end(stack.ask("first"))  # the daemon takes some seconds to begin
        yield stack


@contextmanager
def fresh_stack(postgres: EmbeddedPostgres, template: str, *sandbox: str) -> Iterator[Lively]:
    """A stack on two fresh databases that reads from a sandbox with these options."""
    with ExitStack() as parts:
        start = parts.enter_context(sandboxes())
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="infringement-life-")))
        log = folder / "requests.jsonl"
        url = start(*sandbox, "--log", str(log))
        ours = parts.enter_context(fresh_database(postgres, template))
        dagsters = parts.enter_context(fresh_database(postgres, "template1"))
        urls = replace(postgres.urls(ours), dagster=postgres.url_for(dagsters, roles.OWNER))
        yield parts.enter_context(lively(urls, folder, url, log))
