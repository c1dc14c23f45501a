from __future__ import annotations

import re
import socket

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from api.app import create_app
from api.settings import ApiSettings
from resources.objects.store import ObjectStore
from resources.postgres.database import Database, DatabaseUrls
from tests.api.conftest import Caller, make_key, serving
from tests.support.wire_server import answer, wire_server

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


def test_a_collector_gets_a_span_of_each_request(
    database_urls: DatabaseUrls, database: Database, objects: ObjectStore
) -> None:
    bodies: list[bytes] = []

    def collect(connection: socket.socket) -> None:
        head, _, begun = collector.requests[-1].partition("\r\n\r\n")
        size = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
        assert size is not None
        body = begun.encode("latin-1")
        while len(body) < int(size[1]):
            body += connection.recv(65536)
        bodies.append(body)
        connection.sendall(answer(b"", Content_Type="application/x-protobuf"))

    with wire_server(collect) as collector:
        settings = ApiSettings(port=0, otlp_endpoint=collector.url)
        key = make_key(database, "acme", "viewer")
        app = create_app(database_urls, objects, settings)
        with serving(app, settings) as url, httpx.Client(base_url=url) as http:
            acme = Caller(http, "acme", key)
            trace = {"traceparent": f"00-{TRACE_ID}-b7ad6b7169203331-01"}
            sent = acme("GET", "cases?text=secret", headers=trace, expect=200)
    spans = [
        span
        for body in bodies
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    (span,) = spans
    told = {
        attribute.key: attribute.value.string_value or attribute.value.int_value
        for attribute in span.attributes
    }
    assert (span.name, span.trace_id.hex()) == ("list_cases", TRACE_ID)
    assert told["http.response.status_code"] == 200
    assert told["infringement.request_id"] == sent.headers["x-request-id"]
    assert b"secret" not in b"".join(bodies)
    assert key.encode() not in b"".join(bodies)
