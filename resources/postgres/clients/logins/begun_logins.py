"""Log-ins of which the password was right and something is still missing: a client or a code."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from resources.postgres.clients.identity_store import Login, logins_among
from resources.postgres.statements import execute, fetch_all


def begin_login(
    c: Connection, token_hash: bytes, people: Iterable[Login], expires_at: datetime
) -> None:
    """Guarantees that the token stands for the password of these accounts until then."""
    for person in people:
        execute(
            c,
            """
            INSERT INTO begun_logins (token_hash, client_id, user_id, expires_at)
            VALUES (%(token_hash)s, %(client_id)s, %(user_id)s, %(expires_at)s)
            """,
            token_hash=token_hash,
            client_id=person.client_id,
            user_id=person.user_id,
            expires_at=expires_at,
        )


def begun_login(c: Connection, token_hash: bytes) -> list[Login]:
    """The accounts that the token stands for, of which none was shut out or suspended since."""
    found = fetch_all(
        c,
        _user_id,
        """
        SELECT user_id FROM begun_logins
        WHERE token_hash = %(token_hash)s AND expires_at > now()
        """,
        token_hash=token_hash,
    )
    return [person for person in logins_among(c, found) if person.client_state != "suspended"]


def choose(c: Connection, token_hash: bytes, user_id: UUID) -> None:
    """Guarantees that the token stands for this account alone, if it did for it before."""
    execute(
        c,
        "DELETE FROM begun_logins WHERE token_hash = %(token_hash)s AND user_id <> %(user_id)s",
        token_hash=token_hash,
        user_id=user_id,
    )


def end_begun_login(c: Connection, token_hash: bytes) -> bool:
    """True when the token stood for something; it stands for nothing any more."""
    query = "DELETE FROM begun_logins WHERE token_hash = %(token_hash)s"
    return bool(execute(c, query, token_hash=token_hash))


def _user_id(*, user_id: UUID) -> UUID:
    return user_id
