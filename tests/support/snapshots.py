"""Tables kept as scans hand them over."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from uuid import UUID, uuid4

import polars as pl

from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.scans.records import SnapshotRow
from resources.postgres.scans.snapshot_store import put_snapshot


def keep_table(
    database: Database,
    objects: ObjectStore,
    client_id: str,
    scan_id: UUID,
    asset: str,
    frame: pl.DataFrame,
) -> None:
    """Guarantees that the table is the asset's snapshot of the scan at Amazon."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    content, key = buffer.getvalue(), f"clients/{client_id}/snapshots/{scan_id}/{asset}"
    objects.put_once(key, content)
    row = SnapshotRow(
        uuid4(),
        scan_id,
        "amazon",
        asset,
        "run",
        key,
        sha256_hex(content),
        frame.height,
        len(content),
        datetime.now(UTC),
    )
    with database.client(client_id) as c:
        put_snapshot(c, client_id, row)
