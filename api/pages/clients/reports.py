"""The pages of a client's weekly reports: which there are, and one of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api.access import InClient
from api.http.operation_route import OperationRoute
from api.http.schemas import Day
from api.pages.rendering import client_frame, render
from infringement_dagster.reporting.page import report_body
from resources.postgres.reports import report_store

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
SHOWN = 104  # two years of weeks
_KEYS = [
    ("j / k", "next / previous report"),
    ("Enter", "open the report"),
    ("?", "show and hide this list"),
]


@router.get("/clients/{client_id}/reports")
def show_reports(request: Request, scope: InClient) -> Response:
    """The weeks that have a report, the newest first."""
    return render(
        "reports.html",
        client_frame(request, scope, "reports"),
        reports=report_store.list_reports(scope.connection, scope.client_id, SHOWN),
        keys=_KEYS,
    )


@router.get("/clients/{client_id}/reports/{week}")
def show_report(request: Request, scope: InClient, week: Annotated[Day, Path()]) -> Response:
    """The report of one week; raises UnknownReport."""
    kept = report_store.get_report(scope.connection, scope.client_id, week)
    return render(
        "report.html",
        client_frame(request, scope, "reports"),
        week=week,
        made_at=kept.made_at,
        body=report_body(kept.report),
    )
