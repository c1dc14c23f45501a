"""Alerts of whoever runs the installation: what happened, gathered by cause, sent once an hour.

An open alert gathers what happens until it is due: a minute after the first thing, or an hour after
the alert before it of the same cause. Whoever closes it makes its deliveries in the same
transaction. In an identity transaction, whichever process it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.listing import Provider
from resources.postgres.statements import execute, execute_many, fetch_all, fetch_one, hold_lock

OperatorAlertKind = Literal[
    "run_failed", "check_failed", "provider_down", "task_down", "submissions_wait"
]
SETTLE_SECONDS = 60
PAUSE_MINUTES = 60  # from one alert of a cause to the next
LEASE_SECONDS = 300
ATTEMPTS_MAX = 12  # over eight hours: 1, 2, 4 ... 60 minutes apart
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A thing that happened; `name` is its own, so that it counts once whoever notes it."""

    kind: OperatorAlertKind
    subject: str  # of the cause: a provider, a check, a job or a task
    name: str
    said: str
    client_id: str | None = None

    @property
    def cause(self) -> str:
        """By which it is gathered with others."""
        return f"{self.kind} {self.subject}"


@dataclass(frozen=True, slots=True)
class Example:
    """One of the things that an alert tells."""

    client_id: str | None
    said: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class OperatorAlert:
    """An alert as it is sent: how often it happened, and the newest examples."""

    alert_id: UUID
    kind: OperatorAlertKind
    subject: str
    opened_at: datetime
    number: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class AlertDelivery:
    """An alert on its way: to "operator:" and an id, or to "webhook"."""

    alert_id: UUID
    target: str


def note(c: Connection, occurrences: Iterable[Occurrence]) -> int:
    """How many of these were not known; each is in the open alert of its cause now."""
    by_cause: dict[str, list[Occurrence]] = {}
    for item in occurrences:
        by_cause.setdefault(item.cause, []).append(item)
    return sum(_note_cause(c, cause, by_cause[cause]) for cause in sorted(by_cause))


def close_due(c: Connection, targets: Sequence[str]) -> int:
    """How many alerts were due; each is on its way to all targets now."""
    return len(
        fetch_all(
            c,
            _alert_id,
            """
            WITH closed AS (
                UPDATE operator_alerts SET closed_at = now() WHERE alert_id IN (
                    SELECT alert_id FROM operator_alerts
                    WHERE closed_at IS NULL AND due_at <= now() FOR UPDATE SKIP LOCKED)
                RETURNING alert_id
            ), sent AS (
                INSERT INTO operator_alert_deliveries (alert_id, target)
                SELECT alert_id, target FROM closed, unnest(%(targets)s::text[]) AS target
            )
            SELECT alert_id FROM closed
            """,
            targets=list(targets),
        )
    )


def take_delivery(c: Connection) -> AlertDelivery | None:
    """The delivery that has waited longest, which nobody else takes for `LEASE_SECONDS`."""
    return fetch_one(
        c,
        AlertDelivery,
        """
        UPDATE operator_alert_deliveries SET attempts = attempts + 1,
            next_attempt_at = now() + %(lease)s * interval '1 second'
        WHERE (alert_id, target) IN (
            SELECT alert_id, target FROM operator_alert_deliveries
            WHERE outcome IS NULL AND next_attempt_at <= now()
            ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING alert_id, target
        """,
        lease=LEASE_SECONDS,
    )


def get_alert(c: Connection, alert_id: UUID) -> OperatorAlert | None:
    """The alert with its newest examples; None where all it told was erased with its client."""
    found = fetch_one(
        c,
        _Counted,
        """
        SELECT kind, cause, opened_at, count(*) AS number
        FROM operator_alerts JOIN operator_alert_occurrences USING (alert_id)
        WHERE alert_id = %(alert_id)s GROUP BY kind, cause, opened_at
        """,
        alert_id=alert_id,
    )
    if found is None:
        return None
    examples = fetch_all(
        c,
        Example,
        """
        SELECT client_id, said, noted_at FROM operator_alert_occurrences
        WHERE alert_id = %(alert_id)s ORDER BY noted_at DESC, occurrence LIMIT %(limit)s
        """,
        alert_id=alert_id,
        limit=EXAMPLES,
    )
    subject = found.cause.removeprefix(f"{found.kind} ")
    return OperatorAlert(
        alert_id, found.kind, subject, found.opened_at, found.number, tuple(examples)
    )


def end_delivery(
    c: Connection,
    delivery: AlertDelivery,
    outcome: Literal["sent", "skipped", "failed"],
    reason: str | None = None,
) -> None:
    """Guarantees that the delivery has ended so."""
    execute(
        c,
        """
        UPDATE operator_alert_deliveries SET outcome = %(outcome)s, ended_at = now(),
            reason = left(%(reason)s, 500)
        WHERE alert_id = %(alert_id)s AND target = %(target)s AND outcome IS NULL
        """,
        alert_id=delivery.alert_id,
        target=delivery.target,
        outcome=outcome,
        reason=reason,
    )


def put_off(c: Connection, delivery: AlertDelivery, reason: str) -> None:
    """Guarantees another try later, or that the delivery has failed after `ATTEMPTS_MAX`."""
    execute(
        c,
        """
        UPDATE operator_alert_deliveries SET reason = left(%(reason)s, 500),
            next_attempt_at = now()
                + least(60, power(2, least(attempts, 30) - 1)) * interval '1 minute',
            outcome = CASE WHEN attempts >= %(attempts_max)s THEN 'failed' END,
            ended_at = CASE WHEN attempts >= %(attempts_max)s THEN now() END
        WHERE alert_id = %(alert_id)s AND target = %(target)s AND outcome IS NULL
        """,
        alert_id=delivery.alert_id,
        target=delivery.target,
        reason=reason,
        attempts_max=ATTEMPTS_MAX,
    )


@dataclass(frozen=True, slots=True)
class UnreadEvents:
    """A client's events that were not looked at for operators: after one number up to another."""

    client_id: str
    after: int
    until: int


def unread_events(c: Connection) -> list[UnreadEvents]:
    """Clients of which something happened; a client seen first begins with what comes."""
    execute(
        c,
        """
        INSERT INTO operator_alert_cursors (client_id, event_no)
        SELECT client_id, last_event_no FROM clients WHERE NOT EXISTS (
            SELECT FROM operator_alert_cursors k WHERE k.client_id = clients.client_id)
        ON CONFLICT DO NOTHING
        """,
    )
    return fetch_all(
        c,
        UnreadEvents,
        """
        SELECT client_id, event_no AS after, last_event_no AS until
        FROM operator_alert_cursors JOIN clients USING (client_id)
        WHERE event_no < last_event_no ORDER BY client_id
        """,
    )


def note_read(c: Connection, events: UnreadEvents) -> bool:
    """True when this process is the one that has read these events."""
    return bool(
        execute(
            c,
            """
            UPDATE operator_alert_cursors SET event_no = %(until)s
            WHERE client_id = %(client_id)s AND event_no = %(after)s
            """,
            client_id=events.client_id,
            after=events.after,
            until=events.until,
        )
    )


def providers_down(c: Connection, troubles_min: int) -> list[Provider]:
    """The providers that failed so many last questions, whoever asked."""
    return fetch_all(
        c,
        _provider,
        "SELECT provider FROM provider_health WHERE troubles >= %(troubles_min)s ORDER BY 1",
        troubles_min=troubles_min,
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    kind: OperatorAlertKind
    cause: str
    opened_at: datetime
    number: int


def _note_cause(c: Connection, cause: str, occurrences: Sequence[Occurrence]) -> int:
    hold_lock(c, f"operators/{cause}")
    names = [item.name for item in occurrences]
    known = set(
        fetch_all(
            c,
            _name,
            "SELECT occurrence AS name FROM operator_alert_occurrences"
            " WHERE occurrence = ANY(%(names)s)",
            names=names,
        )
    )
    fresh = {item.name: item for item in occurrences if item.name not in known}
    if fresh:
        alert_id = _open_alert(c, occurrences[0].kind, cause)
        execute_many(
            c,
            """
            INSERT INTO operator_alert_occurrences (occurrence, alert_id, client_id, said)
            VALUES (%(name)s, %(alert_id)s, %(client_id)s, left(%(said)s, 500))
            """,
            [
                {
                    "name": item.name,
                    "alert_id": alert_id,
                    "client_id": item.client_id,
                    "said": item.said or "no reason was given",
                }
                for item in fresh.values()
            ],
        )
    return len(fresh)


def _open_alert(c: Connection, kind: OperatorAlertKind, cause: str) -> UUID:
    """The open alert of the cause, which nobody closes meanwhile."""
    found = fetch_one(
        c,
        _alert_id,
        """
        SELECT alert_id FROM operator_alerts WHERE cause = %(cause)s AND closed_at IS NULL
        FOR UPDATE
        """,
        cause=cause,
    )
    if found is not None:
        return found
    opened = fetch_one(
        c,
        _alert_id,
        """
        INSERT INTO operator_alerts (kind, cause, due_at)
        SELECT %(kind)s, %(cause)s, greatest(now() + %(settle)s * interval '1 second',
            (SELECT max(closed_at) FROM operator_alerts WHERE cause = %(cause)s)
                + %(pause)s * interval '1 minute')
        RETURNING alert_id
        """,
        kind=kind,
        cause=cause,
        settle=SETTLE_SECONDS,
        pause=PAUSE_MINUTES,
    )
    assert opened is not None
    return opened


def _alert_id(*, alert_id: UUID) -> UUID:
    return alert_id


def _name(*, name: str) -> str:
    return name


def _provider(*, provider: Provider) -> Provider:
    return provider
