"""Mails that tell people about a client: made once for each period, sent by one process at a time.

Whoever takes a mail holds it for `LEASE_SECONDS`. A process killed between sending and noting it
leaves the mail to another, which sends it once more. Mails of a server that is down are tried
again without end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.alerts.preferences import AlertKind
from infringement_dagster.domain.listing import Provider
from resources.postgres.statements import execute, fetch_all, fetch_one

LEASE_SECONDS = 300  # an SMTP conversation of nine answers, each within 20 s
PAUSE_MINUTES_MAX = 60  # between two tries; the first ones are 1, 2, 4 ... minutes apart
SETTLE_SECONDS = 60  # a scan flags in many steps: what comes meanwhile is in the same mail
AT_ONCE_PAUSE_MINUTES = 15  # from one mail of a kind to a person to the next
MailOutcome = Literal["sent", "skipped", "refused"]


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail to be made: about the events after one number up to another."""

    principal: str
    kind: AlertKind
    period: str  # what it is about, once for each person and kind
    after_event_no: int
    until_event_no: int
    since_at: datetime
    provider: Provider | None = None


@dataclass(frozen=True, slots=True)
class TakenMail:
    """A mail that this process is to send now."""

    mail_id: UUID
    principal: str
    kind: AlertKind
    after_event_no: int
    until_event_no: int
    since_at: datetime
    made_at: datetime
    provider: Provider | None
    attempts: int  # this one included


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail as the person sees it; without an outcome it is still to be sent."""

    mail_id: UUID
    kind: AlertKind
    made_at: datetime
    attempts: int
    next_attempt_at: datetime | None
    outcome: MailOutcome | None
    reason: str | None
    ended_at: datetime | None


def clients_with_mails(c: Connection) -> list[str]:
    """The active clients of which somebody may have to be told; for an admission transaction.

    Whoever wants to be told at once is behind as soon as anything happened, of whatever type.
    """
    return fetch_all(
        c,
        _client_id,
        """
        SELECT client_id FROM clients WHERE state = 'active' AND (
            EXISTS (SELECT FROM alert_preferences p WHERE p.client_id = clients.client_id
                AND refused_at IS NULL AND (next_digest_at <= now()
                    OR ((priority_cases OR failed_scans)
                        AND told_event_no < clients.last_event_no)))
            OR EXISTS (SELECT FROM alert_mails m WHERE m.client_id = clients.client_id
                AND outcome IS NULL AND next_attempt_at <= now()))
        ORDER BY client_id
        """,
    )


def make_mail(c: Connection, client_id: str, mail: NewMail, not_before: datetime) -> bool:
    """True when the mail is made; False where the person has one of this kind and period."""
    return bool(
        execute(
            c,
            """
            INSERT INTO alert_mails (client_id, principal, kind, period, after_event_no,
                until_event_no, since_at, provider, next_attempt_at)
            VALUES (%(client_id)s, %(principal)s, %(kind)s, %(period)s, %(after)s, %(until)s,
                %(since_at)s, %(provider)s, %(not_before)s)
            ON CONFLICT (client_id, principal, kind, period) DO NOTHING
            """,
            client_id=client_id,
            principal=mail.principal,
            kind=mail.kind,
            period=mail.period,
            after=mail.after_event_no,
            until=mail.until_event_no,
            since_at=mail.since_at,
            provider=mail.provider,
            not_before=not_before,
        )
    )


def extend_mail(
    c: Connection, client_id: str, principal: str, kind: AlertKind, until_event_no: int
) -> bool:
    """True when a mail of the kind that nobody has tried to send tells of these events too."""
    return bool(
        execute(
            c,
            """
            UPDATE alert_mails SET until_event_no = %(until)s
            WHERE client_id = %(client_id)s AND principal = %(principal)s AND kind = %(kind)s
                AND outcome IS NULL AND attempts = 0
            """,
            client_id=client_id,
            principal=principal,
            kind=kind,
            until=until_event_no,
        )
    )


def next_of_kind_at(c: Connection, client_id: str, principal: str, kind: AlertKind) -> datetime:
    """When the next mail at once may go: soon, but not right after one of the same kind."""
    found = fetch_one(
        c,
        _moment,
        """
        SELECT greatest(now() + %(settle)s * interval '1 second',
            max(ended_at) FILTER (WHERE outcome = 'sent') + %(pause)s * interval '1 minute') AS at
        FROM alert_mails
        WHERE client_id = %(client_id)s AND principal = %(principal)s AND kind = %(kind)s
        """,
        client_id=client_id,
        principal=principal,
        kind=kind,
        settle=SETTLE_SECONDS,
        pause=AT_ONCE_PAUSE_MINUTES,
    )
    assert found is not None  # an aggregate answers with one row
    return found


def take_due(c: Connection, client_id: str) -> TakenMail | None:
    """The mail that has waited longest, which no other process takes for `LEASE_SECONDS`."""
    return fetch_one(
        c,
        TakenMail,
        """
        UPDATE alert_mails SET attempts = attempts + 1,
            next_attempt_at = now() + %(lease)s * interval '1 second'
        WHERE client_id = %(client_id)s AND mail_id = (
            SELECT mail_id FROM alert_mails
            WHERE client_id = %(client_id)s AND outcome IS NULL AND next_attempt_at <= now()
            ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING mail_id, principal, kind, after_event_no, until_event_no, since_at, made_at,
            provider, attempts
        """,
        client_id=client_id,
        lease=LEASE_SECONDS,
    )


def end_mail(
    c: Connection, client_id: str, mail_id: UUID, outcome: MailOutcome, reason: str | None = None
) -> None:
    """Guarantees that the mail has ended so; one that has ended stays as it is."""
    execute(
        c,
        """
        UPDATE alert_mails SET outcome = %(outcome)s, reason = left(%(reason)s, 500),
            ended_at = now()
        WHERE client_id = %(client_id)s AND mail_id = %(mail_id)s AND outcome IS NULL
        """,
        client_id=client_id,
        mail_id=mail_id,
        outcome=outcome,
        reason=reason,
    )


def put_off(c: Connection, client_id: str, mail_id: UUID, reason: str) -> None:
    """Guarantees another try: after a minute, then twice as long each time, at most an hour."""
    execute(
        c,
        """
        UPDATE alert_mails SET reason = left(%(reason)s, 500), next_attempt_at = now()
            + least(%(most)s, power(2, least(attempts, 30) - 1)) * interval '1 minute'
        WHERE client_id = %(client_id)s AND mail_id = %(mail_id)s AND outcome IS NULL
        """,
        client_id=client_id,
        mail_id=mail_id,
        reason=reason,
        most=PAUSE_MINUTES_MAX,
    )


def keep_until(c: Connection, client_id: str, mail_id: UUID, at: datetime) -> None:
    """Guarantees that the mail waits until then, as if nobody had tried to send it."""
    execute(
        c,
        """
        UPDATE alert_mails SET next_attempt_at = %(at)s, attempts = attempts - 1
        WHERE client_id = %(client_id)s AND mail_id = %(mail_id)s AND outcome IS NULL
            AND attempts > 0
        """,
        client_id=client_id,
        mail_id=mail_id,
        at=at,
    )


def newest_mails(c: Connection, client_id: str, principal: str, limit: int) -> list[MailRow]:
    """The person's newest mails about the client, newest first."""
    return fetch_all(
        c,
        MailRow,
        """
        SELECT mail_id, kind, made_at, attempts, outcome, reason, ended_at,
            CASE WHEN outcome IS NULL THEN next_attempt_at END AS next_attempt_at
        FROM alert_mails WHERE client_id = %(client_id)s AND principal = %(principal)s
        ORDER BY made_at DESC, mail_id LIMIT %(limit)s
        """,
        client_id=client_id,
        principal=principal,
        limit=limit,
    )


def _client_id(*, client_id: str) -> str:
    return client_id


def _moment(*, at: datetime) -> datetime:
    return at
