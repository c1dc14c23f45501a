"""Hands a frame from one asset to the next as an immutable Parquet object.

Each Dagster run writes its own object and a row that names it; nothing is overwritten, so a rerun
reads exactly what an earlier run left.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import dagster as dg

from infringement_dagster.assets.failures import dagster_failures
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.listing import Provider
from infringement_dagster.scans.keep_frame import keep_frame
from infringement_dagster.scans.lease import held_or_meant_scan_id
from infringement_dagster.scans.partition_key import split_partition_key
from infringement_dagster.snapshots.parquet import scanned
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.scans import rescore_store, snapshot_store

if TYPE_CHECKING:
    import polars as pl


_OF_HISTORY = frozenset({"raw_listings", "image_hashes"})


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
        client_id, provider = split_partition_key(context.partition_key)
        asset = context.asset_key.to_user_string()
        tools = (self._database, self._objects)
        with dagster_failures():
            row = keep_frame(*tools, client_id, provider, dagster_run_id, asset, obj.lazy())
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
                frame = scanned(self._objects.get(row.object_key))
            return frame if _is_lazy(context) else frame.collect()

    def _of_history(
        self, client_id: str, provider: Provider, asset: str, until: datetime
    ) -> pl.LazyFrame:
        """All that any scan has seen until then, for a re-score over all history."""
        from infringement_dagster.scoring.stored_history import seen_rows  # noqa: PLC0415 - polars

        return seen_rows(self._database, self._objects, client_id, provider, asset, until)


def _is_lazy(context: dg.InputContext) -> bool:
    import polars as pl  # noqa: PLC0415 - importing polars starts threads, forbidden before a fork

    return context.dagster_type.typing_type is pl.LazyFrame


@dg.io_manager(
    required_resource_keys={"database", "objects"},
    description="Immutable Parquet snapshots in the object store, named by rows in Postgres.",
)
def snapshot_io_manager(context: dg.InitResourceContext) -> SnapshotIOManager:
    """The IO manager over the run's own database and object store."""
    return SnapshotIOManager(context.resources.database, context.resources.objects)
