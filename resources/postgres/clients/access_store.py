"""Keys and users of a client, as its admin manages them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.permissions import ClientRole
from resources.identity.credentials import ApiKey
from resources.identity.email_addresses import new_address
from resources.postgres.client_room import check_room
from resources.postgres.clients.identity_store import tell_revocation
from resources.postgres.statements import execute, fetch_all, fetch_one


class UnknownKey(PermanentError):
    """The client has no such key, or it is revoked."""

    problem = ProblemKind(404, "unknown-key", "No such key", "List the client's keys.")


class UnknownUser(PermanentError):
    """The client has no such user."""

    problem = ProblemKind(404, "unknown-user", "No such user", "List the client's users.")


class UserExists(PermanentError):
    """The client has a user with this address."""

    problem = ProblemKind(
        409, "user-exists", "The address is taken", "Change the user that is there."
    )


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    """A key without its secret."""

    key_id: str
    environment: str
    name: str
    scopes: list[str]
    owner: str | None  # whose key it is; None: made before that was kept
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class UserRow:
    """A person of a client."""

    user_id: UUID
    email: str
    role: ClientRole
    created_at: datetime
    disabled_at: datetime | None
    has_password: bool  # False: they have yet to set the first one by a link


def add_key(
    c: Connection,
    client_id: str,
    key: ApiKey,
    *,
    name: str,
    scopes: list[str],
    owner: str | None,
    expires_at: datetime | None = None,
) -> ApiKeyRow:
    """The new key's row, of which the secret is kept as a hash only; raises NoRoom."""
    check_room(c, client_id, "keys")
    execute(
        c,
        """
        INSERT INTO api_keys
            (client_id, key_id, environment, secret_hash, name, scopes, owner, expires_at)
        VALUES (%(client_id)s, %(key_id)s, %(environment)s, %(secret_hash)s, %(name)s, %(scopes)s,
            %(owner)s, %(expires_at)s)
        """,
        client_id=client_id,
        key_id=key.key_id,
        environment=key.environment,
        secret_hash=key.secret_hash,
        name=name,
        scopes=sorted(scopes),
        owner=owner,
        expires_at=expires_at,
    )
    return get_key(c, client_id, key.key_id)


def get_key(c: Connection, client_id: str, key_id: str) -> ApiKeyRow:
    """The key; raises UnknownKey."""
    found = fetch_one(
        c,
        ApiKeyRow,
        _SELECT_KEY + "WHERE client_id = %(client_id)s AND key_id = %(key_id)s",
        client_id=client_id,
        key_id=key_id,
    )
    if found is None:
        raise _unknown_key(client_id, key_id)
    return found


def list_keys(c: Connection, client_id: str) -> list[ApiKeyRow]:
    """The client's keys, revoked ones too, newest first."""
    return fetch_all(
        c,
        ApiKeyRow,
        _SELECT_KEY + "WHERE client_id = %(client_id)s ORDER BY created_at DESC, key_id",
        client_id=client_id,
    )


def expire_key(c: Connection, client_id: str, key_id: str, at: datetime) -> None:
    """Guarantees that the live key ends by then, or sooner if it already would.

    Raises UnknownKey.
    """
    changed = execute(
        c,
        """
        UPDATE api_keys SET expires_at = least(expires_at, %(at)s)
        WHERE client_id = %(client_id)s AND key_id = %(key_id)s AND revoked_at IS NULL
        """,
        client_id=client_id,
        key_id=key_id,
        at=at,
    )
    if not changed:
        raise _unknown_key(client_id, key_id)


def revoke_key(c: Connection, client_id: str, key_id: str) -> None:
    """Guarantees that the key opens nothing any more, open streams included.

    Raises UnknownKey.
    """
    changed = execute(
        c,
        """
        UPDATE api_keys SET revoked_at = coalesce(revoked_at, now())
        WHERE client_id = %(client_id)s AND key_id = %(key_id)s
        """,
        client_id=client_id,
        key_id=key_id,
    )
    if not changed:
        raise _unknown_key(client_id, key_id)
    tell_revocation(c)


def add_user(
    c: Connection, client_id: str, email: str, role: ClientRole, password_hash: str | None
) -> UserRow:
    """The new user, who cannot log in without a password.

    Raises BadAddress, UserExists and NoRoom.
    """
    check_room(c, client_id, "people")
    added = fetch_one(
        c,
        UserRow,
        """
        INSERT INTO users (client_id, email, role, password_hash)
        VALUES (%(client_id)s, %(email)s, %(role)s, %(password_hash)s)
        ON CONFLICT (client_id, email) DO NOTHING
        RETURNING user_id, email, role, created_at, disabled_at,
            password_hash IS NOT NULL AS has_password
        """,
        client_id=client_id,
        email=new_address(email),
        role=role,
        password_hash=password_hash,
    )
    if added is None:
        raise UserExists(f"client {client_id} has a user {email} already; change that one")
    return added


def list_users(c: Connection, client_id: str) -> list[UserRow]:
    """The client's users, disabled ones too, in order of address."""
    return fetch_all(
        c,
        UserRow,
        """
        SELECT user_id, email, role, created_at, disabled_at,
            password_hash IS NOT NULL AS has_password
        FROM users
        WHERE client_id = %(client_id)s ORDER BY email
        """,
        client_id=client_id,
    )


def get_user(c: Connection, client_id: str, user_id: UUID) -> UserRow:
    """The user; raises UnknownUser."""
    found = fetch_one(
        c,
        UserRow,
        """
        SELECT user_id, email, role, created_at, disabled_at,
            password_hash IS NOT NULL AS has_password
        FROM users
        WHERE client_id = %(client_id)s AND user_id = %(user_id)s
        """,
        client_id=client_id,
        user_id=user_id,
    )
    if found is None:
        raise UnknownUser(f"client {client_id} has no user {user_id}; list its users for their ids")
    return found


def set_role(c: Connection, client_id: str, user_id: UUID, role: ClientRole) -> None:
    """Guarantees the role of the user from the next request on, open sessions included."""
    execute(
        c,
        """
        UPDATE users SET role = %(role)s WHERE client_id = %(client_id)s AND user_id = %(user_id)s
        """,
        client_id=client_id,
        user_id=user_id,
        role=role,
    )
    tell_revocation(c)


def enable_user(c: Connection, client_id: str, user_id: UUID) -> None:
    """Guarantees that the user may log in again; sessions that ended stay ended."""
    execute(
        c,
        """
        UPDATE users SET disabled_at = NULL
        WHERE client_id = %(client_id)s AND user_id = %(user_id)s
        """,
        client_id=client_id,
        user_id=user_id,
    )


def disable_user(c: Connection, client_id: str, user_id: UUID) -> None:
    """Guarantees that the user is shut out, sessions and open streams included.

    Raises UnknownUser.
    """
    changed = execute(
        c,
        """
        UPDATE users SET disabled_at = coalesce(disabled_at, now())
        WHERE client_id = %(client_id)s AND user_id = %(user_id)s
        """,
        client_id=client_id,
        user_id=user_id,
    )
    if not changed:
        raise UnknownUser(f"client {client_id} has no user {user_id}; list its users for their ids")
    tell_revocation(c)


def _unknown_key(client_id: str, key_id: str) -> UnknownKey:
    return UnknownKey(f"client {client_id} has no live key {key_id}; list its keys for their ids")


_SELECT_KEY = """
    SELECT key_id, environment, name, scopes, owner, created_at, expires_at, last_used_at,
        revoked_at
    FROM api_keys
"""
