"""Events of a client, numbered without gaps in the order of commit.

The counter's row is the last lock a transaction takes: append events after all other writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.domain.event import NewEvent
from resources.postgres.clients.client_store import UnknownClient
from resources.postgres.events.records import EventRow
from resources.postgres.statements import execute_many, fetch_all, fetch_one

CHANNEL = "infringement_events"  # one wake-up per batch, with nothing in it


def append_events(c: Connection, client_id: str, events: Sequence[NewEvent]) -> range:
    """The numbers of the events, which readers are woken for when the transaction commits.

    A sequence would give numbers that commit out of order, and readers would miss events; the
    counter makes writers of one client wait for each other instead. Raises UnknownClient.
    """
    if not events:
        return range(0)
    last = fetch_one(
        c,
        _Counted,
        """
        UPDATE clients SET last_event_no = last_event_no + %(count)s
        WHERE client_id = %(client_id)s RETURNING last_event_no, clock_timestamp() AS counted_at
        """,
        client_id=client_id,
        count=len(events),
    )
    if last is None:
        raise UnknownClient(client_id)
    numbers = range(last.last_event_no - len(events) + 1, last.last_event_no + 1)
    execute_many(
        c,
        """
        INSERT INTO events (client_id, event_no, scan_id, type, body, created_at)
        VALUES (%(client_id)s, %(event_no)s, %(scan_id)s, %(type)s, %(body)s, %(created_at)s)
        """,
        [
            {
                "client_id": client_id,
                "event_no": number,
                "scan_id": event.scan_id,
                "type": event.type,
                "body": Jsonb(event.body),
                # Taken under the counter's lock: in the order of numbers, so that what retention
                # removes is never in the middle.
                "created_at": last.counted_at,
            }
            for number, event in zip(numbers, events, strict=True)
        ],
    )
    c.execute("NOTIFY infringement_events")
    return numbers


@dataclass(frozen=True, slots=True)
class _Counted:
    last_event_no: int
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class _EventNo:
    event_no: int


def events_after(
    c: Connection, client_id: str, event_no: int, limit: int, scan_id: UUID | None = None
) -> list[EventRow]:
    """At most `limit` events with a greater number, oldest first; of one scan when it is given."""
    return fetch_all(
        c,
        EventRow,
        """
        SELECT event_no, scan_id, type, body, created_at FROM events
        WHERE client_id = %(client_id)s AND event_no > %(event_no)s
            AND (%(scan_id)s::uuid IS NULL OR scan_id = %(scan_id)s)
        ORDER BY event_no LIMIT %(limit)s
        """,
        client_id=client_id,
        event_no=event_no,
        scan_id=scan_id,
        limit=limit,
    )


def last_numbers(c: Connection, client_ids: Sequence[str]) -> dict[str, int]:
    """The number of the newest event of each client that exists; for an identity transaction."""
    return dict(
        fetch_all(
            c,
            _numbered,
            "SELECT client_id, last_event_no FROM clients WHERE client_id = ANY(%(client_ids)s)",
            client_ids=list(client_ids),
        )
    )


def _numbered(*, client_id: str, last_event_no: int) -> tuple[str, int]:
    return client_id, last_event_no


def first_number(c: Connection, client_id: str) -> int | None:
    """The number of the oldest event that is kept, or None when none is."""
    found = fetch_one(
        c,
        _EventNo,
        """
        SELECT event_no FROM events WHERE client_id = %(client_id)s
        ORDER BY event_no LIMIT 1
        """,
        client_id=client_id,
    )
    return None if found is None else found.event_no
