"""The pages of scans: which there were, one of them live, and starting, cancelling, retrying."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.backend import Backed
from api.http.cursors import (
    CURSOR_CHARS_MAX,
    list_tag,
    read_cursor,
    scan_position,
    scan_position_parts,
    write_cursor,
)
from api.http.operation_route import OperationRoute
from api.pages.rendering import client_frame, go_to, render, render_part
from api.pages.scans.scan_question import scan_question, searched_if_configured
from api.pages.scans.scan_view import ScanView, run_views
from infringement_dagster.clients.config_searches import InstalledProvider
from infringement_dagster.scans.request import request_scan
from resources.postgres.clients import client_store
from resources.postgres.clients.principals import principal_names
from resources.postgres.scans import intervention_store, scan_store
from resources.postgres.scans.progress_query import latest_progress

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
ROWS = 30


class NewScanForm(BaseModel):
    """Which marketplaces to read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: set[InstalledProvider] = set()


@router.get("/clients/{client_id}/scans")
def show_scans(
    request: Request,
    scope: InClient,
    cursor: Annotated[str | None, Query(max_length=CURSOR_CHARS_MAX)] = None,
) -> Response:
    """The client's scans, newest first, and the form that starts one."""
    tag = list_tag(scope.client_id, "scans-page")
    after = scan_position(read_cursor(tag, cursor, 2)) if cursor else None
    rows = scan_store.scan_page(scope.connection, scope.client_id, ROWS, after)
    full = len(rows) == ROWS
    searched = searched_if_configured(scope.connection, scope.client_id)
    return render(
        "scans.html",
        client_frame(request, scope, "scans"),
        scans=[(scan, run_views(scan, {})) for scan in rows],
        names=principal_names(
            scope.connection, scope.client_id, [scan.requested_by for scan in rows]
        ),
        searched=searched or [],
        has_config=searched is not None,
        cursor=cursor,
        next_cursor=write_cursor(tag, scan_position_parts(rows[-1])) if full else None,
        keys=[
            ("s", "start a scan: first asks, with what it may cost"),
            ("j / k", "next / previous scan"),
            ("Enter", "open the scan"),
            ("?", "show and hide this list"),
        ],
    )


@router.get("/clients/{client_id}/scans/question")
def ask_start_on_page(
    scope: InClient, provider: Annotated[set[InstalledProvider], Query(default_factory=set)]
) -> Response:
    """The question before a scan of these marketplaces: what it may cost and what is left."""
    question = scan_question(scope.connection, scope.client_id, provider)
    return render_part("scan_question.html", client_id=scope.client_id, question=question)


@router.post("/clients/{client_id}/scans")
def start_on_page(scope: InClient, form: Annotated[NewScanForm, Form()]) -> Response:
    """Asks for a scan and goes to its page."""
    scan = request_scan(
        scope.connection, scope.client_id, form.provider, requested_by=scope.principal.actor
    )
    return _go(scope, scan.scan_id)


@router.get("/clients/{client_id}/scans/{scan_id}")
def show_scan(request: Request, scope: InClient, scan_id: UUID, backend: Backed) -> Response:
    """The scan as it is; its script listens and asks for the runs again when something happens."""
    view = _view(scope, scan_id)
    names = principal_names(scope.connection, scope.client_id, [view.scan.requested_by])
    return render(
        "scan.html",
        client_frame(request, scope, "scans"),
        view=view,
        ui_url=backend.settings.ui_url,
        requested_by=names[view.scan.requested_by],
        keys=[
            ("x", "cancel the scan"),
            ("t", "try the failed parts again"),
            ("q", "back to all scans"),
            ("?", "show and hide this list"),
        ],
    )


@router.get("/clients/{client_id}/scans/{scan_id}/runs")
def show_runs(request: Request, scope: InClient, scan_id: UUID, backend: Backed) -> Response:
    """The part of the page that changes while the scan runs."""
    return render(
        "scan_runs.html",
        client_frame(request, scope, "scans"),
        view=_view(scope, scan_id),
        ui_url=backend.settings.ui_url,
    )


@router.post("/clients/{client_id}/scans/{scan_id}/cancel")
def cancel_on_page(scope: InClient, scan_id: UUID) -> Response:
    """Cancels what waits and asks what runs to stop."""
    intervention_store.cancel_scan(scope.connection, scope.client_id, scan_id)
    return _go(scope, scan_id)


@router.post("/clients/{client_id}/scans/{scan_id}/retry")
def retry_on_page(scope: InClient, scan_id: UUID) -> Response:
    """Queues the failed and partial parts again."""
    intervention_store.retry_scan(scope.connection, scope.client_id, scan_id)
    return _go(scope, scan_id)


def _view(scope: ClientScope, scan_id: UUID) -> ScanView:
    c, client_id = scope.connection, scope.client_id
    # The number is read before the rows: what happens in between is streamed, and shown again.
    event_no = client_store.get_client(c, client_id).last_event_no
    scan = scan_store.get_scan(c, client_id, scan_id)
    return ScanView(scan, run_views(scan, latest_progress(c, client_id, scan_id)), event_no)


def _go(scope: ClientScope, scan_id: UUID) -> Response:
    address = f"/clients/{scope.client_id}/scans/{scan_id}"
    return go_to(address)
