"""Spans of requests for an OpenTelemetry collector, where one is configured.

Without `OTEL_EXPORTER_OTLP_ENDPOINT` nothing of it is imported; what a span tells is what the log
line does, no header, body or query string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.types import Scope

from api.http.request_notes import RequestNotes
from infringement_dagster.domain.errors import PermanentError

if TYPE_CHECKING:
    from opentelemetry.trace import Span

SERVICE_NAME = "infringement-api"


class TracingMissing(PermanentError):
    """A collector is configured, but the library that speaks to it is not installed."""


class Tracing:
    """Sends spans to the collector at `endpoint` in batches, from a thread of its own."""

    def __init__(self, endpoint: str) -> None:
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
                OTLPSpanExporter,
            )
            from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
            from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
            from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        except ImportError as error:
            raise TracingMissing(
                f"OTEL_EXPORTER_OTLP_ENDPOINT is set, but {error.name} is not installed: "
                "install infringement-dagster[otel] or unset it"
            ) from error
        self._provider = TracerProvider(resource=Resource.create({"service.name": SERVICE_NAME}))
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("api")

    def begin(self, scope: Scope) -> Span:
        """The span of a request, which continues the caller's trace if it names one."""
        from opentelemetry.trace import SpanKind  # noqa: PLC0415
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
            TraceContextTextMapPropagator,
        )

        headers = {
            name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]
        }
        context = TraceContextTextMapPropagator().extract(headers)
        return self._tracer.start_span(str(scope["method"]), context, kind=SpanKind.SERVER)

    def end(self, span: Span, operation: str, status: int, notes: RequestNotes) -> None:
        """Guarantees that the span is sent sooner or later."""
        span.update_name(operation)
        span.set_attributes(
            {
                "http.response.status_code": status,
                "infringement.operation": operation,
                "infringement.request_id": notes.request_id,
                "infringement.actor": notes.actor,
                "infringement.client_id": notes.client_id,
            }
        )
        span.end()

    def close(self) -> None:
        """Sends what waits."""
        self._provider.shutdown()
