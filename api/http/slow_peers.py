"""Connections whose peer has to speak: who does not finish a request in time is cut off.

uvicorn waits for ever for the headers of a request, takes as many as come, and reads a body before
anybody wants it. Half-open connections (no whole request yet) are capped as well: where there are
too many, the one that has been half-open longest makes room for the next, and a caller who means
it is half-open for milliseconds.
"""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from api.http.connections import TimedWrites

HEAD_SECONDS = 10.0
LINGER_SECONDS = 5.0  # to send the rest of a body that was refused before it had come
HEAD_BYTES_MAX = 32 * 2**10
HEADERS_MAX = 100
PIPELINED_MAX = 8  # requests that wait behind one that is answered
_BODY_FOLLOWS = (b"content-length", b"transfer-encoding")


class RefusedHead(Exception):
    """The head of a request is larger than any of ours, or too many wait; ends the connection."""


class HalfOpen:
    """The connections of one server whose request is not whole; at most so many."""

    def __init__(self, connections_max: int) -> None:
        self._connections_max = connections_max
        self._connections: dict[TimedReads, None] = {}  # in the order in which they began

    def __contains__(self, connection: TimedReads) -> bool:
        return connection in self._connections

    def begin(self, connection: TimedReads) -> None:
        """Counts the connection; cuts the oldest off where there are too many."""
        self._connections[connection] = None
        while len(self._connections) > self._connections_max:
            oldest = next(iter(self._connections))
            self.end(oldest)
            oldest.transport.abort()

    def end(self, connection: TimedReads) -> None:
        """The request is whole, or the connection gone."""
        self._connections.pop(connection, None)


class ServerConfig(uvicorn.Config):
    """uvicorn's settings, with what connections of one server share."""

    def __init__(self, app: ASGIApp, *, half_open_max: int, **options: Any) -> None:
        super().__init__(app, http=TimedReads, **options)
        self.half_open = HalfOpen(half_open_max)


class TimedReads(TimedWrites):
    """An HTTP connection that waits for its peer in bounds."""

    _timer: asyncio.TimerHandle | None = None
    _in_head = False
    _head_bytes = 0  # of its parsed parts
    _unparsed_bytes = 0  # that came since the head began, in pieces that did not end it

    @property
    def _half_open(self) -> HalfOpen:
        assert isinstance(self.config, ServerConfig)
        return self.config.half_open

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for the first request."""
        super().connection_made(transport)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the wait with the connection."""
        self._end_wait()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on, but no head without end."""
        if self not in self._half_open:
            self._begin_head()
        super().data_received(data)
        if self._in_head:
            self._unparsed_bytes += len(data)
            if self._unparsed_bytes > HEAD_BYTES_MAX:
                self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        """Begins to wait for the head of which something has come."""
        super().on_message_begin()
        self._begin_head()

    def on_url(self, url: bytes) -> None:
        """Keeps the address; raises RefusedHead."""
        super().on_url(url)
        self._count_head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keeps the header; raises RefusedHead."""
        super().on_header(name, value)
        self._count_head(len(name) + len(value))

    def on_headers_complete(self) -> None:
        """Serves the request; its body is left with the network until it is asked for."""
        self._in_head = False
        self._stop_timer()
        super().on_headers_complete()
        if len(self.pipeline) > PIPELINED_MAX:
            raise RefusedHead(f"more than {PIPELINED_MAX} requests wait on the connection")
        if any(name in _BODY_FOLLOWS for name, _ in self.headers):
            self.flow.pause_reading()

    def on_message_complete(self) -> None:
        """The peer owes nothing; from here on its hanging up is to be heard."""
        self._end_wait()
        super().on_message_complete()
        if not self.pipeline:
            self.flow.resume_reading()

    def on_response_complete(self) -> None:
        """Leaves the peer little time for the rest of what was answered already."""
        super().on_response_complete()
        if self in self._half_open and not self._in_head and self.cycle.response_complete:
            self._start_timer(LINGER_SECONDS)

    def _begin_head(self) -> None:
        if not self._in_head:
            self._in_head = True
            self._head_bytes = self._unparsed_bytes = 0
            self._half_open.begin(self)
            self._start_timer(HEAD_SECONDS)

    def _count_head(self, size_bytes: int) -> None:
        self._head_bytes += size_bytes
        if self._head_bytes > HEAD_BYTES_MAX or len(self.headers) > HEADERS_MAX:
            raise RefusedHead(f"more than {HEAD_BYTES_MAX} bytes or {HEADERS_MAX} headers")

    def _end_wait(self) -> None:
        self._in_head = False
        self._half_open.end(self)
        self._stop_timer()

    def _start_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self.transport.abort)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
