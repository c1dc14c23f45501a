"""Server-sent events as bytes."""

from __future__ import annotations

from api.http.schemas import EventDocument
from resources.postgres.events.records import EventRow

RETRY_MILLISECONDS = 2000
HEARTBEAT_FRAME = b": heartbeat\n\n"
OPENING_FRAME = f"retry: {RETRY_MILLISECONDS}\n\n".encode()


def encode_event(event: EventRow) -> bytes:
    """One event with its number as id; JSON has no line break, so it is one `data:` line."""
    body = EventDocument.model_validate(event).model_dump_json()
    return f"id: {event.event_no}\nevent: {event.type}\ndata: {body}\n\n".encode()


def encode_reset(event_no: int) -> bytes:
    """Tells a reader that events it asked for are gone; it goes on after `event_no`."""
    return f'id: {event_no}\nevent: reset\ndata: {{"event_no":{event_no}}}\n\n'.encode()
