"""Scans as the API pages them.

Belongs here: keyset pages over `scans`. Not here: a scan's life (`scan_store.py`, `run_store.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from resources.postgres.records import ScanRow
from resources.postgres.scan_store import get_scan
from resources.postgres.statements import fetch_all


@dataclass(frozen=True, slots=True)
class ScanPosition:
    """After which scan a page begins."""

    requested_at: datetime
    scan_id: UUID


def scan_page(
    c: Connection, client_id: str, limit: int, after: ScanPosition | None = None
) -> list[ScanRow]:
    """At most `limit` scans with their runs after the position, newest first."""
    scan_ids = fetch_all(
        c,
        _scan_id,
        """
        SELECT scan_id FROM scans WHERE client_id = %(client_id)s
            AND requested_at <= coalesce(%(requested_at)s, 'infinity'::timestamptz)
            AND (requested_at < coalesce(%(requested_at)s, 'infinity'::timestamptz)
                OR scan_id > %(scan_id)s)
        ORDER BY requested_at DESC, scan_id LIMIT %(limit)s
        """,
        client_id=client_id,
        limit=limit,
        requested_at=None if after is None else after.requested_at,
        scan_id=None if after is None else after.scan_id,
    )
    return [get_scan(c, client_id, scan_id) for scan_id in scan_ids]


def _scan_id(*, scan_id: UUID) -> UUID:
    return scan_id
