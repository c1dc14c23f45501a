"""Hands each client's events to all its open streams, reading and encoding every event once.

One task a process. It wakes by NOTIFY on its own connection and by the clock each second, so a
broken connection delays events by a second and loses none: what is read is decided by number.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeVar
from uuid import UUID

import psycopg
from psycopg import AsyncConnection, sql

from api.stream.sse import encode_event
from infringement_dagster.domain.errors import TransientError
from resources.fair_places import FairPlaces
from resources.postgres.clients import identity_store
from resources.postgres.clients.client_store import UnknownClient
from resources.postgres.clients.identity_store import REVOCATION_CHANNEL
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.events.event_store import CHANNEL
from resources.postgres.events.records import EventRow

READ_AT_ONCE = 500
QUEUE_CHUNKS_MAX = 64  # chunks are shared by all queues, so a full one costs pointers
POLL_SECONDS = 1.0
RECHECK_SECONDS = 15.0
RECONNECT_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
REPLAYS, REPLAYS_OF_CLIENT = 3, 1
REPLAY_AT_ONCE = 100  # 30 kB, of which a stream that is not read keeps two
PAGES_KEPT = 50  # of a client while it has streams: 1.5 MB
# Of a client with more streams in line than a team has pages open, replays take a fifth of a core.
REPLAYS_WAITING_MAX = 10
REST_FACTOR = 4.0
log = logging.getLogger("api.stream.feed")

Ending = Literal["too_slow", "revoked", "shutdown"]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Events that were read together, encoded for all; a heartbeat when there are none."""

    events: tuple[EventRow, ...]
    frames: tuple[bytes, ...]


HEARTBEAT = Chunk((), ())


@dataclass(eq=False, slots=True)
class Subscription:
    """One open stream."""

    client_id: str
    scan_id: UUID | None
    key_id: str | None
    session_hash: bytes | None
    first_live_no: int = 0  # events up to this number are to be replayed by the reader
    queue: asyncio.Queue[Chunk | Ending] = field(
        default_factory=lambda: asyncio.Queue(QUEUE_CHUNKS_MAX)
    )
    ending: Ending | None = None
    on_end: Callable[[], object] | None = None

    def end(self, why: Ending) -> None:
        """Guarantees that the reader ends, also one that waits for a stalled socket."""
        if self.ending is not None:
            return
        self.ending = why
        try:
            self.queue.put_nowait(why)
        except asyncio.QueueFull:
            if self.on_end is not None:
                self.on_end()


class EventFeed:
    """All open streams of this process."""

    def __init__(self, database: Database, listen_url: str) -> None:
        """Reads by connections and threads of its own, so that live events wait for no request."""
        self._database = database
        self._live_thread = ThreadPoolExecutor(1, thread_name_prefix="live-events")
        self._replay_threads = ThreadPoolExecutor(REPLAYS, thread_name_prefix="replays")
        self._replays = FairPlaces(REPLAYS, REPLAYS_OF_CLIENT)
        self._pages: dict[str, OrderedDict[tuple[int, UUID | None], Chunk]] = {}
        self._listen_url = listen_url
        self._subscriptions: dict[str, set[Subscription]] = {}
        self._read_no: dict[str, int] = {}
        self._wake = asyncio.Event()
        self._recheck = asyncio.Event()
        self._closed = False

    @property
    def count(self) -> int:
        """How many streams are open."""
        return sum(map(len, self._subscriptions.values()))

    def count_of(self, client_id: str) -> int:
        """How many streams of the client are open."""
        return len(self._subscriptions.get(client_id, ()))

    async def run(self) -> None:
        """Serves the streams until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._every(POLL_SECONDS, self._wake, self._read_new))
            tasks.create_task(self._every(RECHECK_SECONDS, self._recheck, self._end_revoked))
            tasks.create_task(self._beat())

    def close(self) -> None:
        """Guarantees that all streams end, and that later ones end at once."""
        self._closed = True
        for subscription in self._all():
            subscription.end("shutdown")

    def release(self) -> None:
        """Guarantees that no thread and no connection stays, once nothing runs."""
        for threads in (self._live_thread, self._replay_threads):
            threads.shutdown(wait=False, cancel_futures=True)
        self._database.close()

    async def subscribe(self, subscription: Subscription) -> None:
        """Guarantees that the subscription gets every event after its `first_live_no`.

        Raises UnknownClient.
        """
        client_id = subscription.client_id
        if client_id not in self._subscriptions:
            last = (await self._live_read(self._last_numbers, [client_id])).get(client_id)
            if last is None:
                raise UnknownClient(client_id)
            self._read_no.setdefault(client_id, last)
        subscription.first_live_no = self._read_no[client_id]
        self._subscriptions.setdefault(client_id, set()).add(subscription)
        if self._closed:
            subscription.end("shutdown")

    def unsubscribe(self, subscription: Subscription) -> None:
        """Guarantees that nothing is kept for the subscription."""
        mine = self._subscriptions.get(subscription.client_id, set())
        mine.discard(subscription)
        if not mine:
            self._subscriptions.pop(subscription.client_id, None)
            self._read_no.pop(subscription.client_id, None)
            self._pages.pop(subscription.client_id, None)

    async def read(
        self, client_id: str, after: int, limit: int, scan_id: UUID | None = None
    ) -> list[EventRow]:
        """At most `limit` stored events after the number."""
        return await self.ask(client_id, self._read, client_id, after, limit, scan_id)

    async def page_after(self, client_id: str, after: int, scan_id: UUID | None) -> Chunk:
        """The next stored events, encoded; once for all streams that begin at the same number."""
        async with self._turn_of(client_id):
            pages = self._pages.setdefault(client_id, OrderedDict())
            page = pages.get((after, scan_id))
            if page is None:
                page = await self._in_replay_thread(self._page, client_id, after, scan_id)
                if len(page.events) == REPLAY_AT_ONCE:  # a shorter one may grow
                    pages[after, scan_id] = page
                    while len(pages) > PAGES_KEPT:
                        pages.popitem(last=False)
        return page

    async def ask(self, client_id: str, work: Callable[..., Result], *arguments: object) -> Result:
        """The result of the work, in a thread for replays, of which each client has a share."""
        async with self._turn_of(client_id):
            return await self._in_replay_thread(work, *arguments)

    @asynccontextmanager
    async def _turn_of(self, client_id: str) -> AsyncIterator[None]:
        await self._replays.take(client_id)
        began = time.perf_counter()
        try:
            yield
        finally:
            is_crowd = self._replays.waiting(client_id) > REPLAYS_WAITING_MAX
            rest_seconds = REST_FACTOR * (time.perf_counter() - began) if is_crowd else 0.0
            self._replays.give_back(client_id, rest_seconds)

    async def _in_replay_thread(self, work: Callable[..., Result], *arguments: object) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._replay_threads, lambda: work(*arguments))

    async def _live_read(self, work: Callable[..., Result], *arguments: object) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._live_thread, lambda: work(*arguments))

    def _read(self, client_id: str, after: int, limit: int, scan_id: UUID | None) -> list[EventRow]:
        with self._database.client(client_id) as c:
            return event_store.events_after(c, client_id, after, limit, scan_id)

    def _page(self, client_id: str, after: int, scan_id: UUID | None) -> Chunk:
        events = self._read(client_id, after, REPLAY_AT_ONCE, scan_id)
        return Chunk(tuple(events), tuple(map(encode_event, events)))

    def _last_numbers(self, client_ids: Sequence[str]) -> dict[str, int]:
        with self._database.identity() as c:
            return event_store.last_numbers(c, client_ids)

    def _all(self) -> list[Subscription]:
        return [event for some in self._subscriptions.values() for event in some]

    async def _listen(self) -> None:
        while True:
            try:
                connection = await AsyncConnection.connect(self._listen_url, autocommit=True)
                async with connection:
                    for channel in (CHANNEL, REVOCATION_CHANNEL):
                        await connection.execute(
                            sql.SQL("LISTEN {}").format(sql.Identifier(channel))
                        )
                    self._wake.set()
                    self._recheck.set()
                    async for notice in connection.notifies():
                        (self._wake if notice.channel == CHANNEL else self._recheck).set()
            except (psycopg.Error, OSError) as error:
                log.warning("event wake-ups are late until the database answers: %s", error)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _every(
        self, seconds: float, wake: asyncio.Event, work: Callable[[], Awaitable[None]]
    ) -> None:
        """Works whenever woken and at least so often; trouble with the database passes."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), seconds)
            wake.clear()
            try:
                await work()
            except (TransientError, psycopg.Error) as error:
                log.warning("could not read events or credentials, trying again: %s", error)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            self._deliver(self._all(), HEARTBEAT)

    async def _read_new(self) -> None:
        if not self._subscriptions:
            return
        numbers = await self._live_read(self._last_numbers, list(self._subscriptions))
        for client_id, last in numbers.items():
            known = self._read_no.get(client_id)
            if known is None or known >= last:
                continue
            events = await self._live_read(self._read, client_id, known, READ_AT_ONCE, None)
            if not events or client_id not in self._read_no:
                continue
            # Somebody may have subscribed meanwhile: they begin at the number before this step.
            self._read_no[client_id] = events[-1].event_no
            chunk = Chunk(tuple(events), tuple(map(encode_event, events)))
            self._deliver(self._subscriptions.get(client_id, ()), chunk)
            if events[-1].event_no < last:
                self._wake.set()  # the others first: a client that is far behind delays nobody

    def _deliver(self, subscriptions: Iterable[Subscription], chunk: Chunk) -> None:
        for subscription in tuple(subscriptions):
            try:
                subscription.queue.put_nowait(chunk)
            except asyncio.QueueFull:
                if chunk is not HEARTBEAT:
                    subscription.end("too_slow")

    async def _end_revoked(self) -> None:
        open_streams = self._all()
        keys = sorted({open_stream.key_id for open_stream in open_streams if open_stream.key_id})
        sessions = sorted(
            {open_stream.session_hash for open_stream in open_streams if open_stream.session_hash}
        )
        if not keys and not sessions:
            return
        live = await self._live_read(self._live, keys, sessions)
        for open_stream in open_streams:
            if (
                open_stream.key_id not in live.key_ids
                and open_stream.session_hash not in live.token_hashes
            ):
                open_stream.end("revoked")

    def _live(
        self, key_ids: Sequence[str], sessions: Sequence[bytes]
    ) -> identity_store.LiveCredentials:
        with self._database.identity() as c:
            return identity_store.live_credentials(c, key_ids, sessions)
