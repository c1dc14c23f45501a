"""Which tables of a client were exported for a week, and the report that was made of it.

Both are written by the run of assets `client_tables` and `client_report` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.report.figures import (
    FigureDocument,
    Report,
    figure_document,
    figure_from,
)
from resources.postgres.statements import execute, execute_many, fetch_all, fetch_one


class UnknownReport(PermanentError):
    """There is no report of this client and week."""

    problem = ProblemKind(404, "unknown-report", "No such report", "List the client's reports.")


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """One table in the object store, as of a moment of its week or of the week's end."""

    name: str
    object_key: str
    sha256: str
    row_count: int
    size_bytes: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class ReportObjects:
    """Where a report's Parquet table and its page are kept."""

    table_key: str
    page_key: str


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report as lists show it."""

    week: date
    as_of: datetime
    is_complete: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A report with where its objects are."""

    report: Report
    made_at: datetime
    objects: ReportObjects


def put_tables(
    c: Connection, client_id: str, week: date, tables: Sequence[ExportedTable]
) -> list[str]:
    """The keys of objects that these replace, which nothing names once this is committed."""
    earlier = fetch_all(
        c,
        _key,
        """
        SELECT object_key FROM exported_tables
        WHERE client_id = %(client_id)s AND week = %(week)s FOR UPDATE
        """,
        client_id=client_id,
        week=week,
    )
    execute_many(
        c,
        """
        INSERT INTO exported_tables (client_id, week, name, object_key, sha256, row_count,
            size_bytes, as_of)
        VALUES (%(client_id)s, %(week)s, %(name)s, %(object_key)s, %(sha256)s, %(row_count)s,
            %(size_bytes)s, %(as_of)s)
        ON CONFLICT (client_id, week, name) DO UPDATE SET object_key = excluded.object_key,
            sha256 = excluded.sha256, row_count = excluded.row_count,
            size_bytes = excluded.size_bytes, as_of = excluded.as_of, exported_at = now()
        """,
        [{"client_id": client_id, "week": week, **asdict(table)} for table in tables],
    )
    return sorted(set(earlier) - {table.object_key for table in tables})


def tables_of(c: Connection, client_id: str, week: date) -> list[ExportedTable]:
    """The tables exported for the week."""
    return fetch_all(
        c,
        ExportedTable,
        """
        SELECT name, object_key, sha256, row_count, size_bytes, as_of FROM exported_tables
        WHERE client_id = %(client_id)s AND week = %(week)s ORDER BY name
        """,
        client_id=client_id,
        week=week,
    )


def newest_tables(c: Connection, client_id: str) -> list[ExportedTable]:
    """The tables exported for the newest week that has any."""
    return fetch_all(
        c,
        ExportedTable,
        """
        SELECT name, object_key, sha256, row_count, size_bytes, as_of FROM exported_tables
        WHERE client_id = %(client_id)s AND week = (
            SELECT max(week) FROM exported_tables WHERE client_id = %(client_id)s)
        ORDER BY name
        """,
        client_id=client_id,
    )


def put_report(c: Connection, report: Report, objects: ReportObjects) -> list[str]:
    """The keys of objects that it replaces, which nothing names once this is committed."""
    named = {"client_id": report.client_id, "week": report.week}
    earlier = fetch_one(
        c,
        ReportObjects,
        """
        SELECT table_key, page_key FROM client_reports
        WHERE client_id = %(client_id)s AND week = %(week)s FOR UPDATE
        """,
        **named,
    )
    execute(
        c,
        """
        INSERT INTO client_reports (client_id, week, as_of, is_complete, figures, table_key,
            page_key)
        VALUES (%(client_id)s, %(week)s, %(as_of)s, %(is_complete)s, %(figures)s, %(table_key)s,
            %(page_key)s)
        ON CONFLICT (client_id, week) DO UPDATE SET as_of = excluded.as_of,
            is_complete = excluded.is_complete, figures = excluded.figures,
            table_key = excluded.table_key, page_key = excluded.page_key, made_at = now()
        """,
        **named,
        as_of=report.as_of,
        is_complete=report.is_complete,
        figures=Jsonb([figure_document(figure) for figure in report.figures]),
        **asdict(objects),
    )
    replaced = set() if earlier is None else {earlier.table_key, earlier.page_key}
    return sorted(replaced - {objects.table_key, objects.page_key})


def list_reports(
    c: Connection, client_id: str, limit: int, before: date | None = None
) -> list[ReportRow]:
    """At most `limit` reports of weeks before that one, the newest first."""
    return fetch_all(
        c,
        ReportRow,
        """
        SELECT week, as_of, is_complete, made_at FROM client_reports
        WHERE client_id = %(client_id)s AND week < coalesce(%(before)s, 'infinity'::date)
        ORDER BY week DESC LIMIT %(limit)s
        """,
        client_id=client_id,
        before=before,
        limit=limit,
    )


def get_report(c: Connection, client_id: str, week: date) -> KeptReport:
    """The report of the week; raises UnknownReport."""

    def kept(
        as_of: datetime,
        figures: list[FigureDocument],
        made_at: datetime,
        table_key: str,
        page_key: str,
    ) -> KeptReport:
        report = Report(client_id, week, as_of, tuple(map(figure_from, figures)))
        return KeptReport(report, made_at, ReportObjects(table_key, page_key))

    found = fetch_one(
        c,
        kept,
        """
        SELECT as_of, figures, made_at, table_key, page_key FROM client_reports
        WHERE client_id = %(client_id)s AND week = %(week)s
        """,
        client_id=client_id,
        week=week,
    )
    if found is None:
        raise UnknownReport(f"client {client_id}: there is no report of the week of {week}")
    return found


def _key(*, object_key: str) -> str:
    return object_key
