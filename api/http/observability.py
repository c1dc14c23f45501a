"""Watches requests: an id, one log line, metrics; and refuses bodies that are too large."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import TOO_LARGE, Problem, problem_response
from api.http.request_notes import RequestNotes, notes_of
from api.http.tracing import Tracing

log = logging.getLogger("api.requests")
_SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


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

    def __init__(
        self, app: ASGIApp, metrics: Metrics, body_bytes_max: int, tracing: Tracing | None
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._body_bytes_max = body_bytes_max
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
                message["headers"] = [*message.get("headers", ()), *_headers(notes, message)]
            await send(message)

        try:
            await self._serve(scope, receive, watching_send)
        finally:
            self._note(scope, notes, status, answered or time.perf_counter() - began)
            if self._tracing is not None and span is not None:
                self._tracing.end(span, _operation(scope), status, notes)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        size = 0
        limit = self._body_bytes_max

        async def limited_receive() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > limit:
                raise Problem(TOO_LARGE, f"more than {limit} bytes")
            return message

        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            detail = f"{int(declared)} bytes, where {limit} are allowed"
            request = Request(scope, receive)
            await problem_response(request, TOO_LARGE, detail)(scope, receive, send)
            return
        await self._app(scope, limited_receive, send)

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


def _headers(notes: RequestNotes, message: Message) -> list[tuple[bytes, bytes]]:
    present = {name.lower() for name, _ in message.get("headers", ())}
    wanted = {"X-Request-Id": notes.request_id, **notes.headers, **_SAFE_HEADERS}
    return [
        (name.lower().encode(), value.encode("latin-1", "replace"))
        for name, value in wanted.items()
        if name.lower().encode() not in present
    ]
