"""When a person was last here, and what has happened to the client since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from resources.postgres.statements import execute, fetch_all, fetch_one

# Who comes back sooner still sees what was new when they came.
VISIT_MINUTES = 60


@dataclass(frozen=True, slots=True)
class LastVisit:
    """The visit before this one, and the number of the newest event then."""

    came_at: datetime
    event_no: int


def begin_visit(c: Connection, client_id: str, principal: str) -> LastVisit | None:
    """The person's visit before this one, None on the first; this one is kept for the next.

    Whoever comes within an hour of the beginning of a visit is still on it. Of two requests at once
    one begins the visit, and both are told the same.
    """
    execute(
        c,
        """
        INSERT INTO visits AS known (client_id, principal, event_no)
        SELECT client_id, %(principal)s, last_event_no FROM clients
        WHERE client_id = %(client_id)s
        ON CONFLICT (client_id, principal) DO UPDATE SET
            (came_at, event_no, before_at, before_event_no)
            = (excluded.came_at, excluded.event_no, known.came_at, known.event_no)
        WHERE known.came_at < excluded.came_at - %(minutes)s * interval '1 minute'
        """,
        client_id=client_id,
        principal=principal,
        minutes=VISIT_MINUTES,
    )
    return fetch_one(
        c,
        _last_visit,
        """
        SELECT before_at, before_event_no FROM visits WHERE client_id = %(client_id)s
            AND principal = %(principal)s AND before_at IS NOT NULL
        """,
        client_id=client_id,
        principal=principal,
    )


def _last_visit(*, before_at: datetime, before_event_no: int) -> LastVisit:
    return LastVisit(before_at, before_event_no)


def events_since(c: Connection, client_id: str, event_no: int) -> dict[str, int]:
    """How many events of each type have a greater number; those kept no longer do not count."""
    return dict(
        fetch_all(
            c,
            _counted,
            """
            SELECT type, count(*) AS events FROM events
            WHERE client_id = %(client_id)s AND event_no > %(event_no)s GROUP BY type
            """,
            client_id=client_id,
            event_no=event_no,
        )
    )


def _counted(*, type: str, events: int) -> tuple[str, int]:
    return type, events
