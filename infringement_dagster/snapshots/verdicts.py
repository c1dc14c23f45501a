"""The table of verdicts on photos: the next run at the provider compares only new photos.

Whatever cannot be read counts as not there, as any verdict can be made again.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Final

import polars as pl
from polars.exceptions import PolarsError

from infringement_dagster.domain.listing import Provider
from infringement_dagster.snapshots.listings import Columns
from infringement_dagster.snapshots.parquet import parquet_of, scanned
from infringement_dagster.snapshots.rows import RowLookup
from infringement_dagster.snapshots.spool import Spool
from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.database import Database
from resources.postgres.scans import snapshot_store

VERDICTS: Final = "photo_verdicts"  # beside the assets' snapshots; no asset, as only scoring asks
VERDICTS_SCHEMA: Columns = {
    "key": pl.String,  # the photo and all that its verdict depends on
    "verdict": pl.String,  # a JSON document
}
_EVER: Final = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))


def verdicts_frame(documents: Mapping[str, str]) -> pl.DataFrame:
    """One row a verdict."""
    columns = {"key": list(documents), "verdict": list(documents.values())}
    return pl.DataFrame(columns, schema=VERDICTS_SCHEMA)


_NONE: Final = verdicts_frame({})


class VerdictSpool:
    """Verdicts as they are asked for, each once, packed."""

    def __init__(self) -> None:
        self._spool = Spool(verdicts_frame({}))
        self._keys: set[str] = set()

    def add(self, documents: Mapping[str, str]) -> None:
        """Guarantees that these verdicts, by key, are there."""
        new = {key: document for key, document in documents.items() if key not in self._keys}
        self._keys.update(new)
        self._spool.add(verdicts_frame(new))

    def unpacked(self) -> pl.LazyFrame:
        """All of them, unpacked portion by portion when they are collected."""
        return self._spool.unpacked()


class VerdictLookup:
    """Kept verdicts that stay packed until some are asked for."""

    def __init__(self, table: pl.LazyFrame) -> None:
        """Raises `PolarsError` where the table is none of verdicts."""
        self._rows = RowLookup(table.select(*VERDICTS_SCHEMA), by="key")

    def documents(self, keys: Collection[str]) -> dict[str, str]:
        """By key those that are kept and can be read."""
        try:
            found = self._rows.of(keys).drop_nulls().cast(pl.String)
        except PolarsError:
            return {}
        return dict(found.iter_rows())


def newest_verdicts(
    database: Database, objects: ObjectStore, client_id: str, provider: Provider
) -> VerdictLookup:
    """Those that the provider's newest run or re-score has asked for."""
    with database.client(client_id) as c:
        row = snapshot_store.latest_snapshot(c, client_id, provider, VERDICTS)
    try:
        content = None if row is None else objects.get(row.object_key)
        return VerdictLookup(_NONE.lazy() if content is None else scanned(content))
    except (ObjectMissing, PolarsError):
        return VerdictLookup(_NONE.lazy())


def verdicts_of_history(
    database: Database, objects: ObjectStore, client_id: str, provider: Provider, against: str
) -> VerdictLookup:
    """Those of all the provider's kept snapshots, against the references of this digest."""
    with database.client(client_id) as c:
        kept = snapshot_store.snapshots_between(c, client_id, *_EVER)
    spool = VerdictSpool()
    for row in kept:
        if (row.provider, row.asset) == (provider, VERDICTS):
            spool.add(_against(objects, row.object_key, against))
    return VerdictLookup(scanned(parquet_of(spool.unpacked())))


def _against(objects: ObjectStore, object_key: str, against: str) -> dict[str, str]:
    try:
        found = pl.read_parquet(io.BytesIO(objects.get(object_key)), columns=list(VERDICTS_SCHEMA))
        own = found.filter(pl.col("key").str.contains(f"/{against}/", literal=True)).drop_nulls()
        return dict(own.cast(pl.String).iter_rows())
    except (ObjectMissing, PolarsError):
        return {}
