"""Events of a client or scan: as a stream, or as JSON by long polling."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from pydantic import Field
from starlette.responses import Response

from api.access import Allowed, ClientAccess
from api.backend import Backed, Backend
from api.http.operation_route import OperationRoute
from api.http.problems import TOO_MANY, UNAVAILABLE, Problem, retry_after
from api.http.request_notes import notes_of
from api.http.schemas import EVENT_NO_MAX, Document, EventDocument
from api.stream.feed import Subscription
from api.stream.stream import EventStream, scan_has_ended

router = APIRouter(tags=["events"], route_class=OperationRoute)
After = Annotated[
    int | None, Query(ge=0, le=EVENT_NO_MAX, description="Only events with a greater number.")
]
LastEventId = Annotated[
    str | None, Header(description="Sent by browsers that reconnect; wins over `after`.")
]
# OpenAPI 3.1 has no word for a stream: each `data:` line is JSON by the schema named here.
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `id` is the event's number, `event` its type, `data` "
        "the event as JSON; `event: reset` says where to go on.",
        "content": {
            "text/event-stream": {
                "schema": {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "contentSchema": {"$ref": "#/components/schemas/EventDocument"},
                }
            }
        },
    }
}


class EventsDocument(Document):
    """The events that were there, or came while the request waited."""

    events: list[EventDocument]
    next_after: int = Field(description="Give it as `after` in the next request.")


@router.get(
    "/v1/clients/{client_id}/events",
    response_class=Response,
    response_model=None,
    responses=_STREAM,
)
async def stream_events(
    request: Request,
    backend: Backed,
    access: Allowed,
    after: After = None,
    last_event_id: LastEventId = None,
) -> EventStream:
    """Stream the client's events: those after a number, then each as it happens."""
    return await _stream(request, backend, access, None, after, last_event_id)


@router.get(
    "/v1/clients/{client_id}/scans/{scan_id}/events",
    response_class=Response,
    response_model=None,
    responses={**_STREAM, 204: {"description": "The scan has ended and all its events were read."}},
)
async def stream_scan_events(
    request: Request,
    backend: Backed,
    access: Allowed,
    scan_id: UUID,
    after: After = None,
    last_event_id: LastEventId = None,
) -> EventStream | Response:
    """Stream a scan's events until it ends; a reconnecting reader of an ended scan gets 204."""
    ended = await backend.feed.ask(
        access.client_id, scan_has_ended, backend.database, access.client_id, scan_id
    )
    begin = _begin(after, last_event_id)
    if ended and begin and not await backend.feed.read(access.client_id, begin, 1, scan_id):
        return Response(status_code=204)
    return await _stream(request, backend, access, scan_id, after, last_event_id)


@router.get("/v1/clients/{client_id}/events/poll")
async def poll_events(
    request: Request,
    backend: Backed,
    access: Allowed,
    after: Annotated[int, Query(ge=0, le=EVENT_NO_MAX)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    wait_seconds: Annotated[float, Query(ge=0, le=30)] = 0,
) -> EventsDocument:
    """Read events after a number; without any, wait for the first one so long."""
    _check_room(backend, access.client_id)
    subscription = _subscription(access, None)
    await backend.feed.subscribe(subscription)
    notes_of(request.scope).end_turn()
    try:
        events = await backend.feed.read(access.client_id, after, limit)
        if not events and wait_seconds:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(subscription.queue.get(), wait_seconds)
            events = await backend.feed.read(access.client_id, after, limit)
    finally:
        backend.feed.unsubscribe(subscription)
    documents = [EventDocument.model_validate(event) for event in events]
    return EventsDocument(events=documents, next_after=events[-1].event_no if events else after)


async def _stream(
    request: Request,
    backend: Backend,
    access: ClientAccess,
    scan_id: UUID | None,
    after: int | None,
    last_event_id: str | None,
) -> EventStream:
    _check_room(backend, access.client_id)
    subscription = _subscription(access, scan_id)
    await backend.feed.subscribe(subscription)
    metrics = request.app.state.metrics
    begin = _begin(after, last_event_id)
    return EventStream(backend.feed, backend.database, subscription, begin, metrics)


def _check_room(backend: Backend, client_id: str) -> None:
    settings = backend.settings
    if backend.feed.count_of(client_id) >= settings.client_streams_max:
        detail = f"client {client_id} has {settings.client_streams_max} event streams open here"
        raise Problem(TOO_MANY, detail, headers=retry_after(5))
    if backend.feed.count >= settings.streams_max:
        detail = f"all {settings.streams_max} event streams are in use"
        raise Problem(UNAVAILABLE, detail, headers=retry_after(5))


def _begin(after: int | None, last_event_id: str | None) -> int:
    """An id that is no number of ours counts as none: the browser sends what it last saw."""
    given = (last_event_id or "").strip()
    if given.isascii() and given.isdigit() and int(given[:17]) <= EVENT_NO_MAX:
        return int(given[:17])
    return after or 0


def _subscription(access: ClientAccess, scan_id: UUID | None) -> Subscription:
    principal = access.principal
    return Subscription(access.client_id, scan_id, principal.key_id, principal.session_hash)
