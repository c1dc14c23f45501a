"""Exports a client's cases, decisions, notices and credits as Parquet, for one week's report."""

from __future__ import annotations

from datetime import date, datetime

from infringement_dagster.domain.report.weeks import told_until
from infringement_dagster.snapshots.client_tables import EXPORT_NAMES, ExportName, export_parquet
from resources.objects.keys import export_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.reports import report_store
from resources.postgres.reports.report_store import ExportedTable
from resources.postgres.reports.table_export import exported_rows


def export_tables(
    database: Database, objects: ObjectStore, client_id: str, week: date, now: datetime
) -> list[ExportedTable]:
    """The tables as they stood at the week's end, or now where it is not over.

    All show one moment and the client's own rows. Done again for a week that is over, it makes the
    same objects; what a newer export replaces is deleted. Raises WeekNotBegun and UnknownClient.
    """
    as_of = told_until(week, now)
    with database.reading(client_id) as c:
        client_store.get_client(c, client_id)
        rows = {name: exported_rows(c, client_id, name, as_of) for name in EXPORT_NAMES}
    contents = [export_parquet(name, found) for name, found in rows.items()]
    tables = [
        _table(client_id, week, name, content, len(found), as_of)
        for (name, found), content in zip(rows.items(), contents, strict=True)
    ]
    keys = [table.object_key for table in tables]
    objects.put_all_once(dict(zip(keys, contents, strict=True)))
    with database.client(client_id) as c:
        replaced = report_store.put_tables(c, client_id, week, tables)
    objects.delete(replaced)
    return tables


def _table(
    client_id: str, week: date, name: ExportName, content: bytes, row_count: int, as_of: datetime
) -> ExportedTable:
    sha256 = sha256_hex(content)
    key = export_key(client_id, week, name, sha256)
    return ExportedTable(name, key, sha256, row_count, len(content), as_of)
