"""Erasing a client: every row of it, in every table, and the receipt that stays.

All functions want a housekeeping transaction of the client. Tables are found in the catalogue, so
that one which somebody adds later is not forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from hashlib import sha256
from uuid import UUID

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from infringement_dagster.domain.errors import TransientError
from resources.postgres.statements import execute, fetch_all, fetch_count, fetch_one

_LAST = "clients"  # its row says that the erasure is not finished
_FIRST = ("request_limits", "login_attempts")  # found by the client's keys, users and name


class StillWritten(TransientError):
    """Something was written for the client while it was being erased."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """The erasure of a client, numbers only once it is finished."""

    erasure_id: UUID
    client_id: str | None
    client_sha256: str
    counts: dict[str, int]
    started_at: datetime
    finished_at: datetime | None


_SELECT = """
    SELECT erasure_id, client_id, client_sha256, counts, started_at, finished_at FROM erasures
"""


def begin_erasure(c: Connection, client_id: str) -> Erasure:
    """The erasure of the client, the unfinished one if there is one."""
    execute(
        c,
        """
        INSERT INTO erasures (client_id, client_sha256)
        VALUES (%(client_id)s, %(client_sha256)s) ON CONFLICT DO NOTHING
        """,
        client_id=client_id,
        client_sha256=client_digest(client_id),
    )
    found = fetch_one(c, Erasure, _SELECT + "WHERE client_id = %(client_id)s", client_id=client_id)
    assert found is not None
    return found


def client_digest(client_id: str) -> str:
    """By which the receipt of an erased client is found by whoever knows its name."""
    return sha256(client_id.encode()).hexdigest()


def unfinished_erasures(c: Connection) -> list[str]:
    """The clients whose erasure has begun and was not finished."""
    return fetch_all(
        c, _client_id, "SELECT client_id FROM erasures WHERE client_id IS NOT NULL ORDER BY 1"
    )


def count_erased(c: Connection, erasure_id: UUID, counts: Mapping[str, int]) -> None:
    """Guarantees that the receipt says that so many more were erased of each kind."""
    known = get_erasure(c, erasure_id).counts
    added = {name: known.get(name, 0) + number for name, number in counts.items() if number}
    execute(
        c,
        "UPDATE erasures SET counts = counts || %(added)s WHERE erasure_id = %(erasure_id)s",
        erasure_id=erasure_id,
        added=Jsonb(added),
    )


def get_erasure(c: Connection, erasure_id: UUID) -> Erasure:
    """The erasure with what it has counted so far."""
    found = fetch_one(
        c, Erasure, _SELECT + "WHERE erasure_id = %(erasure_id)s", erasure_id=erasure_id
    )
    assert found is not None
    return found


def unended_scans(c: Connection, client_id: str) -> list[UUID]:
    """The client's scans that have not ended and were not cancelled."""
    return fetch_all(
        c,
        _scan_id,
        """
        SELECT scan_id FROM scans WHERE client_id = %(client_id)s
            AND state IN ('queued', 'running') AND cancel_requested_at IS NULL
        """,
        client_id=client_id,
    )


def live_runs(c: Connection, client_id: str, silent_seconds_max: float) -> int:
    """How many of the client's runs have not ended and showed life within so many seconds."""
    return fetch_count(
        c,
        """
        SELECT count(*) FROM runs
        WHERE client_id = %(client_id)s AND state IN ('admitted', 'running')
            AND greatest(heartbeat_at, admitted_at, queued_at)
                > now() - %(silent_seconds_max)s * interval '1 second'
        """,
        client_id=client_id,
        silent_seconds_max=silent_seconds_max,
    )


def tables_to_clear(c: Connection) -> list[str]:
    """Every table that holds rows of clients, each after those that refer to it."""
    tables = set(fetch_all(c, _name, _TABLES))
    waits_for: dict[str, set[str]] = {table: set() for table in tables}
    for table, target in fetch_all(c, _reference, _REFERENCES):
        if {table, target} <= tables and target != table:
            waits_for[target].add(table)
    ordered = TopologicalSorter(waits_for).static_order()
    return [*_FIRST, *_without(ordered, _LAST)]


_TABLES = """
    SELECT relname AS name FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND attname = 'client_id' AND relname <> 'erasures'
    ORDER BY relname
"""
_REFERENCES = """
    SELECT conrelid::regclass::text AS table, confrelid::regclass::text AS target
    FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
"""


def delete_rows(c: Connection, table: str) -> int:
    """How many rows of the transaction's client were deleted; its policy shows no others."""
    return c.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table))).rowcount


def finish_erasure(c: Connection, client_id: str, erasure_id: UUID) -> Erasure:
    """The receipt; the client exists no more. Raises StillWritten."""
    for table in tables_to_clear(c):
        if delete_rows(c, table):
            raise StillWritten(
                f"client {client_id}: rows of {table} came while it was being erased; "
                "stop what writes them and run the erasure again"
            )
    execute(c, "DELETE FROM clients WHERE client_id = %(client_id)s", client_id=client_id)
    execute(
        c,
        """
        UPDATE erasures SET client_id = NULL, finished_at = now()
        WHERE erasure_id = %(erasure_id)s
        """,
        erasure_id=erasure_id,
    )
    return get_erasure(c, erasure_id)


def _without(names: Iterable[str], name: str) -> list[str]:
    return [table for table in names if table != name]


def _client_id(*, client_id: str) -> str:
    return client_id


def _scan_id(*, scan_id: UUID) -> UUID:
    return scan_id


def _name(*, name: str) -> str:
    return name


def _reference(*, table: str, target: str) -> tuple[str, str]:
    return table, target
