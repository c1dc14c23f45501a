"""Watches requests: an id, one log line, metrics, headers that every answer carries."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.request_notes import RequestNotes, notes_of
from api.http.tracing import Tracing

log = logging.getLogger("api.requests")
_SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    # Pages and files bring their own; JSON is no document that anything may run in.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_HSTS = {"Strict-Transport-Security": "max-age=31536000"}


class Metrics:
    """The app's own Prometheus registry; no label names a client."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.seconds = Histogram(
            "infringement_api_request_seconds",
            "Time until the answer began, by operation and status.",
            ["operation", "status"],
            buckets=_SECONDS_BUCKETS,
            registry=self.registry,
        )
        self.streams = Gauge(
            "infringement_api_streams", "Open event streams.", registry=self.registry
        )
        self.dropped = Counter(
            "infringement_api_streams_dropped",
            "Streams closed because their reader was too slow.",
            registry=self.registry,
        )

        self.stamps = Counter(
            "infringement_api_bundle_stamps",
            "Bundles of evidence by what became of their time stamp.",
            ["outcome"],
            registry=self.registry,
        )

    def count_stamp(self, outcome: str) -> None:
        """Guarantees that a bundle with this outcome of its time stamp is counted."""
        self.stamps.labels(outcome).inc()

    def text(self) -> bytes:
        """All metrics as Prometheus reads them."""
        return generate_latest(self.registry)


class JsonLines(logging.Formatter):
    """One JSON object a line; nothing of a request but what `RequestNotes` names is written."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields = getattr(record, "fields", None)
        if isinstance(fields, dict):
            line |= fields
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class Observed:
    """The app, with every request watched."""

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing | None) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request or the app's lifespan."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        notes, began, status = notes_of(scope), time.perf_counter(), 0
        answered = 0.0
        span = None if self._tracing is None else self._tracing.begin(scope)

        async def watching_send(message: Message) -> None:
            nonlocal status, answered
            if message["type"] == "http.response.start":
                status, answered = message["status"], time.perf_counter() - began
                message["headers"] = [*message.get("headers", ()), *_headers(scope, notes, message)]
            await send(message)

        try:
            await self._app(scope, receive, watching_send)
        finally:
            self._note(scope, notes, status, answered or time.perf_counter() - began)
            if self._tracing is not None and span is not None:
                self._tracing.end(span, _operation(scope), status, notes)

    def _note(self, scope: Scope, notes: RequestNotes, status: int, seconds: float) -> None:
        operation = _operation(scope)
        self._metrics.seconds.labels(operation, str(status)).observe(seconds)
        fields = {
            "request_id": notes.request_id,
            "method": scope["method"],
            "operation": operation,
            "status": status,
            "milliseconds": round(seconds * 1000, 2),
            "actor": notes.actor,
            "client_id": notes.client_id,
        }
        log.info("request", extra={"fields": fields})


def _operation(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "name", "unknown"))


def _headers(scope: Scope, notes: RequestNotes, message: Message) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in message.get("headers", ())}
    wanted = {"X-Request-Id": notes.request_id, **notes.headers, **_SAFE_HEADERS}
    if scope["scheme"] == "https":  # a browser ignores it elsewhere
        wanted |= _HSTS
    return [
        (name.lower().encode(), value.encode("latin-1", "replace"))
        for name, value in wanted.items()
        if name.lower().encode() not in present
    ]
