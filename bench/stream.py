"""Event streams under load, beside FastAPI's own server-sent events in the same run.

`python bench/stream.py [--quick]`: SUBSCRIBERS streams of one client x RATE events a second for a
while, read by a process of its own. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import re
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import uvicorn
from fastapi import FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent

sys.path.insert(0, str(Path(__file__).parents[1]))

from api.app import create_app
from api.server import ApiServer
from api.settings import ApiSettings
from bench.throwaway_database import throwaway_database
from infringement_dagster.domain.event import NewEvent
from resources.identity.credentials import new_api_key
from resources.objects.store import ObjectStore
from resources.postgres.clients import operator_store
from resources.postgres.clients.client_store import add_client
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events import event_store

RATE = 5.0
_ID = re.compile(rb"^id: (\d+)", re.MULTILINE)
_SENT_AT = re.compile(rb'"sent_at":\s*([\d.]+)')


@dataclass(frozen=True)
class Outcome:
    """What the readers of one server saw."""

    subscribers: int
    events: int
    lost: int
    out_of_order: int
    p50_ms: float
    p99_ms: float
    kb_per_subscriber: float
    server_cpu_s: float


def _number_and_sent_at(frame: bytes) -> tuple[int, float] | None:
    number, sent = _ID.search(frame), _SENT_AT.search(frame)
    return (int(number[1]), float(sent[1])) if number and sent else None


async def opened_stream(
    port: int, path: str, key: str
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """An open stream; who is refused, as a client has 100 requests open, asks again."""
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n"
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " in answer.partition(b"\r\n")[0]:
            return reader, writer
        writer.close()
        await asyncio.sleep(0.5)


async def read_streams(
    port: int, path: str, key: str, subscribers: int, events: int, ready: Connection
) -> tuple[list[list[int]], list[float]]:
    """The numbers that each stream got, and the seconds from sending to reading."""
    numbers: list[list[int]] = [[] for _ in range(subscribers)]
    waits: list[float] = []
    reading: list[asyncio.Future[None]] = []
    opened = 0

    async def read_some(mine: list[int]) -> None:
        nonlocal opened
        reader, writer = await opened_stream(port, path, key)
        opened += 1
        if opened == subscribers:
            ready.send(True)
        rest = b""
        while len(mine) < events:
            received = await reader.read(65536)
            if not received:
                return
            at = time.time()
            *frames, rest = (rest + received).split(b"\n\n")
            for number, sent in filter(None, map(_number_and_sent_at, frames)):
                mine.append(number)
                waits.append(at - sent)
        writer.close()

    # What has not arrived 20 s after the last event was sent counts as lost.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(events / RATE + subscribers / 300 + 20):
            for first in range(0, subscribers, 50):  # a listen queue takes so many at once
                some = numbers[first : first + 50]
                reading.extend(asyncio.ensure_future(read_some(mine)) for mine in some)
                await asyncio.sleep(0.15)
            await asyncio.gather(*reading)
    return numbers, waits


def reader_process(
    port: int, path: str, key: str, subscribers: int, events: int, results: Connection
) -> None:
    results.send(asyncio.run(read_streams(port, path, key, subscribers, events, results)))


@contextmanager
def serving(server: uvicorn.Server) -> Iterator[int]:
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield int(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    thread.join()


def measure(port: int, path: str, key: str, subscribers: int, events: int, send: Sender) -> Outcome:
    """Opens the streams, sends the events at an even pace, and looks at what arrived."""
    process = psutil.Process()
    parent, child = multiprocessing.get_context("spawn").Pipe()
    readers = multiprocessing.get_context("spawn").Process(
        target=reader_process, args=(port, path, key, subscribers, events, child)
    )
    before_bytes = process.memory_info().rss
    readers.start()
    assert parent.recv() is True
    opened_bytes = process.memory_info().rss
    cpu_before = sum(process.cpu_times()[:2])
    began = time.monotonic()
    for number in range(events):
        time.sleep(max(0.0, began + number / RATE - time.monotonic()))
        send()
    numbers, waits = parent.recv()
    readers.join()
    waits.sort()
    wanted = events * subscribers
    return Outcome(
        subscribers=subscribers,
        events=events,
        lost=wanted - sum(len(set(mine)) for mine in numbers),
        out_of_order=sum(mine != sorted(mine) for mine in numbers),
        p50_ms=round(waits[len(waits) // 2] * 1000, 1),
        p99_ms=round(waits[int(len(waits) * 0.99)] * 1000, 1),
        kb_per_subscriber=round((opened_bytes - before_bytes) / subscribers / 1000, 1),
        server_cpu_s=round(sum(process.cpu_times()[:2]) - cpu_before, 1),
    )


class Sender:
    """Sends one event that says when it was sent."""

    def __call__(self) -> None:
        raise NotImplementedError


class StoredEvents(Sender):
    """Through Postgres, as the pipeline does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self) -> None:
        with self._database.client("bench") as c:
            body = {"sent_at": time.time(), "phase": "raw_listings", "done": 5, "total": 90}
            event_store.append_events(c, "bench", [NewEvent("run.progress", body)])


class NativeEvents(Sender):
    """FastAPI's own streams, fed from memory: no database, no authentication."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self._queues: set[asyncio.Queue[ServerSentEvent]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sent = 0
        self.app.get("/events", response_class=EventSourceResponse)(self.events)

    async def events(self) -> AsyncIterator[ServerSentEvent]:
        self._loop = asyncio.get_running_loop()
        queue: asyncio.Queue[ServerSentEvent] = asyncio.Queue()
        self._queues.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._queues.discard(queue)

    def __call__(self) -> None:
        self._sent += 1
        body = {"sent_at": time.time(), "phase": "raw_listings", "done": 5, "total": 90}
        event = ServerSentEvent(id=str(self._sent), event="run.progress", data=body)
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: ServerSentEvent) -> None:
        for queue in self._queues:
            queue.put_nowait(event)


def measure_ours(urls: DatabaseUrls, directory: Path, subscribers: int, events: int) -> Outcome:
    database = Database(urls)
    key = new_api_key()
    with database.client("bench") as c:
        add_client(c, "bench", "Bench")
    with database.identity() as c:
        operator_store.add_operator_key(c, key, name="bench")
    settings = ApiSettings(
        port=0,
        requests_per_minute=1_000_000,
        client_requests_per_minute=10_000_000,
        streams_max=5000,
        client_streams_max=5000,
    )
    app = create_app(urls, ObjectStore(str(directory / "objects")), settings)
    with serving(ApiServer(app, settings)) as port:
        path = "/v1/clients/bench/events"
        outcome = measure(port, path, key.text, subscribers, events, StoredEvents(database))
    database.close()
    return outcome


def measure_native(subscribers: int, events: int) -> Outcome:
    native = NativeEvents()
    server = uvicorn.Server(
        uvicorn.Config(
            native.app, port=0, log_level="error", backlog=4096, timeout_graceful_shutdown=1
        )
    )
    with serving(server) as port:
        return measure(port, "/events", "-", subscribers, events, native)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    subscribers, seconds = (200, 8) if quick else (1000, 60)
    events = int(seconds * RATE)
    with throwaway_database() as (urls, directory):
        ours = measure_ours(urls, directory, subscribers, events)
        native = measure_native(subscribers, events)
    print(f"{'':20}{'this API':>12}{'fastapi.sse':>14}")
    for name, value in asdict(ours).items():
        print(f"{name:20}{value:>12}{asdict(native)[name]:>14}")
    print(
        json.dumps(
            asdict(ours)
            | {"native_p99_ms": native.p99_ms, "native_lost": native.lost}
            | {"native_kb_per_subscriber": native.kb_per_subscriber}
        )
    )


if __name__ == "__main__":
    main()
