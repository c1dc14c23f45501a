"""Deliveries of one web-hook as people look at them: each with how it went, to be sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.event import WebhookTested, new_event
from resources.postgres.events.event_store import append_events
from resources.postgres.events.webhook_store import get_webhook
from resources.postgres.statements import execute, fetch_all

DeliveryState = Literal["pending", "delivered", "dead"]
ANY: Final[tuple[DeliveryState, ...]] = ("pending", "delivered", "dead")


class UnknownDelivery(PermanentError):
    """The web-hook has no delivery of the event that could be sent again."""

    problem = ProblemKind(404, "unknown-delivery", "No such delivery", "List the deliveries.")


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One event on its way to one end point, or there, or given up."""

    event_no: int
    type: str
    state: DeliveryState
    attempts: int
    happened_at: datetime
    next_attempt_at: datetime | None  # None: it has ended
    last_attempt_at: datetime | None
    last_milliseconds: int | None
    last_status: int | None
    last_error: str | None
    ended_at: datetime | None


def deliveries(
    c: Connection,
    client_id: str,
    webhook_id: UUID,
    limit: int,
    *,
    before: int,
    states: Sequence[DeliveryState] = ANY,
) -> list[DeliveryRow]:
    """At most `limit` deliveries of events before the number, newest first; of these states.

    Raises UnknownWebhook.
    """
    get_webhook(c, client_id, webhook_id)
    return fetch_all(
        c,
        DeliveryRow,
        """
        SELECT event_no, type, state, attempts, events.created_at AS happened_at,
            CASE WHEN state = 'pending' THEN next_attempt_at END AS next_attempt_at,
            last_attempt_at, last_milliseconds, last_status, last_error, ended_at
        FROM webhook_deliveries JOIN events USING (client_id, event_no)
        WHERE client_id = %(client_id)s AND webhook_id = %(webhook_id)s
            AND event_no < %(before)s AND state = ANY(%(states)s)
        ORDER BY event_no DESC LIMIT %(limit)s
        """,
        client_id=client_id,
        webhook_id=webhook_id,
        before=before,
        states=list(states),
        limit=limit,
    )


def redeliver(
    c: Connection,
    client_id: str,
    webhook_id: UUID,
    event_no: int,
    states: Sequence[DeliveryState] = ANY,
) -> None:
    """Guarantees that the delivery, now in one of the states, is due, all attempts before it.

    Raises UnknownDelivery.
    """
    changed = execute(
        c,
        """
        UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_attempt_at = now(),
            ended_at = NULL
        WHERE client_id = %(client_id)s AND webhook_id = %(webhook_id)s
            AND event_no = %(event_no)s AND state = ANY(%(states)s)
        """,
        client_id=client_id,
        webhook_id=webhook_id,
        event_no=event_no,
        states=list(states),
    )
    if not changed:
        raise UnknownDelivery(
            f"client {client_id}: web-hook {webhook_id} has no {' or '.join(states)} delivery of "
            f"event {event_no}; list its deliveries"
        )


def send_test(c: Connection, client_id: str, webhook_id: UUID) -> int:
    """The number of a new event that is delivered to this web-hook alone; raises UnknownWebhook."""
    get_webhook(c, client_id, webhook_id)
    (event_no,) = append_events(c, client_id, [new_event(WebhookTested(webhook_id))])
    execute(
        c,
        """
        INSERT INTO webhook_deliveries (client_id, webhook_id, event_no)
        VALUES (%(client_id)s, %(webhook_id)s, %(event_no)s)
        """,
        client_id=client_id,
        webhook_id=webhook_id,
        event_no=event_no,
    )
    return event_no
