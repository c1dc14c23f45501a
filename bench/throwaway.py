"""A throw-away stack for benchmarks: embedded server, sandbox, code server, daemon."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from resources.postgres.server import roles
from resources.postgres.server.embedded import EmbeddedPostgres
from resources.postgres.server.upgrade import migrate
from tests.support.lively import Lively, lively
from tests.support.sandbox_processes import sandboxes


@contextmanager
def stack(*sandbox: str, warm: bool = True) -> Iterator[tuple[Lively, EmbeddedPostgres]]:
    """A stack whose run processes are forked warm, or spawned as Dagster does, and its server."""
    with (
        tempfile.TemporaryDirectory(prefix="infringement-bench-") as name,
        sandboxes() as start,
    ):
        folder = Path(name)
        folder.chmod(0o711)  # the server may run as another user
        log = folder / "requests.jsonl"
        url = start(*sandbox, "--log", str(log))
        server = EmbeddedPostgres(folder)
        try:
            server.start()
            roles.ensure_roles(server.admin_url)
            for database in (roles.APP_DATABASE, roles.DAGSTER_DATABASE):
                roles.ensure_database(server.admin_url, database)
            urls = server.urls(roles.APP_DATABASE)
            urls = replace(urls, dagster=server.url_for(roles.DAGSTER_DATABASE, roles.OWNER))
            migrate(urls.owner)
            with lively(urls, folder, url, log, warm=warm) as running:
                yield running, server
        finally:
            server.destroy()
