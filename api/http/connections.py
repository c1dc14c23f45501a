"""Connections whose peer must read: one that does not take what was written to it is cut off.

An answer that nobody reads would otherwise stay in memory for as long as its reader likes, and a
close would wait for it for ever.
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LOOK_SECONDS = 5.0
STALLED_SECONDS_MAX = 30.0
BYTES_PER_SECOND_MIN = 1024  # a modem; slower than this over half a minute counts as stalled


class TimedWrites(HttpToolsProtocol):
    """An HTTP connection that ends when its peer reads nothing, or nearly nothing."""

    _look: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """Begins to watch: more is written than the peer has taken."""
        super().pause_writing()
        self._watch(self.transport.get_write_buffer_size(), 0.0)

    def resume_writing(self) -> None:
        """Ends the watch: the peer has taken nearly all."""
        super().resume_writing()
        self._end_watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the watch with the connection."""
        self._end_watch()
        super().connection_lost(exc)

    def _watch(self, left_bytes: int, stalled_seconds: float) -> None:
        self._look = self.loop.call_later(
            LOOK_SECONDS, self._check_progress, left_bytes, stalled_seconds
        )

    def _check_progress(self, left_bytes: int, stalled_seconds: float) -> None:
        now_left_bytes = self.transport.get_write_buffer_size()
        if left_bytes - now_left_bytes >= BYTES_PER_SECOND_MIN * LOOK_SECONDS:
            self._watch(now_left_bytes, 0.0)
        elif stalled_seconds + LOOK_SECONDS >= STALLED_SECONDS_MAX:
            self.transport.abort()
        else:
            self._watch(left_bytes, stalled_seconds + LOOK_SECONDS)

    def _end_watch(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None
