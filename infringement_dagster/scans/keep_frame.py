"""Keeps a frame of a run as a snapshot: an immutable object, and a row that names it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from infringement_dagster.domain.listing import Provider
from infringement_dagster.scans.lease import check_lease
from infringement_dagster.snapshots.parquet import parquet_of, scanned
from resources.objects.keys import snapshot_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.scans import snapshot_store
from resources.postgres.scans.records import SnapshotRow

if TYPE_CHECKING:
    import polars as pl


def keep_frame(
    database: Database,
    objects: ObjectStore,
    client_id: str,
    provider: Provider,
    dagster_run_id: str,
    name: str,
    frame: pl.LazyFrame,
) -> SnapshotRow:
    """The snapshot of that name of this Dagster run, stored; raises `LostLease`."""
    content = parquet_of(frame)
    sha256 = sha256_hex(content)
    key = snapshot_key(client_id, name, provider, dagster_run_id, sha256)
    objects.put_once(key, content)
    with database.client(client_id) as connection:
        row = SnapshotRow(
            scan_id=check_lease(connection, client_id, dagster_run_id),
            provider=provider,
            asset=name,
            snapshot_id=uuid5(UUID(dagster_run_id), key),
            dagster_run_id=dagster_run_id,
            object_key=key,
            sha256=sha256,
            row_count=_row_count(content),
            size_bytes=len(content),
            created_at=datetime.now(UTC),
        )
        snapshot_store.put_snapshot(connection, client_id, row)
    return row


def _row_count(content: bytes) -> int:
    import polars as pl  # noqa: PLC0415 - importing polars starts threads, forbidden before a fork

    count: int = scanned(content).select(pl.len()).collect().item()
    return count
