"""The audit trail: who changed access, hooks or limits, took files along, came in or was refused.

An entry is written in the transaction of what it tells of, so that neither is kept without the
other; no role of the database may change one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from resources.postgres.statements import execute, fetch_all

ON_THE_MACHINE = "command line"
_LAST_ID = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Doer:
    """Who does something, and from which network; None is the machine itself."""

    principal: str
    network: str | None = None


COMMAND_LINE = Doer(ON_THE_MACHINE)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that was done or refused."""

    entry_id: UUID
    recorded_at: datetime
    principal: str
    principal_name: str
    network: str | None
    action: str
    subject: str | None
    details: dict[str, object]


@dataclass(frozen=True, slots=True)
class AuditPosition:
    """Where a walk through the trail stands."""

    recorded_at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted: of some actions or of all but those, of one principal or of all."""

    actions: tuple[str, ...] | None = None
    is_without: bool = False
    principal: str | None = None


EVERYTHING = AuditFilter()


def record(
    c: Connection,
    client_id: str,
    by: Doer,
    action: str,
    subject: str | None = None,
    **details: object,
) -> None:
    """Guarantees the entry in the client's trail once the transaction commits."""
    execute(
        c,
        """
        INSERT INTO audit_entries (client_id, principal, network, action, subject, details)
        VALUES (%(client_id)s, %(principal)s, %(network)s, %(action)s, left(%(subject)s, 500),
            %(details)s)
        """,
        client_id=client_id,
        principal=by.principal,
        network=by.network,
        action=action,
        subject=subject,
        details=Jsonb(details),
    )


def record_of_operators(
    c: Connection, by: Doer, action: str, subject: str | None = None, **details: object
) -> None:
    """Guarantees the entry in the operators' trail; in an identity transaction."""
    execute(
        c,
        """
        INSERT INTO operator_audit_entries (principal, network, action, subject, details)
        VALUES (%(principal)s, %(network)s, %(action)s, left(%(subject)s, 500), %(details)s)
        """,
        principal=by.principal,
        network=by.network,
        action=action,
        subject=subject,
        details=Jsonb(details),
    )


def record_for(
    c: Connection,
    client_id: str | None,
    by: Doer,
    action: str,
    subject: str | None = None,
    **details: object,
) -> None:
    """Guarantees the entry in the client's trail, or the operators' where there is no client."""
    if client_id is None:
        record_of_operators(c, by, action, subject, **details)
    else:
        record(c, client_id, by, action, subject, **details)


def entries_before(
    c: Connection,
    client_id: str,
    limit: int,
    position: AuditPosition | None = None,
    wanted: AuditFilter = EVERYTHING,
) -> list[AuditEntry]:
    """The client's entries before the position that are wanted, newest first."""
    return fetch_all(
        c,
        AuditEntry,
        """
        SELECT entry_id, recorded_at, principal, principal_name(client_id, principal), network,
            action, subject, details
        FROM audit_entries
        WHERE client_id = %(client_id)s AND (recorded_at, entry_id) < (
            coalesce(%(recorded_at)s, 'infinity'::timestamptz), coalesce(%(entry_id)s, %(last)s))
            AND (%(by)s::text IS NULL OR principal = %(by)s)
            AND (%(actions)s::text[] IS NULL OR (action = ANY(%(actions)s)) <> %(is_without)s)
        ORDER BY recorded_at DESC, entry_id DESC LIMIT %(limit)s
        """,
        client_id=client_id,
        recorded_at=position.recorded_at if position else None,
        entry_id=position.entry_id if position else None,
        last=_LAST_ID,
        by=wanted.principal,
        actions=None if wanted.actions is None else list(wanted.actions),
        is_without=wanted.is_without,
        limit=limit,
    )


def operator_entries(
    c: Connection, limit: int, position: AuditPosition | None = None
) -> list[AuditEntry]:
    """The operators' entries before the position, newest first; in an identity transaction."""
    return fetch_all(
        c,
        AuditEntry,
        """
        SELECT entry_id, recorded_at, principal, coalesce(email, principal) AS principal_name,
            network, action, subject, details
        FROM operator_audit_entries
            LEFT JOIN operators ON principal = 'operator:' || user_id
        WHERE (recorded_at, entry_id) < (
            coalesce(%(recorded_at)s, 'infinity'::timestamptz), coalesce(%(entry_id)s, %(last)s))
        ORDER BY recorded_at DESC, entry_id DESC LIMIT %(limit)s
        """,
        recorded_at=position.recorded_at if position else None,
        entry_id=position.entry_id if position else None,
        last=_LAST_ID,
        limit=limit,
    )
