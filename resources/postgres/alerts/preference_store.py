"""People's choices of what they are told about a client by mail.

Whoever chooses writes their own row; the process that makes mails moves its counters under the
row's lock. In a client transaction, where nothing else is said.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import Connection

from infringement_dagster.domain.alerts.preferences import (
    AlertPreferences,
    Cadence,
    QuietHours,
)
from resources.postgres.clients.client_store import UnknownClient
from resources.postgres.statements import execute, fetch_all, fetch_one

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class PreferenceRow:
    """A person's choices, how far they were told, and whether their address takes mail."""

    principal: str  # "user:" or "operator:" and an id
    preferences: AlertPreferences
    unsubscribe_key: bytes = field(repr=False)
    told_event_no: int  # mails at once were made of events up to this one
    digest_event_no: int  # and digests up to this one
    digested_at: datetime
    next_digest_at: datetime | None
    refused_at: datetime | None
    refused_reason: str | None


@dataclass(frozen=True, slots=True)
class RefusedAddress:
    """A person whose address takes no mail, in the words of its server."""

    principal: str
    refused_at: datetime
    reason: str


def put_preferences(
    c: Connection,
    client_id: str,
    principal: str,
    wanted: AlertPreferences,
    next_digest_at: datetime | None,
) -> None:
    """Guarantees the choices; what happened before they were made is told to nobody.

    An address that took no mail is tried again. Raises UnknownClient.
    """
    written = execute(
        c,
        """
        INSERT INTO alert_preferences AS known (client_id, principal, digest, digest_hour,
            priority_cases, failed_scans, providers_down, zone, quiet_from_hour, quiet_until_hour,
            unsubscribe_key, told_event_no, digest_event_no, next_digest_at)
        SELECT client_id, %(principal)s, %(digest)s, %(digest_hour)s, %(priority_cases)s,
            %(failed_scans)s, %(providers_down)s, %(zone)s, %(quiet_from)s, %(quiet_until)s,
            %(key)s, last_event_no, last_event_no, %(next_digest_at)s
        FROM clients WHERE client_id = %(client_id)s
        ON CONFLICT (client_id, principal) DO UPDATE SET
            digest = excluded.digest, digest_hour = excluded.digest_hour,
            priority_cases = excluded.priority_cases, failed_scans = excluded.failed_scans,
            providers_down = excluded.providers_down, zone = excluded.zone,
            quiet_from_hour = excluded.quiet_from_hour,
            quiet_until_hour = excluded.quiet_until_hour, changed_at = now(),
            -- Whoever was told of nothing begins with what comes.
            told_event_no = CASE WHEN known.priority_cases OR known.failed_scans
                THEN known.told_event_no ELSE excluded.told_event_no END,
            (digest_event_no, digested_at) = (SELECT
                CASE WHEN known.digest = 'off' THEN excluded.digest_event_no
                    ELSE known.digest_event_no END,
                CASE WHEN known.digest = 'off' THEN now() ELSE known.digested_at END),
            next_digest_at = excluded.next_digest_at, refused_at = NULL, refused_reason = NULL
        """,
        client_id=client_id,
        principal=principal,
        digest=wanted.digest,
        digest_hour=wanted.digest_hour,
        priority_cases=wanted.priority_cases,
        failed_scans=wanted.failed_scans,
        providers_down=wanted.providers_down,
        zone=wanted.zone,
        quiet_from=wanted.quiet.from_hour if wanted.quiet else None,
        quiet_until=wanted.quiet.until_hour if wanted.quiet else None,
        key=secrets.token_bytes(_KEY_BYTES),
        next_digest_at=next_digest_at,
    )
    if not written:
        raise UnknownClient(client_id)


def get_preferences(
    c: Connection, client_id: str, principal: str, *, lock: bool = False
) -> PreferenceRow | None:
    """The person's choices, or None before the first; with `lock` nobody changes them meanwhile."""
    return fetch_one(
        c,
        _row,
        _SELECT + " AND principal = %(principal)s" + (" FOR NO KEY UPDATE" if lock else ""),
        client_id=client_id,
        principal=principal,
    )


def lock_preferences(c: Connection, client_id: str) -> list[PreferenceRow]:
    """The choices of everybody whose address takes mail, but for rows that others hold.

    Nobody changes them until the transaction ends.
    """
    return fetch_all(
        c,
        _row,
        _SELECT + " AND refused_at IS NULL ORDER BY principal FOR NO KEY UPDATE SKIP LOCKED",
        client_id=client_id,
    )


def note_told(c: Connection, client_id: str, principal: str, event_no: int) -> None:
    """Guarantees that mails at once were made of all events up to this one."""
    execute(
        c,
        """
        UPDATE alert_preferences SET told_event_no = %(event_no)s
        WHERE client_id = %(client_id)s AND principal = %(principal)s
        """,
        client_id=client_id,
        principal=principal,
        event_no=event_no,
    )


def note_digest(
    c: Connection, client_id: str, principal: str, event_no: int, next_digest_at: datetime
) -> None:
    """Guarantees that a digest was made of all events up to this one, and when the next is due."""
    execute(
        c,
        """
        UPDATE alert_preferences SET digest_event_no = %(event_no)s, digested_at = now(),
            next_digest_at = %(next_digest_at)s
        WHERE client_id = %(client_id)s AND principal = %(principal)s
        """,
        client_id=client_id,
        principal=principal,
        event_no=event_no,
        next_digest_at=next_digest_at,
    )


def note_refusal(c: Connection, client_id: str, principal: str, reason: str) -> None:
    """Guarantees that nothing is made for the person until they choose anew."""
    execute(
        c,
        """
        UPDATE alert_preferences SET refused_at = now(), refused_reason = left(%(reason)s, 500)
        WHERE client_id = %(client_id)s AND principal = %(principal)s
        """,
        client_id=client_id,
        principal=principal,
        reason=reason,
    )


def refused_addresses(c: Connection, client_id: str) -> list[RefusedAddress]:
    """The client's people whose address takes no mail, operators among them."""
    return fetch_all(
        c,
        RefusedAddress,
        """
        SELECT principal, refused_at, refused_reason AS reason FROM alert_preferences
        WHERE client_id = %(client_id)s AND refused_at IS NOT NULL ORDER BY principal
        """,
        client_id=client_id,
    )


_SELECT = """
    SELECT principal, digest, digest_hour, priority_cases, failed_scans, providers_down, zone,
        quiet_from_hour, quiet_until_hour, unsubscribe_key, told_event_no, digest_event_no,
        digested_at, next_digest_at, refused_at, refused_reason
    FROM alert_preferences WHERE client_id = %(client_id)s"""


def _row(
    *,
    principal: str,
    digest: Cadence,
    digest_hour: int,
    priority_cases: bool,
    failed_scans: bool,
    providers_down: bool,
    zone: str,
    quiet_from_hour: int | None,
    quiet_until_hour: int | None,
    unsubscribe_key: bytes,
    told_event_no: int,
    digest_event_no: int,
    digested_at: datetime,
    next_digest_at: datetime | None,
    refused_at: datetime | None,
    refused_reason: str | None,
) -> PreferenceRow:
    quiet = None
    if quiet_from_hour is not None and quiet_until_hour is not None:
        quiet = QuietHours(quiet_from_hour, quiet_until_hour)
    return PreferenceRow(
        principal,
        AlertPreferences(
            digest, digest_hour, priority_cases, failed_scans, providers_down, zone, quiet
        ),
        bytes(unsubscribe_key),
        told_event_no,
        digest_event_no,
        digested_at,
        next_digest_at,
        refused_at,
        refused_reason,
    )
