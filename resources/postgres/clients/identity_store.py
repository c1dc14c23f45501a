"""Finds out who holds a credential, before it is known to which client they belong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, LiteralString
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.permissions import Role
from resources.identity.credentials import ApiKey
from resources.identity.email_addresses import known_address
from resources.postgres.statements import execute, fetch_all, fetch_count, fetch_one

REVOCATION_CHANNEL = "infringement_revocations"


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """The holder of a live key; `client_id` is None for an operator's."""

    key_id: str
    secret_hash: bytes = field(repr=False)
    client_id: str | None
    client_state: Literal["active", "suspended"] | None
    scopes: list[str]
    is_stale: bool  # last_used_at is more than a minute old


@dataclass(frozen=True, slots=True)
class KnownKey:
    """Whose a key is that was refused; `client_id` is None for an operator's."""

    client_id: str | None
    refused_for: str


@dataclass(frozen=True, slots=True)
class SessionHolder:
    """The person of a live session; `client_id` is None for an operator."""

    user_id: UUID
    session_id: UUID
    is_stale: bool  # last_used_at is more than a minute old
    email: str
    client_id: str | None
    client_state: Literal["active", "suspended"] | None
    role: Role

    @property
    def principal(self) -> str:
        """The person as history names them."""
        return person_principal(self.client_id, self.user_id)


@dataclass(frozen=True, slots=True)
class Login:
    """An account, with which a person may log in; `client_id` is None for an operator."""

    user_id: UUID
    email: str
    password_hash: str | None = field(repr=False)
    role: Role
    client_id: str | None
    client_name: str | None  # None as client_id is
    client_state: Literal["active", "suspended"] | None

    @property
    def principal(self) -> str:
        """The person as history names them."""
        return person_principal(self.client_id, self.user_id)


def person_principal(client_id: str | None, user_id: UUID) -> str:
    """The person as history names them: by an id of this client, or of the operators."""
    return f"operator:{user_id}" if client_id is None else f"user:{user_id}"


def key_holder(c: Connection, key: ApiKey) -> KeyHolder | None:
    """The holder of the key if it is neither expired nor revoked; compare the secrets yourself."""
    return fetch_one(
        c,
        KeyHolder,
        """
        SELECT key_id, secret_hash, client_id, clients.state AS client_state, scopes,
            coalesce(last_used_at < now() - interval '1 minute', true) AS is_stale
        FROM api_keys JOIN clients USING (client_id)
        WHERE key_id = %(key_id)s AND environment = %(environment)s AND revoked_at IS NULL
            AND (expires_at IS NULL OR expires_at > now())
        UNION ALL
        SELECT key_id, secret_hash, NULL, NULL, '{}',
            coalesce(last_used_at < now() - interval '1 minute', true)
        FROM operator_keys
        WHERE key_id = %(key_id)s AND environment = %(environment)s AND revoked_at IS NULL
            AND (expires_at IS NULL OR expires_at > now())
        """,
        key_id=key.key_id,
        environment=key.environment,
    )


def known_key(c: Connection, key: ApiKey) -> KnownKey | None:
    """Whose key of this id there is or was, and why it opens nothing."""
    return fetch_one(
        c,
        KnownKey,
        """
        SELECT client_id, CASE WHEN revoked_at IS NOT NULL THEN 'revoked'
            WHEN expires_at <= now() THEN 'expired' ELSE 'wrong secret' END AS refused_for
        FROM (SELECT client_id, key_id, environment, revoked_at, expires_at FROM api_keys
            UNION ALL SELECT NULL, key_id, environment, revoked_at, expires_at
            FROM operator_keys) AS known
        WHERE key_id = %(key_id)s AND environment = %(environment)s
        """,
        key_id=key.key_id,
        environment=key.environment,
    )


def note_key_use(c: Connection, key_id: str, *, is_operator: bool) -> None:
    """Guarantees that the key counts as used by now."""
    table = "operator_keys" if is_operator else "api_keys"
    c.execute(f"UPDATE {table} SET last_used_at = now() WHERE key_id = %s", (key_id,))  # noqa: S608 - one of two names


def session_holder(c: Connection, token_hash: bytes) -> SessionHolder | None:
    """The person of the session if neither it nor the person was shut out.

    A session of who lacks a second factor that the client asks for is none.
    """
    return fetch_one(
        c,
        SessionHolder,
        """
        SELECT user_id, session_id, last_used_at < now() - interval '1 minute' AS is_stale,
            coalesce(users.email, operators.email) AS email, sessions.client_id,
            clients.state AS client_state, coalesce(users.role, 'operator') AS role
        FROM sessions
            LEFT JOIN users USING (client_id, user_id)
            LEFT JOIN operators USING (user_id)
            LEFT JOIN clients ON clients.client_id = sessions.client_id
        WHERE token_hash = %(token_hash)s AND revoked_at IS NULL AND expires_at > now()
            AND coalesce(users.email, operators.email) IS NOT NULL
            AND users.disabled_at IS NULL AND operators.disabled_at IS NULL
            AND (NOT coalesce(clients.requires_second_factor, false) OR EXISTS (
                SELECT FROM second_factors WHERE second_factors.client_id = sessions.client_id
                    AND second_factors.user_id = sessions.user_id AND confirmed_at IS NOT NULL))
        """,
        token_hash=token_hash,
    )


def open_session(
    c: Connection,
    token_hash: bytes,
    client_id: str | None,
    user_id: UUID,
    expires_at: datetime,
    *,
    network: str | None = None,
    user_agent: str | None = None,
) -> None:
    """Guarantees that the token is a session of this person; ended ones are forgotten."""
    execute(
        c,
        "DELETE FROM sessions WHERE user_id = %(user_id)s AND expires_at < now()",
        user_id=user_id,
    )
    execute(
        c,
        """
        INSERT INTO sessions (token_hash, client_id, user_id, expires_at, network, user_agent)
        VALUES (%(token_hash)s, %(client_id)s, %(user_id)s, %(expires_at)s, %(network)s,
            left(nullif(%(user_agent)s, ''), 300))
        """,
        network=network,
        user_agent=user_agent,
        token_hash=token_hash,
        client_id=client_id,
        user_id=user_id,
        expires_at=expires_at,
    )


def end_session(c: Connection, token_hash: bytes) -> None:
    """Guarantees that the session is over; its open streams are told."""
    execute(
        c,
        """
        UPDATE sessions SET revoked_at = now()
        WHERE token_hash = %(token_hash)s AND revoked_at IS NULL
        """,
        token_hash=token_hash,
    )
    tell_revocation(c)


def end_sessions(c: Connection, user_id: UUID, *, but: bytes | None = None) -> None:
    """Guarantees that all sessions of the person are over, except the one of token hash `but`.

    Log-ins that wait for a client or a code are over, too.
    """
    execute(c, "DELETE FROM begun_logins WHERE user_id = %(user_id)s", user_id=user_id)
    execute(
        c,
        """
        UPDATE sessions SET revoked_at = now()
        WHERE user_id = %(user_id)s AND revoked_at IS NULL
            AND token_hash IS DISTINCT FROM %(but)s
        """,
        user_id=user_id,
        but=but,
    )
    tell_revocation(c)


def tell_revocation(c: Connection) -> None:
    """Guarantees that open streams look again at their credentials once this commits."""
    c.execute("NOTIFY infringement_revocations")


def login_of(c: Connection, client_id: str | None, email: str) -> Login | None:
    """The person with this address at the client, or the operator when there is no client."""
    return next((person for person in logins_of(c, email) if person.client_id == client_id), None)


def logins_of(c: Connection, email: str) -> list[Login]:
    """Every account of the address that is not shut out: the operator first, clients by name."""
    where = "email = %(email)s AND disabled_at IS NULL"
    return fetch_all(c, Login, _accounts(where), email=known_address(email))


def logins_among(c: Connection, user_ids: Sequence[UUID]) -> list[Login]:
    """Those of the accounts that are not shut out, in the same order."""
    where = "user_id = ANY(%(user_ids)s) AND disabled_at IS NULL"
    return fetch_all(c, Login, _accounts(where), user_ids=list(user_ids))


def _accounts(where: LiteralString) -> LiteralString:
    return f"""
        SELECT user_id, email, password_hash, 'operator' AS role, NULL AS client_id,
            NULL AS client_name, NULL AS client_state
        FROM operators WHERE {where}
        UNION ALL
        SELECT user_id, email, password_hash, role, client_id, display_name, state
        FROM users JOIN clients USING (client_id) WHERE {where}
        ORDER BY client_name NULLS FIRST, client_id
    """  # noqa: S608 - our own conditions


def is_client(c: Connection, client_id: str) -> bool:
    """True when there is a client of this id."""
    query = "SELECT count(*) FROM clients WHERE client_id = %(client_id)s"
    return bool(fetch_count(c, query, client_id=client_id))


@dataclass(frozen=True, slots=True)
class LiveCredentials:
    """Which of the credentials asked for still open the door."""

    key_ids: frozenset[str]
    token_hashes: frozenset[bytes]


def live_credentials(
    c: Connection, key_ids: Sequence[str], token_hashes: Sequence[bytes]
) -> LiveCredentials:
    """Those of the keys and sessions that are live, whose holder and client are too."""
    keys = fetch_all(
        c,
        _key_id,
        """
        SELECT key_id FROM api_keys JOIN clients USING (client_id)
        WHERE key_id = ANY(%(key_ids)s) AND revoked_at IS NULL AND state = 'active'
            AND (expires_at IS NULL OR expires_at > now())
        UNION ALL
        SELECT key_id FROM operator_keys
        WHERE key_id = ANY(%(key_ids)s) AND revoked_at IS NULL
            AND (expires_at IS NULL OR expires_at > now())
        """,
        key_ids=list(key_ids),
    )
    tokens = fetch_all(
        c,
        _token_hash,
        """
        SELECT token_hash FROM sessions
            LEFT JOIN users USING (client_id, user_id)
            LEFT JOIN operators USING (user_id)
            LEFT JOIN clients ON clients.client_id = sessions.client_id
        WHERE token_hash = ANY(%(token_hashes)s) AND revoked_at IS NULL AND expires_at > now()
            AND users.disabled_at IS NULL AND operators.disabled_at IS NULL
            AND coalesce(clients.state, 'active') = 'active'
            AND (NOT coalesce(clients.requires_second_factor, false) OR EXISTS (
                SELECT FROM second_factors WHERE second_factors.client_id = sessions.client_id
                    AND second_factors.user_id = sessions.user_id AND confirmed_at IS NOT NULL))
        """,
        token_hashes=list(token_hashes),
    )
    return LiveCredentials(frozenset(keys), frozenset(tokens))


def _key_id(*, key_id: str) -> str:
    return key_id


def _token_hash(*, token_hash: bytes) -> bytes:
    return bytes(token_hash)
