"""A client's snapshots and exported tables as views of a DuckDB session."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from infringement_dagster.snapshots.client_tables import (
    EXPORT_SCHEMAS,
    SNAPSHOT_SCHEMAS,
    ExportName,
    empty_parquet,
)
from resources.analytics.session import Bounds, ParquetObject, ParquetTable, Session, open_session
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.reports import report_store
from resources.postgres.reports.report_store import ExportedTable
from resources.postgres.scans import snapshot_store
from resources.postgres.scans.records import SnapshotRow

_OF_SNAPSHOT: Final = {"scan_id": "VARCHAR", "provider": "VARCHAR", "scanned_at": "TIMESTAMP"}
_VIEWS: Final = {
    "listings": ("raw_listings", ("provider", "page_key", "own_page_keys")),
    "photos": ("image_hashes", ()),
    "scores": ("scores", ()),
    "flagged": ("flagged_cases", ()),
}
VIEWS: Final = (*_VIEWS, *EXPORT_SCHEMAS)
_EVER: Final = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class ClientTables:
    """Which objects a session over a client reads."""

    snapshots: Sequence[SnapshotRow]
    exports: Sequence[ExportedTable]

    def views(self) -> list[ParquetTable]:
        """A view for each asset's snapshots and each exported table, empty where there is none."""
        return [
            *(snapshot_view(name, self.snapshots) for name in _VIEWS),
            *(self._export_view(name) for name in EXPORT_SCHEMAS),
        ]

    def _export_view(self, name: ExportName) -> ParquetTable:
        found = [ParquetObject(e.object_key, e.size_bytes) for e in self.exports if e.name == name]
        return ParquetTable(name, empty_parquet(EXPORT_SCHEMAS[name]), found)


def snapshot_view(
    name: str, snapshots: Sequence[SnapshotRow], called: str | None = None
) -> ParquetTable:
    """The view `name` over these of the snapshots that are its asset's, `called` so if told."""
    asset, hidden = _VIEWS[name]
    found = [
        ParquetObject(
            row.object_key,
            row.size_bytes,
            (str(row.scan_id), row.provider, row.created_at.astimezone(UTC).replace(tzinfo=None)),
        )
        for row in snapshots
        if row.asset == asset
    ]
    empty = empty_parquet(SNAPSHOT_SCHEMAS[asset])
    return ParquetTable(called or name, empty, found, _OF_SNAPSHOT, hidden)


def newest_client_tables(database: Database, client_id: str) -> ClientTables:
    """All kept snapshots of the client and its newest exported tables; raises UnknownClient."""
    with database.reading(client_id) as c:
        client_store.get_client(c, client_id)
        return ClientTables(
            snapshot_store.snapshots_between(c, client_id, *_EVER),
            report_store.newest_tables(c, client_id),
        )


@contextmanager
def analyst_session(
    database: Database, objects: ObjectStore, client_id: str, bounds: Bounds
) -> Iterator[Session]:
    """A session for somebody's own queries over this client; raises UnknownClient."""
    views = newest_client_tables(database, client_id).views()
    with open_session(objects, client_id, views, bounds) as session:
        yield session
