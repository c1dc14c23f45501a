"""Links with which a person sets a new password once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from resources.postgres.statements import execute, fetch_all


class SpentLink(PermanentError):
    """A reset link that was used, replaced, is too old or never was."""

    problem = ProblemKind(410, "spent-link", "The link works no more", "Ask for another.")


@dataclass(frozen=True, slots=True)
class ResettingPerson:
    """Whose password a link sets; `client_id` is None for an operator."""

    client_id: str | None
    user_id: UUID
    email: str


def put_reset(
    c: Connection, token_hash: bytes, client_id: str | None, user_id: UUID, expires_at: datetime
) -> None:
    """Guarantees that the link works until then, and no earlier one of this person."""
    forget_resets(c, user_id)
    execute(
        c,
        """
        INSERT INTO password_resets (token_hash, client_id, user_id, expires_at)
        VALUES (%(token_hash)s, %(client_id)s, %(user_id)s, %(expires_at)s)
        """,
        token_hash=token_hash,
        client_id=client_id,
        user_id=user_id,
        expires_at=expires_at,
    )


def forget_resets(c: Connection, user_id: UUID) -> None:
    """Guarantees that no link of the person works."""
    execute(c, "DELETE FROM password_resets WHERE user_id = %(user_id)s", user_id=user_id)


def people_of_reset(c: Connection, token_hash: bytes) -> list[ResettingPerson]:
    """Whose password the link sets, while it works and they are not shut out; raises SpentLink.

    One account, or all that a mailed link's address has.
    """
    found = fetch_all(
        c,
        ResettingPerson,
        """
        SELECT password_resets.client_id, user_id, coalesce(users.email, operators.email) AS email
        FROM password_resets
            LEFT JOIN users USING (client_id, user_id)
            LEFT JOIN operators USING (user_id)
        WHERE token_hash = %(token_hash)s AND used_at IS NULL AND expires_at > now()
            AND coalesce(users.email, operators.email) IS NOT NULL
            AND users.disabled_at IS NULL AND operators.disabled_at IS NULL
        """,
        token_hash=token_hash,
    )
    if not found:
        raise _spent()
    return found


def use_reset(c: Connection, token_hash: bytes) -> None:
    """Guarantees that the link has worked this once; raises SpentLink."""
    used = execute(
        c,
        """
        UPDATE password_resets SET used_at = now()
        WHERE token_hash = %(token_hash)s AND used_at IS NULL AND expires_at > now()
        """,
        token_hash=token_hash,
    )
    if not used:
        raise _spent()


def set_password(c: Connection, client_id: str | None, user_id: UUID, password_hash: str) -> None:
    """Guarantees the password of the person, or of the operator where there is no client."""
    if client_id is None:
        execute(
            c,
            "UPDATE operators SET password_hash = %(password_hash)s WHERE user_id = %(user_id)s",
            user_id=user_id,
            password_hash=password_hash,
        )
        return
    execute(
        c,
        """
        UPDATE users SET password_hash = %(password_hash)s
        WHERE client_id = %(client_id)s AND user_id = %(user_id)s
        """,
        client_id=client_id,
        user_id=user_id,
        password_hash=password_hash,
    )


def _spent() -> SpentLink:
    return SpentLink("the link was used already, replaced by a newer one or is too old")
