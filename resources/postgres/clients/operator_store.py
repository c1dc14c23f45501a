"""Operators and their keys, and what only they may do to clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from resources.identity.credentials import ApiKey
from resources.identity.email_addresses import new_address
from resources.postgres.clients.client_store import UnknownClient
from resources.postgres.clients.identity_store import tell_revocation
from resources.postgres.clients.records import ClientRow
from resources.postgres.statements import execute, fetch_all, fetch_one


class OperatorExists(PermanentError):
    """There is an operator with this address."""

    problem = ProblemKind(
        409, "operator-exists", "The address is taken", "Change the operator who is there."
    )


class UnknownOperatorKey(PermanentError):
    """There is no such operator's key."""


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """A person of the operating company."""

    user_id: UUID
    email: str
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class OperatorAccount(OperatorRow):
    """An operator with how they log in and whether they are told of failures."""

    wants_alerts: bool
    has_password: bool
    has_factor: bool
    logged_in_at: datetime | None  # last, as far as the trail is kept


@dataclass(frozen=True, slots=True)
class OperatorKeyRow:
    """An operator's key without its secret."""

    key_id: str
    environment: str
    name: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


def add_operator(c: Connection, email: str, password_hash: str | None) -> OperatorRow:
    """The new operator; raises BadAddress and OperatorExists."""
    added = fetch_one(
        c,
        OperatorRow,
        """
        INSERT INTO operators (email, password_hash) VALUES (%(email)s, %(password_hash)s)
        ON CONFLICT (email) DO NOTHING RETURNING user_id, email, created_at, disabled_at
        """,
        email=new_address(email),
        password_hash=password_hash,
    )
    if added is None:
        raise OperatorExists(f"there is an operator {email} already")
    return added


def list_operators(c: Connection) -> list[OperatorRow]:
    """Every operator in order of address."""
    return fetch_all(
        c,
        OperatorRow,
        "SELECT user_id, email, created_at, disabled_at FROM operators ORDER BY email",
    )


def operator_accounts(c: Connection) -> list[OperatorAccount]:
    """Every operator in order of address, with how they log in."""
    return fetch_all(
        c,
        OperatorAccount,
        """
        SELECT user_id, email, created_at, disabled_at, wants_alerts,
            password_hash IS NOT NULL AS has_password,
            EXISTS (SELECT FROM second_factors factor WHERE factor.user_id = operators.user_id
                AND confirmed_at IS NOT NULL) AS has_factor, logged_in_at
        FROM operators LEFT JOIN (
            SELECT principal, max(recorded_at) AS logged_in_at FROM operator_audit_entries
            WHERE action = 'login.succeeded' GROUP BY principal
        ) AS log_ins ON principal = 'operator:' || user_id
        ORDER BY email
        """,
    )


def set_operator_disabled(c: Connection, user_id: UUID, *, disabled: bool) -> None:
    """Guarantees that the operator is shut out, sessions included, or may log in again."""
    execute(
        c,
        """
        UPDATE operators SET disabled_at = CASE WHEN %(disabled)s THEN now() END
        WHERE user_id = %(user_id)s
        """,
        user_id=user_id,
        disabled=disabled,
    )
    tell_revocation(c)


def add_operator_key(
    c: Connection, key: ApiKey, *, name: str, expires_at: datetime | None = None
) -> None:
    """Guarantees that the key acts as an operator until it expires."""
    execute(
        c,
        """
        INSERT INTO operator_keys (key_id, environment, secret_hash, name, expires_at)
        VALUES (%(key_id)s, %(environment)s, %(secret_hash)s, %(name)s, %(expires_at)s)
        """,
        key_id=key.key_id,
        environment=key.environment,
        secret_hash=key.secret_hash,
        name=name,
        expires_at=expires_at,
    )


def list_operator_keys(c: Connection) -> list[OperatorKeyRow]:
    """Every operator's key, revoked ones too, newest first."""
    return fetch_all(
        c,
        OperatorKeyRow,
        """
        SELECT key_id, environment, name, created_at, expires_at, last_used_at, revoked_at
        FROM operator_keys ORDER BY created_at DESC, key_id
        """,
    )


def revoke_operator_key(c: Connection, key_id: str) -> None:
    """Guarantees that the key opens nothing any more; raises UnknownOperatorKey."""
    changed = execute(
        c,
        """
        UPDATE operator_keys SET revoked_at = coalesce(revoked_at, now())
        WHERE key_id = %(key_id)s
        """,
        key_id=key_id,
    )
    if not changed:
        raise UnknownOperatorKey(f"there is no operator's key {key_id}; list them for their ids")
    tell_revocation(c)


def clients_after(c: Connection, client_id: str, limit: int) -> list[ClientRow]:
    """At most `limit` clients whose id comes after this one, in order of id."""
    return fetch_all(
        c,
        ClientRow,
        """
        SELECT client_id, display_name, state, last_event_no, created_at FROM clients
        WHERE client_id > %(client_id)s ORDER BY client_id LIMIT %(limit)s
        """,
        client_id=client_id,
        limit=limit,
    )


def set_client_state(c: Connection, client_id: str, state: Literal["active", "suspended"]) -> None:
    """Guarantees the state; a suspended client's keys and sessions open nothing.

    Raises UnknownClient.
    """
    changed = execute(
        c,
        "UPDATE clients SET state = %(state)s WHERE client_id = %(client_id)s",
        client_id=client_id,
        state=state,
    )
    if not changed:
        raise UnknownClient(client_id)
    tell_revocation(c)
