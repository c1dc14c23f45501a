from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from infringement_dagster.domain.event import NewEvent
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events import event_store
from resources.settings import PROJECT_DIR
from tests.api.conftest import make_key
from tests.api.stream_readers import Reader

# FULL_TESTS=1 runs the numbers that the API promises, 40 s of two cores.
FULL = os.environ.get("FULL_TESTS") == "1"
READERS, DISCONNECTS, KILLS, EVENTS = (200, 20, 3, 240) if FULL else (50, 8, 2, 120)


@contextmanager
def api_process(urls: DatabaseUrls, directory: Path) -> Iterator[int]:
    """The port of an API in a process of its own, killed without warning at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = os.environ | {
        "DATABASE_URL": urls.admin,
        "DATABASE_APP_URL": urls.app,
        "DATABASE_ADMISSION_URL": urls.admission,
        "DATABASE_IDENTITY_URL": urls.identity,
        "OBJECT_STORE_URL": str(directory / "objects"),
        "INFRINGEMENT_API_REQUESTS_PER_MINUTE": "1000000",
        "INFRINGEMENT_API_CLIENT_REQUESTS_PER_MINUTE": "1000000",
        "INFRINGEMENT_API_CLIENT_STREAMS_MAX": "1000",
    }
    with (directory / "api.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "api", "--port", str(port)],
            env=environment,
            cwd=PROJECT_DIR,
            stderr=log,
        )
        try:
            deadline = time.monotonic() + 30
            while not answers(port):
                assert process.poll() is None, (directory / "api.log").read_text()[-2000:]
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield port
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_every_reader_gets_every_event_once_through_disconnects_and_kills(
    database: Database, database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    key = make_key(database, "acme", "viewer")
    ports = [0]
    readers = [
        Reader("/v1/clients/acme/events", key, lambda: ports[-1], DISCONNECTS)
        for _ in range(READERS)
    ]

    async def read_all() -> None:
        async with asyncio.timeout(120):
            await asyncio.gather(*(reader.read_up_to(EVENTS) for reader in readers))

    with ThreadPoolExecutor(2) as threads:
        reading = threads.submit(asyncio.run, read_all())
        written = threads.submit(write, database)
        for _ in range(KILLS):
            with api_process(database_urls, tmp_path) as port:
                ports.append(port)
                time.sleep(1.0)
            assert not reading.done()
        with api_process(database_urls, tmp_path) as port:
            ports.append(port)
            written.result()
            reading.result()
    for reader in readers:
        assert reader.seen == list(range(1, EVENTS + 1))
    assert min(reader.connections for reader in readers) > DISCONNECTS


def write(database: Database) -> None:
    """Writes while servers come and go; the last event ends the readers."""
    for _ in range(EVENTS // 2):
        with database.client("acme") as c:
            event_store.append_events(c, "acme", [NewEvent("run.progress")] * 2)
        time.sleep(0.15)
