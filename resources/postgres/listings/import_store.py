"""Files of listings that a client has imported, the newest of each name to be scanned.

Written by the process that reads the file: the command, or a worker of the API's jobs. Rows never
change; housekeeping deletes those that a newer one of their name has replaced for long enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from resources.postgres.statements import fetch_all, fetch_one, hold_lock

_SELECT: LiteralString = """
    SELECT import_id, name, file_name, sha256, reading, row_count, stored, skipped, failed,
        page_count, unread_columns, imported_by, imported_at
    FROM listing_imports WHERE client_id = %(client_id)s
"""
# Moments of one transaction are equal; the id tells such imports apart.
_NEWEST_FIRST: LiteralString = " ORDER BY imported_at DESC, import_id DESC "
_OF_SCAN: LiteralString = """
    AND import_id IN (
        SELECT DISTINCT ON (name) import_id FROM listing_imports
        WHERE client_id = %(client_id)s AND imported_at <= (SELECT requested_at FROM scans
            WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s)
        ORDER BY name, imported_at DESC, import_id DESC)
"""


class UnknownImport(PermanentError):
    """The client has no such import, or it is kept no longer."""

    problem = ProblemKind(404, "unknown-import", "No such import", "List the client's imports.")


@dataclass(frozen=True, slots=True)
class NewImport:
    """A file that was read to its end: `row_count == stored + skipped + failed`."""

    name: str  # a later file of this name replaces it in scans
    file_name: str
    sha256: str  # of the file
    reading: int  # the version of our reading that made its pages
    row_count: int
    stored: int
    skipped: int  # a row with their id stands earlier in the file
    failed: int
    page_count: int
    unread_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportRow(NewImport):
    """An import as it is kept."""

    import_id: UUID
    imported_by: str
    imported_at: datetime

    @staticmethod
    def of(*, unread_columns: Sequence[str], **columns: object) -> ImportRow:
        """The row of these columns."""
        return ImportRow(unread_columns=tuple(unread_columns), **columns)  # type: ignore[arg-type]


def lock_imports(c: Connection, client_id: str) -> None:
    """Guarantees that until the transaction ends nobody else adds an import of the client."""
    hold_lock(c, f"{client_id}/imports")


def add_import(c: Connection, client_id: str, new: NewImport, imported_by: str) -> ImportRow:
    """The row of the import that was added."""
    added = fetch_one(
        c,
        ImportRow.of,
        """
        INSERT INTO listing_imports (client_id, name, file_name, sha256, reading, row_count, stored,
            skipped, failed, page_count, unread_columns, imported_by)
        VALUES (%(client_id)s, %(name)s, %(file_name)s, %(sha256)s, %(reading)s, %(row_count)s,
            %(stored)s, %(skipped)s, %(failed)s, %(page_count)s, %(unread_columns)s,
            %(imported_by)s)
        RETURNING import_id, name, file_name, sha256, reading, row_count, stored, skipped, failed,
            page_count, unread_columns, imported_by, imported_at
        """,
        client_id=client_id,
        imported_by=imported_by,
        **asdict(new) | {"unread_columns": Jsonb(new.unread_columns)},
    )
    assert added is not None
    return added


def newest_of(c: Connection, client_id: str, name: str) -> ImportRow | None:
    """The newest import of the name, None before the first."""
    query = _SELECT + " AND name = %(name)s" + _NEWEST_FIRST + "LIMIT 1"
    return fetch_one(c, ImportRow.of, query, client_id=client_id, name=name)


def imports_for_scan(c: Connection, client_id: str, scan_id: UUID) -> list[ImportRow]:
    """The newest import of each name when the scan was asked for, the newest of all first."""
    query = _SELECT + _OF_SCAN + _NEWEST_FIRST
    return fetch_all(c, ImportRow.of, query, client_id=client_id, scan_id=scan_id)


def list_imports(
    c: Connection, client_id: str, limit: int, after: tuple[datetime, UUID] | None = None
) -> list[ImportRow]:
    """At most `limit` imports that come after that one, the newest first."""
    query = _SELECT
    moment, import_id = after or (None, None)
    if after is not None:
        query += " AND (imported_at, import_id) < (%(moment)s, %(import_id)s)"
    return fetch_all(
        c,
        ImportRow.of,
        query + _NEWEST_FIRST + "LIMIT %(limit)s",
        client_id=client_id,
        limit=limit,
        moment=moment,
        import_id=import_id,
    )


def get_import(c: Connection, client_id: str, import_id: UUID) -> ImportRow:
    """The import; raises UnknownImport."""
    query = _SELECT + " AND import_id = %(import_id)s"
    found = fetch_one(c, ImportRow.of, query, client_id=client_id, import_id=import_id)
    if found is None:
        raise UnknownImport(f"client {client_id} has no import {import_id}, or no longer")
    return found
