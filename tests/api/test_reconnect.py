from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

from infringement_dagster.domain.event import NewEvent
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events import event_store
from tests.api.conftest import make_key
from tests.api.stream_readers import Reader
from tests.support.api_process import api_process

# FULL_TESTS=1 runs the numbers that the API promises, 40 s of two cores.
FULL = os.environ.get("FULL_TESTS") == "1"
READERS, DISCONNECTS, KILLS, EVENTS = (200, 20, 3, 240) if FULL else (50, 8, 2, 120)


def api(urls: DatabaseUrls, folder: Path) -> AbstractContextManager[tuple[object, int]]:
    """An API that refuses no reader for what one client may hold."""
    settings = {
        "INFRINGEMENT_API_REQUESTS_PER_MINUTE": "1000000",
        "INFRINGEMENT_API_CLIENT_REQUESTS_PER_MINUTE": "1000000",
        "INFRINGEMENT_API_CLIENT_STREAMS_MAX": "1000",
    }
    return api_process(urls, folder, str(folder / "objects"), settings)


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
            with api(database_urls, tmp_path) as (_, port):
                ports.append(port)
                time.sleep(1.0)
            assert not reading.done()
        with api(database_urls, tmp_path) as (_, port):
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
