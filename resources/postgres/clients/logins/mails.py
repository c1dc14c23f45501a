"""Mails that people are to get, and what became of each: sent, skipped or failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from psycopg import Connection

from resources.postgres.statements import execute, fetch_one

ATTEMPTS_MAX = 8  # over 2 hours: 1, 2, 4 ... minutes apart
LEASE_SECONDS = 120  # who takes a mail has sent it by then, or another process does
MailKind = Literal["password_reset", "invitation"]


@dataclass(frozen=True, slots=True)
class DueMail:
    """A mail to be sent now; without a user it goes to all accounts of the address."""

    mail_id: UUID
    client_id: str | None
    user_id: UUID | None
    address: str
    kind: MailKind
    network: str | None  # from which it was asked for; None: on the machine itself


def order_mail(
    c: Connection,
    kind: MailKind,
    address: str,
    network: str | None,
    client_id: str | None = None,
    user_id: UUID | None = None,
) -> None:
    """Guarantees that the mail is sent once this commits, or skipped where it is nobody's."""
    execute(
        c,
        """
        INSERT INTO mails (kind, address, network, client_id, user_id)
        VALUES (%(kind)s, %(address)s, %(network)s, %(client_id)s, %(user_id)s)
        """,
        kind=kind,
        address=address,
        network=network,
        client_id=client_id,
        user_id=user_id,
    )


def take_due(c: Connection) -> DueMail | None:
    """The mail that has waited longest, which no other process takes for `LEASE_SECONDS`."""
    return fetch_one(
        c,
        DueMail,
        """
        UPDATE mails SET attempts = attempts + 1,
            next_attempt_at = now() + %(lease)s * interval '1 second'
        WHERE mail_id = (
            SELECT mail_id FROM mails WHERE outcome IS NULL AND next_attempt_at <= now()
            ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING mail_id, client_id, user_id, address, kind, network
        """,
        lease=LEASE_SECONDS,
    )


def end_mail(
    c: Connection,
    mail_id: UUID,
    outcome: Literal["sent", "skipped", "failed"],
    reason: str | None = None,
) -> None:
    """Guarantees that the mail has ended so."""
    execute(
        c,
        """
        UPDATE mails SET outcome = %(outcome)s, reason = left(%(reason)s, 500), ended_at = now()
        WHERE mail_id = %(mail_id)s
        """,
        mail_id=mail_id,
        outcome=outcome,
        reason=reason,
    )


def put_off(c: Connection, mail_id: UUID, reason: str) -> None:
    """Guarantees another attempt later, or that the mail has failed after `ATTEMPTS_MAX`."""
    execute(
        c,
        """
        UPDATE mails SET reason = left(%(reason)s, 500),
            next_attempt_at = now() + power(2, attempts - 1) * interval '1 minute',
            outcome = CASE WHEN attempts >= %(attempts_max)s THEN 'failed' END,
            ended_at = CASE WHEN attempts >= %(attempts_max)s THEN now() END
        WHERE mail_id = %(mail_id)s
        """,
        mail_id=mail_id,
        reason=reason,
        attempts_max=ATTEMPTS_MAX,
    )
