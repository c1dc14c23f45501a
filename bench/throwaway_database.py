"""A throw-away Postgres for benchmarks that need nothing else of a stack."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resources.postgres.database import DatabaseUrls
from resources.postgres.server.embedded import EmbeddedPostgres
from resources.postgres.server.upgrade import upgrade


@contextmanager
def throwaway_database() -> Iterator[tuple[DatabaseUrls, Path]]:
    """The newest schema on a server of its own, and a folder; both are gone after the block."""
    with tempfile.TemporaryDirectory(prefix="infringement-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the server may run as another user
        postgres = EmbeddedPostgres(folder, durable=False)
        try:
            postgres.start()
            urls = postgres.urls()
            upgrade(urls)
            yield urls, folder
        finally:
            postgres.destroy()
