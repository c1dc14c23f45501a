"""One reader's event stream: replay from a number, then live, until its scan or credential ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from uuid import UUID

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http.observability import Metrics
from api.stream.feed import Chunk, EventFeed, Subscription
from api.stream.sse import HEARTBEAT_FRAME, OPENING_FRAME, encode_reset
from infringement_dagster.domain.scan import END_STATES
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.scans import scan_store

# Set for the rest of a request whose reader was shut out before the answer was complete.
_was_cut_off: ContextVar[bool] = ContextVar("stream_was_cut_off", default=False)
_HEAD = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"x-accel-buffering", b"no"),
    ],
}


class EventStream(Response):
    """An ASGI answer that ends when the stream does or its reader leaves."""

    def __init__(
        self,
        feed: EventFeed,
        database: Database,
        subscription: Subscription,
        after: int,
        metrics: Metrics,
    ) -> None:
        super().__init__(media_type="text/event-stream")
        self._feed = feed
        self._database = database
        self._subscription = subscription
        self._sent_no = after
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Sends the stream until it ends or its reader leaves."""
        await send(_HEAD)
        sending = asyncio.ensure_future(self._send_all(send))
        leaving = asyncio.ensure_future(_until_gone(receive))
        self._subscription.on_end = sending.cancel  # frees a sender that a stalled socket holds
        self._metrics.streams.inc()
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._metrics.streams.dec()
            self._feed.unsubscribe(self._subscription)
            leaving.cancel()
            sending.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
        if self._subscription.ending is not None:
            _was_cut_off.set(True)
        if self._subscription.ending == "too_slow":
            self._metrics.dropped.inc()

    async def _send_all(self, send: Send) -> None:
        async for frame in self._frames():
            await send({"type": "http.response.body", "body": frame, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _frames(self) -> AsyncIterator[bytes]:
        yield OPENING_FRAME
        async for frame in self._replay():
            yield frame
        if self._subscription.scan_id is not None and await self._scan_has_ended():
            return
        while True:
            item = await self._subscription.queue.get()
            if not isinstance(item, Chunk):
                return
            frame, is_last = self._frame_of(item)
            if frame:
                yield frame
            if is_last:
                return

    async def _replay(self) -> AsyncIterator[bytes]:
        """Everything stored up to where the live events begin."""
        subscription = self._subscription
        kept = await self._feed.ask(subscription.client_id, self._kept_number)
        if kept != self._sent_no:
            self._sent_no = kept
            yield encode_reset(kept)
        while self._sent_no < subscription.first_live_no:
            page = await self._feed.page_after(
                subscription.client_id, self._sent_no, subscription.scan_id
            )
            stored = sum(event.event_no <= subscription.first_live_no for event in page.events)
            if not stored:
                break
            self._sent_no = page.events[stored - 1].event_no
            yield b"".join(page.frames[:stored])

    def _kept_number(self) -> int:
        """The number asked for, or the nearest one after which all events are kept."""
        client_id = self._subscription.client_id
        with self._database.client(client_id) as c:
            last = client_store.get_client(c, client_id).last_event_no
            first = event_store.first_number(c, client_id)
        oldest = last if first is None else first - 1
        return min(max(self._sent_no, oldest), last)

    async def _scan_has_ended(self) -> bool:
        client_id, scan_id = self._subscription.client_id, self._subscription.scan_id
        return scan_id is not None and await self._feed.ask(
            client_id, scan_has_ended, self._database, client_id, scan_id
        )

    def _frame_of(self, chunk: Chunk) -> tuple[bytes, bool]:
        if not chunk.events:
            return HEARTBEAT_FRAME, False
        wanted = _wanted(self._subscription.scan_id, self._sent_no)
        frames = []
        is_last = False
        for event, frame in zip(chunk.events, chunk.frames, strict=True):
            if wanted(event.event_no, event.scan_id):
                frames.append(frame)
                ends = event.type == "scan.finished"
                is_last = is_last or (ends and self._subscription.scan_id is not None)
        self._sent_no = max(self._sent_no, chunk.events[-1].event_no)
        return b"".join(frames), is_last


def is_not_about_a_cut_off(record: logging.LogRecord) -> bool:
    """A filter for uvicorn's log: False for its error about an answer that we cut off ourselves.

    A stalled socket takes no last chunk, so such an answer cannot be completed; uvicorn closes the
    connection, which is what is wanted.
    """
    return not (_was_cut_off.get() and "without completing response" in record.getMessage())


def _wanted(scan_id: UUID | None, sent_no: int) -> Callable[[int, UUID | None], bool]:
    if scan_id is None:
        return lambda event_no, _: event_no > sent_no
    return lambda event_no, of_scan: event_no > sent_no and of_scan == scan_id


def scan_has_ended(database: Database, client_id: str, scan_id: UUID) -> bool:
    """True when the scan runs no more; raises UnknownScan."""
    with database.client(client_id) as c:
        return scan_store.get_scan(c, client_id, scan_id).state in END_STATES


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
