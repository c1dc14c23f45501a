"""Web-hooks of a client, and deliveries: made of committed events by number, so none is lost."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from resources.postgres.client_room import check_room
from resources.postgres.clients.client_store import UnknownClient
from resources.postgres.statements import execute, fetch_all, fetch_one

# From a failed attempt to the next one, 10 hours in all; then it is a dead letter.
RETRY_SECONDS = (5, 60, 300, 1800, 7200, 28800)
LEASE_SECONDS = 60  # an attempt takes at most 15 s; who dies in the middle is followed after this
SECRET_BYTES = 32
# standard: signed JSON for a program; the others are written for people in a chat.
WebhookKind = Literal["standard", "slack", "teams"]


class UnknownWebhook(PermanentError):
    """The client has no such web-hook."""

    problem = ProblemKind(
        404, "unknown-webhook", "No such web-hook", "List the client's web-hooks."
    )

    def __init__(self, client_id: str, webhook_id: UUID) -> None:
        super().__init__(f"client {client_id} has no web-hook {webhook_id}; list them for ids")


@dataclass(frozen=True, slots=True)
class WebhookRow:
    """An end point of the client; `secret` signs what is sent there."""

    webhook_id: UUID
    url: str
    secret: str = field(repr=False)
    event_types: list[str]
    created_at: datetime
    previous_secret_until: datetime | None = None
    kind: WebhookKind = "standard"

    @property
    def shown_url(self) -> str:
        """The address; of a chat only its host, since whoever has the rest may write there."""
        if self.kind == "standard":
            return self.url
        return f"https://{urlsplit(self.url).hostname}/\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one end point; signed by `previous_secret` too while it holds."""

    webhook_id: UUID
    event_no: int
    attempts: int  # this one included
    url: str
    secret: str = field(repr=False)
    previous_secret: str | None = field(repr=False)
    scan_id: UUID | None
    type: str
    body: dict[str, object]
    created_at: datetime
    kind: WebhookKind
    client_id: str
    client_name: str


def add_webhook(
    c: Connection,
    client_id: str,
    url: str,
    event_types: Sequence[str],
    kind: WebhookKind = "standard",
) -> WebhookRow:
    """The new web-hook, which gets events from now on; raises UnknownClient and NoRoom."""
    check_room(c, client_id, "web-hooks")
    added = fetch_one(
        c,
        WebhookRow,
        """
        INSERT INTO webhooks (client_id, url, secret, event_types, last_event_no, kind)
        SELECT client_id, %(url)s, %(secret)s, %(event_types)s, last_event_no, %(kind)s FROM clients
        WHERE client_id = %(client_id)s
        RETURNING webhook_id, url, secret, event_types, created_at, kind
        """,
        client_id=client_id,
        url=url,
        secret=_new_secret(),
        event_types=sorted(set(event_types)),
        kind=kind,
    )
    if added is None:
        raise UnknownClient(client_id)
    return added


def list_webhooks(c: Connection, client_id: str) -> list[WebhookRow]:
    """The client's web-hooks in use, oldest first."""
    return fetch_all(
        c,
        WebhookRow,
        """
        SELECT webhook_id, url, secret, event_types, created_at, previous_secret_until, kind
        FROM webhooks
        WHERE client_id = %(client_id)s AND disabled_at IS NULL ORDER BY created_at, webhook_id
        """,
        client_id=client_id,
    )


def get_webhook(c: Connection, client_id: str, webhook_id: UUID) -> WebhookRow:
    """The web-hook, which is in use; raises UnknownWebhook."""
    found = [row for row in list_webhooks(c, client_id) if row.webhook_id == webhook_id]
    if not found:
        raise UnknownWebhook(client_id, webhook_id)
    return found[0]


def rotate_secret(
    c: Connection, client_id: str, webhook_id: UUID, overlap_hours: float
) -> WebhookRow:
    """The web-hook with a new secret; the one before signs too until the overlap ends.

    Raises UnknownWebhook.
    """
    rotated = fetch_one(
        c,
        WebhookRow,
        """
        UPDATE webhooks SET previous_secret = secret, secret = %(secret)s,
            previous_secret_until = now() + %(hours)s * interval '1 hour'
        WHERE client_id = %(client_id)s AND webhook_id = %(webhook_id)s AND disabled_at IS NULL
        RETURNING webhook_id, url, secret, event_types, created_at, previous_secret_until, kind
        """,
        client_id=client_id,
        webhook_id=webhook_id,
        secret=_new_secret(),
        hours=overlap_hours,
    )
    if rotated is None:
        raise UnknownWebhook(client_id, webhook_id)
    return rotated


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def disable_webhook(c: Connection, client_id: str, webhook_id: UUID) -> None:
    """Guarantees that nothing more is sent there; raises UnknownWebhook."""
    changed = execute(
        c,
        """
        UPDATE webhooks SET disabled_at = now()
        WHERE client_id = %(client_id)s AND webhook_id = %(webhook_id)s AND disabled_at IS NULL
        """,
        client_id=client_id,
        webhook_id=webhook_id,
    )
    if not changed:
        raise UnknownWebhook(client_id, webhook_id)


def clients_with_work(c: Connection) -> list[str]:
    """The clients with events to be made deliveries of or deliveries due; admission transaction."""
    return fetch_all(
        c,
        _client_id,
        """
        SELECT DISTINCT client_id FROM webhooks JOIN clients USING (client_id)
        WHERE disabled_at IS NULL AND webhooks.last_event_no < clients.last_event_no
        UNION
        SELECT DISTINCT client_id FROM webhook_deliveries
        WHERE state = 'pending' AND next_attempt_at <= now()
        """,
    )


def make_deliveries(c: Connection, client_id: str) -> int:
    """How many deliveries were made of the events that came since the last time."""
    return execute(
        c,
        """
        WITH behind AS (
            SELECT webhook_id, last_event_no, event_types FROM webhooks
            WHERE client_id = %(client_id)s AND disabled_at IS NULL
            FOR NO KEY UPDATE SKIP LOCKED
        ), newest AS (
            SELECT last_event_no AS event_no FROM clients WHERE client_id = %(client_id)s
        ), moved AS (
            UPDATE webhooks SET last_event_no = newest.event_no FROM newest, behind
            WHERE client_id = %(client_id)s AND webhooks.webhook_id = behind.webhook_id
        )
        INSERT INTO webhook_deliveries (client_id, webhook_id, event_no)
        SELECT %(client_id)s, webhook_id, events.event_no
        FROM behind, newest, events
        WHERE events.client_id = %(client_id)s AND events.event_no > behind.last_event_no
            AND events.event_no <= newest.event_no AND events.type = ANY(behind.event_types)
        ON CONFLICT DO NOTHING
        """,
        client_id=client_id,
    )


def take_due(
    c: Connection, client_id: str, limit: int, *, of_target: int, without: Sequence[UUID] = ()
) -> list[Delivery]:
    """At most `limit` deliveries that are due, which nobody else takes while the lease lasts.

    At most `of_target` go to one web-hook, so that a slow one leaves room; none `without`.
    """
    return fetch_all(
        c,
        Delivery,
        """
        WITH due AS (
            SELECT of_one.webhook_id, of_one.event_no FROM webhooks, LATERAL (
                SELECT webhook_id, event_no, next_attempt_at FROM webhook_deliveries pending
                WHERE pending.client_id = webhooks.client_id
                    AND pending.webhook_id = webhooks.webhook_id
                    AND state = 'pending' AND next_attempt_at <= now()
                ORDER BY next_attempt_at, event_no LIMIT %(of_target)s
                FOR NO KEY UPDATE SKIP LOCKED
            ) of_one
            WHERE webhooks.client_id = %(client_id)s AND disabled_at IS NULL
                AND webhooks.webhook_id <> ALL(%(without)s::uuid[])
            ORDER BY of_one.next_attempt_at LIMIT %(limit)s
        ), taken AS (
            UPDATE webhook_deliveries d SET attempts = attempts + 1, last_attempt_at = now(),
                next_attempt_at = now() + %(lease)s * interval '1 second'
            FROM due WHERE d.client_id = %(client_id)s AND d.webhook_id = due.webhook_id
                AND d.event_no = due.event_no
            RETURNING d.client_id, d.webhook_id, d.event_no, attempts
        )
        SELECT webhook_id, event_no, attempts, url, secret, scan_id, type, body, events.created_at,
            CASE WHEN previous_secret_until > now() THEN previous_secret END AS previous_secret,
            kind, client_id, display_name AS client_name
        FROM taken JOIN webhooks USING (client_id, webhook_id)
            JOIN events USING (client_id, event_no) JOIN clients USING (client_id)
        ORDER BY event_no
        """,
        client_id=client_id,
        limit=limit,
        of_target=of_target,
        without=list(without),
        lease=LEASE_SECONDS,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended; without a status nobody answered."""

    status: int | None
    error: str | None  # None: it was taken
    milliseconds: int
    is_final: bool = False  # another attempt would end alike


def note_outcome(c: Connection, client_id: str, delivery: Delivery, outcome: Outcome) -> None:
    """Guarantees that what was taken is sent no more, and that all else is tried again later.

    After the last attempt, or a final failure, it is a dead letter.
    """
    is_last = outcome.is_final or delivery.attempts > len(RETRY_SECONDS)
    failed_state = "dead" if is_last else "pending"
    execute(
        c,
        """
        UPDATE webhook_deliveries SET state = %(state)s, last_status = %(status)s,
            last_error = %(error)s, last_milliseconds = %(milliseconds)s,
            ended_at = CASE WHEN %(state)s = 'pending' THEN NULL ELSE now() END,
            next_attempt_at = now() + %(seconds)s * interval '1 second'
        WHERE client_id = %(client_id)s AND webhook_id = %(webhook_id)s
            AND event_no = %(event_no)s AND state = 'pending'
        """,
        client_id=client_id,
        webhook_id=delivery.webhook_id,
        event_no=delivery.event_no,
        state="delivered" if outcome.error is None else failed_state,
        status=outcome.status,
        error=None if outcome.error is None else outcome.error[:500],
        milliseconds=outcome.milliseconds,
        seconds=RETRY_SECONDS[min(delivery.attempts, len(RETRY_SECONDS)) - 1],
    )


def _client_id(*, client_id: str) -> str:
    return client_id
