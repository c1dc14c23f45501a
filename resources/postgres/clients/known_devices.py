"""Devices from which a person has logged in: others' failed log-ins do not slow these down."""

from __future__ import annotations

from uuid import UUID

from psycopg import Connection

from resources.postgres.statements import execute

DEVICES_MAX = 20  # of one person; the one not used for longest goes


def use_device(c: Connection, token_hash: bytes, user_id: UUID) -> bool:
    """True when the person has logged in from there; it counts as used by now."""
    found = execute(
        c,
        """
        UPDATE known_devices SET last_used_at = now()
        WHERE token_hash = %(token_hash)s AND user_id = %(user_id)s
        """,
        token_hash=token_hash,
        user_id=user_id,
    )
    return bool(found)


def add_device(c: Connection, token_hash: bytes, client_id: str | None, user_id: UUID) -> None:
    """Guarantees that the person has logged in from there, among the newest `DEVICES_MAX`."""
    execute(
        c,
        """
        INSERT INTO known_devices (token_hash, client_id, user_id)
        VALUES (%(token_hash)s, %(client_id)s, %(user_id)s)
        """,
        token_hash=token_hash,
        client_id=client_id,
        user_id=user_id,
    )
    execute(
        c,
        """
        DELETE FROM known_devices WHERE user_id = %(user_id)s AND token_hash NOT IN (
            SELECT token_hash FROM known_devices WHERE user_id = %(user_id)s
            ORDER BY last_used_at DESC LIMIT %(devices_max)s)
        """,
        user_id=user_id,
        devices_max=DEVICES_MAX,
    )


def forget_devices(c: Connection, user_id: UUID) -> None:
    """Guarantees that no device of the person is known."""
    execute(c, "DELETE FROM known_devices WHERE user_id = %(user_id)s", user_id=user_id)
