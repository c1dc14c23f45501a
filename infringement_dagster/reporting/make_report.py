"""Makes a client's report of one week: measured by DuckDB, kept as table, page and row."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, date
from pathlib import Path

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.event import ReportMade, new_event
from infringement_dagster.domain.report.figures import Report
from infringement_dagster.domain.report.weeks import begin_of, end_of, weeks_until
from infringement_dagster.reporting.measures import WeekMeasures
from infringement_dagster.reporting.page import report_page
from infringement_dagster.snapshots.client_tables import figures_parquet
from infringement_dagster.snapshots.client_views import ClientTables, snapshot_view
from resources.analytics.session import Bounds, ParquetTable, open_session
from resources.objects.keys import report_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.reports import report_store
from resources.postgres.reports.report_store import ReportObjects
from resources.postgres.scans import snapshot_store
from resources.postgres.scans.records import SnapshotRow

MEMORY_MB = 1400  # with Python and polars beside it a run stays below 2 GB
SECONDS_MAX = 600.0


class NothingExported(PermanentError):
    """The client's tables were not exported for this week."""


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A report as it was kept, and how much it was read from."""

    report: Report
    objects: ReportObjects
    snapshots: int
    rows: int


def make_report(database: Database, objects: ObjectStore, client_id: str, week: date) -> MadeReport:
    """The report over the tables exported for the week; it replaces an earlier one.

    Postgres is asked only which files there are. Raises NothingExported and UnknownClient.
    """
    with database.reading(client_id) as c:
        name = client_store.get_client(c, client_id).display_name
        exports = report_store.tables_of(c, client_id, week)
        since = begin_of(weeks_until(week)[0])
        snapshots = snapshot_store.snapshots_between(c, client_id, since, end_of(week))
    if not exports:
        raise NothingExported(
            f"client {client_id}: no tables are exported for the week of {week}: materialise "
            f"client_tables for {client_id}|{week} first"
        )
    as_of = exports[0].as_of.astimezone(UTC)
    read = [row for row in snapshots if row.created_at < as_of]
    report = measured(objects, client_id, week, ClientTables(read, exports))
    kept = _keep(database, objects, report, name)
    return MadeReport(report, kept, len(read), sum(row.row_count for row in read))


def measured(objects: ObjectStore, client_id: str, week: date, tables: ClientTables) -> Report:
    """The figures alone, from these objects; what does not fit in memory goes to a folder."""
    as_of = tables.exports[0].as_of.astimezone(UTC)
    with (
        tempfile.TemporaryDirectory(prefix="infringement-report-") as folder,
        open_session(
            objects,
            client_id,
            _views(tables, week),
            Bounds(MEMORY_MB, seconds=SECONDS_MAX, spill_dir=Path(folder)),
        ) as session,
    ):
        figures = WeekMeasures(session, week, as_of.replace(tzinfo=None)).all()
    return Report(client_id, week, as_of, figures)


def _views(tables: ClientTables, week: date) -> list[ParquetTable]:
    """Scores only of the week itself: they are a hundred times as large as the rest."""
    of_week: list[SnapshotRow] = [
        row for row in tables.snapshots if row.created_at >= begin_of(week)
    ]
    unread = ("photos", "scores", "flagged")
    views = [view for view in tables.views() if view.name not in unread]
    return [*views, snapshot_view("scores", of_week, "week_scores")]


def _keep(database: Database, objects: ObjectStore, report: Report, name: str) -> ReportObjects:
    table, page = figures_parquet(report), report_page(report, name).encode()
    kept = ReportObjects(
        report_key(report.client_id, report.week, sha256_hex(table), "parquet"),
        report_key(report.client_id, report.week, sha256_hex(page), "html"),
    )
    objects.put_all_once({kept.table_key: table, kept.page_key: page})
    with database.client(report.client_id) as c:
        replaced = report_store.put_report(c, report, kept)
        made = new_event(ReportMade(report.week.isoformat()))
        event_store.append_events(c, report.client_id, [made])
    objects.delete(replaced)
    return kept
