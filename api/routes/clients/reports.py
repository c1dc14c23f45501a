"""Weekly reports of a client: which there are, their figures, their files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from api.access import Allowed, InClient
from api.backend import Backed
from api.http.cursors import list_tag, read_cursor, write_cursor
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, Day, Document, Limit, Page
from infringement_dagster.domain.report.figures import Measure, figure_document
from resources.postgres.clients.audit import record
from resources.postgres.reports import report_store

router = APIRouter(tags=["clients"], route_class=OperationRoute)
Week = Annotated[Day, Path(description="The Monday of the week.")]
FileFormat = Literal["html", "parquet"]
MEDIA_TYPES = {"html": "text/html; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


class FigureModel(Document):
    """One number of a report; `value` is null where it cannot be told."""

    measure: Measure
    week: date
    part: str | None
    value: float | None
    low: float | None
    high: float | None
    counted: int | None
    absent_because: str | None


class ReportLine(Document):
    """A report as lists show it."""

    week: date
    as_of: datetime
    is_complete: bool
    made_at: datetime


class ReportDocument(ReportLine):
    """A report with all its figures."""

    figures: list[FigureModel]


@router.get("/v1/clients/{client_id}/reports")
def list_reports(scope: InClient, limit: Limit = 50, cursor: Cursor = None) -> Page[ReportLine]:
    """List the client's weekly reports, the newest week first."""
    tag = list_tag(scope.client_id, "reports")
    before = date.fromisoformat(read_cursor(tag, cursor, 1)[0]) if cursor else None
    rows = report_store.list_reports(scope.connection, scope.client_id, limit, before)
    full = len(rows) == limit
    return Page(
        items=[ReportLine.model_validate(row) for row in rows],
        next_cursor=write_cursor(tag, [rows[-1].week.isoformat()]) if full else None,
    )


@router.get("/v1/clients/{client_id}/reports/{week}")
def get_report(scope: InClient, week: Week) -> ReportDocument:
    """Read a week's report: its figures and those of the weeks before, absent ones with reasons."""
    kept = report_store.get_report(scope.connection, scope.client_id, week)
    return ReportDocument(
        week=week,
        as_of=kept.report.as_of,
        is_complete=kept.report.is_complete,
        made_at=kept.made_at,
        figures=[
            FigureModel.model_validate(figure_document(figure)) for figure in kept.report.figures
        ],
    )


@router.get(
    "/v1/clients/{client_id}/reports/{week}/file",
    response_class=Response,
    responses={200: {"content": {"text/html": {}, "application/vnd.apache.parquet": {}}}},
)
def download_report(
    access: Allowed,
    backend: Backed,
    week: Week,
    file_format: Annotated[
        FileFormat, Query(alias="format", description="A page to print, or a table of figures.")
    ] = "html",
) -> Response:
    """Download a week's report as a page that needs nothing else, or its figures as Parquet."""
    client_id = access.client_id
    with backend.database.client(client_id) as connection:
        kept = report_store.get_report(connection, client_id, week).objects
        doer = access.principal.doer
        record(connection, client_id, doer, "report.exported", str(week), format=file_format)
    key = kept.page_key if file_format == "html" else kept.table_key
    name = f"report-{client_id}-{week}.{file_format}"
    return Response(
        backend.objects.get(key),
        media_type=MEDIA_TYPES[file_format],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        },
    )
