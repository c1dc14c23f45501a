"""Authenticators of accounts and their recovery codes; and which clients ask everybody for one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from resources.postgres.clients.identity_store import tell_revocation
from resources.postgres.statements import execute, execute_many, fetch_all, fetch_count, fetch_one


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """An account's authenticator; it counts once it is confirmed."""

    secret: str = field(repr=False)
    confirmed_at: datetime | None


def factor_of(c: Connection, user_id: UUID) -> SecondFactor | None:
    """The account's authenticator, confirmed or not yet."""
    return fetch_one(
        c,
        SecondFactor,
        "SELECT secret, confirmed_at FROM second_factors WHERE user_id = %(user_id)s",
        user_id=user_id,
    )


def put_factor(c: Connection, client_id: str | None, user_id: UUID, secret: str) -> bool:
    """True when the secret waits to be confirmed now; False where one is confirmed already."""
    execute(
        c,
        "DELETE FROM second_factors WHERE user_id = %(user_id)s AND confirmed_at IS NULL",
        user_id=user_id,
    )
    added = execute(
        c,
        """
        INSERT INTO second_factors (client_id, user_id, secret)
        VALUES (%(client_id)s, %(user_id)s, %(secret)s)
        ON CONFLICT (client_id, user_id) DO NOTHING
        """,
        client_id=client_id,
        user_id=user_id,
        secret=secret,
    )
    return bool(added)


def confirm_factor(
    c: Connection, client_id: str | None, user_id: UUID, step: int, code_hashes: Iterable[bytes]
) -> bool:
    """True when the authenticator counts from now on, with these recovery codes."""
    confirmed = execute(
        c,
        """
        UPDATE second_factors SET confirmed_at = now(), last_step = %(step)s
        WHERE user_id = %(user_id)s AND confirmed_at IS NULL
        """,
        user_id=user_id,
        step=step,
    )
    if confirmed:
        execute_many(
            c,
            """
            INSERT INTO recovery_codes (client_id, user_id, code_hash)
            VALUES (%(client_id)s, %(user_id)s, %(code_hash)s)
            """,
            [
                {"client_id": client_id, "user_id": user_id, "code_hash": code_hash}
                for code_hash in code_hashes
            ],
        )
    return bool(confirmed)


def use_step(c: Connection, user_id: UUID, step: int) -> bool:
    """True once for each time step, and never for one before the last that was used."""
    used = execute(
        c,
        """
        UPDATE second_factors SET last_step = %(step)s
        WHERE user_id = %(user_id)s AND confirmed_at IS NOT NULL AND last_step < %(step)s
        """,
        user_id=user_id,
        step=step,
    )
    return bool(used)


def use_recovery_code(c: Connection, user_id: UUID, code_hash: bytes) -> bool:
    """True once for each code of the account."""
    used = execute(
        c,
        """
        UPDATE recovery_codes SET used_at = now()
        WHERE user_id = %(user_id)s AND code_hash = %(code_hash)s AND used_at IS NULL
        """,
        user_id=user_id,
        code_hash=code_hash,
    )
    return bool(used)


def recovery_codes_left(c: Connection, user_id: UUID) -> int:
    """How many of the account's recovery codes were not used."""
    query = "SELECT count(*) FROM recovery_codes WHERE user_id = %(user_id)s AND used_at IS NULL"
    return fetch_count(c, query, user_id=user_id)


def forget_factor(c: Connection, user_id: UUID) -> bool:
    """True when the account had an authenticator or had begun to set one up; it has none now."""
    execute(c, "DELETE FROM recovery_codes WHERE user_id = %(user_id)s", user_id=user_id)
    query = "DELETE FROM second_factors WHERE user_id = %(user_id)s"
    gone = execute(c, query, user_id=user_id)
    tell_revocation(c)
    return bool(gone)


def users_with_factor(c: Connection, client_id: str) -> list[UUID]:
    """The client's users who have a confirmed authenticator."""
    return fetch_all(
        c,
        _user_id,
        """
        SELECT user_id FROM second_factors
        WHERE client_id = %(client_id)s AND confirmed_at IS NOT NULL
        """,
        client_id=client_id,
    )


def requires_factor(c: Connection, client_id: str | None) -> bool:
    """True when nobody of the client comes in without one; operators are asked by nobody."""
    query = """
        SELECT count(*) FROM clients WHERE client_id = %(client_id)s AND requires_second_factor
    """
    return bool(fetch_count(c, query, client_id=client_id))


def set_required(c: Connection, client_id: str, *, required: bool) -> None:
    """Guarantees the rule from the next request on: sessions of people without one open nothing."""
    execute(
        c,
        """
        UPDATE clients SET requires_second_factor = %(required)s WHERE client_id = %(client_id)s
        """,
        client_id=client_id,
        required=required,
    )
    tell_revocation(c)


def _user_id(*, user_id: UUID) -> UUID:
    return user_id
