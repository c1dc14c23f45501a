"""Which immutable file an asset of a run has handed over."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.listing import Provider
from resources.postgres.scans.records import SnapshotRow
from resources.postgres.statements import execute, fetch_all, fetch_count, fetch_one

_SELECT_SNAPSHOT = """
    SELECT snapshot_id, scan_id, provider, asset, dagster_run_id, object_key, sha256, row_count,
        size_bytes, created_at
    FROM snapshots
"""


def put_snapshot(c: Connection, client_id: str, row: SnapshotRow) -> None:
    """Guarantees that the file is known; one of the same id stays as it was.

    The first of its asset is a step forward: what interrupted the run before counts no more.
    """
    execute(
        c,
        """
        UPDATE runs SET crashes = 0
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND provider = %(provider)s
            AND crashes > 0 AND NOT EXISTS (SELECT FROM snapshots
                WHERE (client_id, scan_id, provider, asset)
                    = (%(client_id)s, %(scan_id)s, %(provider)s, %(asset)s))
        """,
        client_id=client_id,
        scan_id=row.scan_id,
        provider=row.provider,
        asset=row.asset,
    )
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


def snapshots_between(
    c: Connection, client_id: str, since: datetime, until: datetime
) -> list[SnapshotRow]:
    """The newest file of each asset of each run, where it was made in that time; oldest first."""
    return fetch_all(
        c,
        SnapshotRow,
        """
        SELECT * FROM (
            SELECT DISTINCT ON (scan_id, provider, asset) snapshot_id, scan_id, provider, asset,
                dagster_run_id, object_key, sha256, row_count, size_bytes, created_at
            FROM snapshots WHERE client_id = %(client_id)s
            ORDER BY scan_id, provider, asset, created_at DESC, snapshot_id
        ) AS newest WHERE created_at >= %(since)s AND created_at < %(until)s
        ORDER BY created_at, snapshot_id
        """,
        client_id=client_id,
        since=since,
        until=until,
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


def earlier_snapshot(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider, asset: str
) -> SnapshotRow | None:
    """The snapshot that a run of this scan reads of an asset it has not made itself, or None.

    All steps of a re-score read what was newest when it was asked for.
    """
    rescores = fetch_count(
        c,
        """
        SELECT count(*) FROM scans
        WHERE client_id = %(client_id)s AND scan_id = %(scan_id)s AND trigger = 'rescore'
        """,
        client_id=client_id,
        scan_id=scan_id,
    )
    if not rescores:
        return latest_snapshot(c, client_id, provider, asset)
    return scanned_snapshot(c, client_id, provider, asset, asked_by=scan_id)


def scanned_snapshot(
    c: Connection, client_id: str, provider: Provider, asset: str, asked_by: UUID | None = None
) -> SnapshotRow | None:
    """The asset's file of the newest run that has left photos, if any has; None if there is none.

    Listings and photos are those of one run, although a newer one may have left listings already.
    With `asked_by`, runs that left theirs after that scan was asked for do not count.
    """
    return fetch_one(
        c,
        SnapshotRow,
        """
        WITH hashed AS (
            SELECT scan_id, created_at FROM snapshots
            WHERE client_id = %(client_id)s AND provider = %(provider)s AND asset = 'image_hashes'
                AND created_at <= coalesce((
                    SELECT requested_at FROM scans
                    WHERE client_id = %(client_id)s AND scan_id = %(asked_by)s
                ), 'infinity')
            ORDER BY created_at DESC, snapshot_id LIMIT 1
        )
        SELECT snapshot_id, snapshots.scan_id, provider, asset, dagster_run_id, object_key, sha256,
            row_count, size_bytes, snapshots.created_at
        FROM snapshots LEFT JOIN hashed ON true
        WHERE client_id = %(client_id)s AND provider = %(provider)s AND asset = %(asset)s
            AND snapshots.created_at <= coalesce(hashed.created_at, 'infinity')
        ORDER BY snapshots.scan_id = hashed.scan_id DESC, snapshots.created_at DESC, snapshot_id
        LIMIT 1
        """,
        client_id=client_id,
        provider=provider,
        asset=asset,
        asked_by=asked_by,
    )
