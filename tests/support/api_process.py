"""An API in a process of its own, as an installation runs it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resources.postgres.database import DatabaseUrls
from resources.settings import PROJECT_DIR

READY_SECONDS_MAX = 180  # a start takes 2 s of a core, 50 s on a machine at load 13


@contextmanager
def api_process(
    urls: DatabaseUrls, folder: Path, objects: str, settings: dict[str, str]
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The process and its port; killed without warning at the end, its log is `folder/api.log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = {
        "DATABASE_URL": urls.admin,
        "DATABASE_APP_URL": urls.app,
        "DATABASE_ADMISSION_URL": urls.admission,
        "DATABASE_IDENTITY_URL": urls.identity,
        "OBJECT_STORE_URL": objects,
    }
    log = folder / "api.log"
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "api", "--port", str(port)],
            env=os.environ | environment | settings,
            cwd=PROJECT_DIR,
            stderr=file,
        )
        try:
            deadline = time.monotonic() + READY_SECONDS_MAX
            while not _accepts(port):
                assert process.poll() is None, log.read_text()[-2000:]
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield process, port
        finally:
            process.kill()
            process.wait()


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
