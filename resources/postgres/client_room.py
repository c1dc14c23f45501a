"""How much of each kind one client may keep, whichever of its keys or people adds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, LiteralString

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from resources.postgres.statements import fetch_count, hold_lock

Kind = Literal[
    "web-hooks",
    "reference photos",
    "people",
    "keys",
    "bytes of config versions",
    "entries of lists",
]


class NoRoom(PermanentError):
    """The client keeps as many of a kind as a client may."""

    problem = ProblemKind(
        409, "no-room", "The client keeps too many", "Remove some, or ask your operator."
    )


@dataclass(frozen=True, slots=True)
class _Room:
    most: int
    counted: LiteralString


_ROOMS: Mapping[Kind, _Room] = {
    "web-hooks": _Room(
        50,
        "SELECT count(*) FROM webhooks WHERE client_id = %(client_id)s AND disabled_at IS NULL",
    ),
    "reference photos": _Room(
        2_000,
        """
        SELECT count(*) FROM reference_photos
        WHERE client_id = %(client_id)s AND removed_at IS NULL
        """,
    ),
    "people": _Room(
        500, "SELECT count(*) FROM users WHERE client_id = %(client_id)s AND disabled_at IS NULL"
    ),
    "keys": _Room(
        200, "SELECT count(*) FROM api_keys WHERE client_id = %(client_id)s AND revoked_at IS NULL"
    ),
    # Rules read all of them for each thousand cases.
    "entries of lists": _Room(
        20_000,
        """
        SELECT count(*) FROM list_entries WHERE client_id = %(client_id)s AND removed_at IS NULL
        """,
    ),
    # As kept, compressed: a config of 50 brands takes 4 KB, so this is ten thousand versions.
    "bytes of config versions": _Room(
        64_000_000,
        """
        SELECT coalesce(sum(pg_column_size(document)), 0) FROM config_versions
        WHERE client_id = %(client_id)s
        """,
    ),
}


def check_room(c: Connection, client_id: str, kind: Kind) -> None:
    """Returns when the client may add one in this transaction, which then adds alone.

    Raises NoRoom.
    """
    room = _ROOMS[kind]
    hold_lock(c, f"{client_id}/{kind}")
    kept = fetch_count(c, room.counted, client_id=client_id)
    if kept >= room.most:
        raise NoRoom(
            f"client {client_id} keeps {kept} {kind} and may keep {room.most}; "
            "remove some that are not needed"
        )
