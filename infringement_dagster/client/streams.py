"""Events as they happen: a stream that goes on where it broke off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

import httpx
from httpx_sse import EventSource, ServerSentEvent

from infringement_dagster.client.connection import Connection, checked
from infringement_dagster.client.documents import Event
from infringement_dagster.client.errors import ApiProblem, Unreachable

PAUSE_SECONDS: Final = 2.0  # as the API's own `retry` says
PAUSE_SECONDS_MAX: Final = 60.0
_SILENCE_SECONDS_MAX = 45.0  # the API sends a comment every 15 s
_NO_CONTENT = 204
_PASSING = frozenset({429, 502, 503, 504})


def follow(
    connection: Connection, path: str, after: int, *, until: str | None, failures_max: int
) -> Iterator[Event]:
    """Every event after the number, for ever, or up to the first of type `until`.

    A stream that ends or breaks off is opened again after the last event that came. Raises
    ApiProblem, and Unreachable after so many failures without an event between them.
    """
    position, failures = after, 0
    while True:
        pause_seconds = PAUSE_SECONDS
        try:
            for event in _opened(connection, path, position):
                position, failures = event.event_no, 0
                yield event
                if event.type == until:
                    return
        except _NothingMore:
            return
        except (httpx.TransportError, ApiProblem) as error:
            pause_seconds = _pause_seconds(error)
            failures += 1
            if failures >= failures_max:
                raise Unreachable(
                    f"{connection.api_url}{path}: no event after {position} came in {failures} "
                    f"tries: {error}"
                ) from error
        time.sleep(pause_seconds)


class _NothingMore(Exception):
    """The API says that the scan has ended and that all its events were read."""


def _pause_seconds(error: httpx.TransportError | ApiProblem) -> float:
    """So long before the next try; raises the error again where a try would not help."""
    if not isinstance(error, ApiProblem):
        return PAUSE_SECONDS
    if error.status not in _PASSING:
        raise error
    told = error.retry_after_seconds
    return PAUSE_SECONDS if told is None else min(told, PAUSE_SECONDS_MAX)


def _opened(connection: Connection, path: str, after: int) -> Iterator[Event]:
    """The events of one stream."""
    with connection.http.stream(
        "GET",
        path,
        headers={"Accept": "text/event-stream", "Last-Event-ID": str(after)},
        timeout=httpx.Timeout(30.0, read=_SILENCE_SECONDS_MAX),
    ) as answer:
        if answer.status_code == _NO_CONTENT:
            raise _NothingMore
        if not answer.is_success:
            answer.read()
            checked(answer)
        # A frame that only says how soon to come again has no data.
        yield from (_event(sent) for sent in EventSource(answer).iter_sse() if sent.data)


def _event(sent: ServerSentEvent) -> Event:
    document = sent.json()
    return Event.model_validate({"type": sent.event, **document})
