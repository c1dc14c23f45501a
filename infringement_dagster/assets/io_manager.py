"""Hands a frame from one asset to the next as an immutable Parquet object.

Each Dagster run writes its own object and a row that names it; nothing is overwritten, so a rerun
reads exactly what an earlier run left.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

import dagster as dg

from infringement_dagster.assets.failures import dagster_failures
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.listing import Provider
from infringement_dagster.scans.lease import check_lease, held_or_meant_scan_id
from infringement_dagster.scans.partition_key import split_partition_key
from resources.objects.keys import snapshot_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.scans import rescore_store, snapshot_store
from resources.postgres.scans.records import SnapshotRow

if TYPE_CHECKING:
    import polars as pl


_OF_HISTORY = frozenset({"raw_listings", "image_hashes"})
ROW_GROUP_ROWS = 1000  # the writer holds a group uncoded: of 10,000 photos that is 30 MB


class SnapshotMissing(PermanentError):
    """The asset upstream has no snapshot yet for this client and provider."""


class SnapshotIOManager(dg.IOManager):
    """Snapshots of frames: written once for each Dagster run, read from the newest that fits."""

    def __init__(self, database: Database, objects: ObjectStore) -> None:
        self._database = database
        self._objects = objects

    def handle_output(self, context: dg.OutputContext, obj: pl.DataFrame | pl.LazyFrame) -> None:
        """Stores the frame under a key of this run and records it, if the lease still holds."""
        dagster_run_id = context.step_context.dagster_run.run_id
        asset = context.asset_key.to_user_string()
        with dagster_failures():
            row = keep_frame(
                self._database,
                self._objects,
                dagster_run_id,
                context.partition_key,
                asset,
                obj.lazy(),
            )
        context.add_output_metadata(
            {"snapshot": row.object_key, "sha256": row.sha256, "dagster/row_count": row.row_count}
        )

    def load_input(self, context: dg.InputContext) -> pl.DataFrame | pl.LazyFrame:
        """The frame that this scan's upstream step left, else the newest of the partition.

        Where the asset asks for a lazy one, the rows stay packed until they are collected.
        """
        client_id, provider = split_partition_key(context.partition_key)
        dagster_run = context.step_context.dagster_run
        asset = context.asset_key.to_user_string()
        with dagster_failures():
            with self._database.client(client_id) as connection:
                scan_id = held_or_meant_scan_id(connection, dagster_run, client_id, provider)
                until = None
                if asset in _OF_HISTORY:
                    until = rescore_store.history_until(connection, client_id, scan_id)
                row = snapshot_store.snapshot_of_run(
                    connection, client_id, scan_id, provider, asset
                ) or snapshot_store.earlier_snapshot(
                    connection, client_id, scan_id, provider, asset
                )
            if until is not None:
                frame = self._of_history(client_id, provider, asset, until)
            elif row is None:
                raise SnapshotMissing(
                    f"client {client_id!r} has no snapshot of {asset} at {provider}: "
                    f"materialise {asset} for {context.partition_key} first"
                )
            else:
                frame = _from_parquet(self._objects.get(row.object_key))
            return frame if _is_lazy(context) else frame.collect()

    def _of_history(
        self, client_id: str, provider: Provider, asset: str, until: datetime
    ) -> pl.LazyFrame:
        """All that any scan has seen until then, for a re-score over all history."""
        from infringement_dagster.scoring.stored_history import seen_rows  # noqa: PLC0415 - polars

        return seen_rows(self._database, self._objects, client_id, provider, asset, until)


def keep_frame(
    database: Database,
    objects: ObjectStore,
    dagster_run_id: str,
    partition_key: str,
    name: str,
    frame: pl.LazyFrame,
) -> SnapshotRow:
    """The snapshot of that name of this Dagster run, stored; raises `LostLease`."""
    client_id, provider = split_partition_key(partition_key)
    content = _to_parquet(frame)
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


def _to_parquet(frame: pl.LazyFrame) -> bytes:
    buffer = io.BytesIO()
    frame.sink_parquet(buffer, compression="zstd", statistics=True, row_group_size=ROW_GROUP_ROWS)
    return buffer.getvalue()


def _from_parquet(content: bytes) -> pl.LazyFrame:
    import polars as pl  # noqa: PLC0415 - importing polars starts threads, forbidden before a fork

    return pl.scan_parquet(io.BytesIO(content))


def _row_count(content: bytes) -> int:
    import polars as pl  # noqa: PLC0415

    count: int = _from_parquet(content).select(pl.len()).collect().item()
    return count


def _is_lazy(context: dg.InputContext) -> bool:
    import polars as pl  # noqa: PLC0415

    return context.dagster_type.typing_type is pl.LazyFrame


@dg.io_manager(
    required_resource_keys={"database", "objects"},
    description="Immutable Parquet snapshots in the object store, named by rows in Postgres.",
)
def snapshot_io_manager(context: dg.InitResourceContext) -> SnapshotIOManager:
    """The IO manager over the run's own database and object store."""
    return SnapshotIOManager(context.resources.database, context.resources.objects)
