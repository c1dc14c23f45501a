"""Which immutable file an asset of a run has handed over.

Belongs here: SQL of `snapshots`. Not here: the files (`resources/object_store.py`).
"""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from psycopg import Connection

from infringement_dagster.matching.listing import Provider
from resources.postgres.records import SnapshotRow
from resources.postgres.statements import execute, fetch_one

_SELECT_SNAPSHOT = """
    SELECT snapshot_id, scan_id, provider, asset, dagster_run_id, object_key, sha256, row_count,
        size_bytes, created_at
    FROM snapshots
"""


def put_snapshot(c: Connection, client_id: str, row: SnapshotRow) -> None:
    """Guarantees that the file is known; one of the same id stays as it was."""
    execute(
        c,
        """
        INSERT INTO snapshots (client_id, snapshot_id, scan_id, provider, asset, dagster_run_id,
            object_key, sha256, row_count, size_bytes, created_at)
        VALUES (%(client_id)s, %(snapshot_id)s, %(scan_id)s, %(provider)s, %(asset)s,
            %(dagster_run_id)s, %(object_key)s, %(sha256)s, %(row_count)s, %(size_bytes)s,
            %(created_at)s)
        ON CONFLICT DO NOTHING
        """,
        client_id=client_id,
        **asdict(row),
    )


def snapshot_of_run(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider, asset: str
) -> SnapshotRow | None:
    """The newest file of the asset from this run, or None."""
    return fetch_one(
        c,
        SnapshotRow,
        _SELECT_SNAPSHOT
        + """
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
            AND asset = %(asset)s
        ORDER BY created_at DESC, snapshot_id LIMIT 1
        """,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
        asset=asset,
    )


def latest_snapshot(
    c: Connection, client_id: str, provider: Provider, asset: str
) -> SnapshotRow | None:
    """The newest file of the asset from any run of the provider, or None."""
    return fetch_one(
        c,
        SnapshotRow,
        _SELECT_SNAPSHOT
        + """
        WHERE client_id = %(client_id)s AND provider = %(provider)s AND asset = %(asset)s
        ORDER BY created_at DESC, snapshot_id LIMIT 1
        """,
        client_id=client_id,
        provider=provider,
        asset=asset,
    )
