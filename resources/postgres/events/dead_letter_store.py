"""Events that were given up after all attempts, and trying them again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from resources.postgres.events.webhook_store import UnknownWebhook, list_webhooks
from resources.postgres.statements import execute, fetch_all


class UnknownDelivery(PermanentError):
    """The web-hook has no such dead letter."""

    problem = ProblemKind(404, "unknown-delivery", "No such dead letter", "List the dead letters.")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that was given up, and why."""

    event_no: int
    type: str
    attempts: int
    last_status: int | None
    last_error: str | None
    ended_at: datetime


def dead_letters(c: Connection, client_id: str, webhook_id: UUID, limit: int) -> list[DeadLetter]:
    """At most `limit` events that were given up, newest first; raises UnknownWebhook."""
    if webhook_id not in {webhook.webhook_id for webhook in list_webhooks(c, client_id)}:
        raise UnknownWebhook(client_id, webhook_id)
    return fetch_all(
        c,
        DeadLetter,
        """
        SELECT event_no, type, attempts, last_status, last_error, ended_at
        FROM webhook_deliveries JOIN events USING (client_id, event_no)
        WHERE client_id = %(client_id)s AND webhook_id = %(webhook_id)s AND state = 'dead'
        ORDER BY event_no DESC LIMIT %(limit)s
        """,
        client_id=client_id,
        webhook_id=webhook_id,
        limit=limit,
    )


def redeliver(c: Connection, client_id: str, webhook_id: UUID, event_no: int) -> None:
    """Guarantees that the dead letter is tried anew from the first attempt on.

    Raises UnknownDelivery.
    """
    changed = execute(
        c,
        """
        UPDATE webhook_deliveries SET state = 'pending', attempts = 0, next_attempt_at = now(),
            ended_at = NULL
        WHERE client_id = %(client_id)s AND webhook_id = %(webhook_id)s
            AND event_no = %(event_no)s AND state = 'dead'
        """,
        client_id=client_id,
        webhook_id=webhook_id,
        event_no=event_no,
    )
    if not changed:
        raise UnknownDelivery(
            f"client {client_id}: web-hook {webhook_id} has no dead letter {event_no}; list them"
        )
