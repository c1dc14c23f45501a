"""Scans: asking for them, watching, cancelling, retrying."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from api.access import InClient
from api.http import names
from api.http.cursors import list_tag, read_cursor, scan_position, scan_position_parts, write_cursor
from api.http.operation_route import OperationRoute
from api.http.problems import INVALID, FieldError, Problem
from api.http.schemas import Cursor, IdempotencyKey, Limit, Page, ScanDocument
from api.http.schemas import Request as Body
from api.routes.clients.limits import tell_credits
from infringement_dagster.clients.config_searches import InstalledProvider
from infringement_dagster.scans import request as scans_request
from resources.postgres.scans import intervention_store, scan_store

router = APIRouter(tags=["scans"], route_class=OperationRoute)


class NewScan(Body):
    """A scan to be."""

    providers: list[InstalledProvider] | None = Field(
        None,
        min_length=1,
        max_length=20,
        description="All that the client's config has searches for, unless named.",
        examples=[["amazon", "ebay"]],
    )


@router.post("/v1/clients/{client_id}/scans", status_code=202, dependencies=[Depends(tell_credits)])
def request_scan(
    scope: InClient, response: Response, wanted: NewScan, idempotency_key: IdempotencyKey = None
) -> ScanDocument:
    """Ask for a scan; its progress is at the URL in `Location`."""
    try:
        scan = scans_request.request_scan(
            scope.connection,
            scope.client_id,
            wanted.providers or (),
            requested_by=scope.principal.actor,
            idempotency_key=idempotency_key,
        )
    except scans_request.NoSuchSearch as error:
        field = FieldError(pointer="/providers", place="body", message=str(error))
        raise Problem(INVALID, str(error), errors=[field]) from None
    response.headers["Location"] = f"/v1/clients/{scope.client_id}/scans/{scan.scan_id}"
    return names.named_document(ScanDocument, scope, scan, "requested_by")


@router.get("/v1/clients/{client_id}/scans")
def list_scans(scope: InClient, limit: Limit = 20, cursor: Cursor = None) -> Page[ScanDocument]:
    """List the client's scans, newest first."""
    tag = list_tag(scope.client_id, "scans")
    after = scan_position(read_cursor(tag, cursor, 2)) if cursor else None
    rows = scan_store.scan_page(scope.connection, scope.client_id, limit, after)
    return Page(
        items=names.named_documents(ScanDocument, scope, rows, "requested_by"),
        next_cursor=write_cursor(tag, scan_position_parts(rows[-1]))
        if len(rows) == limit
        else None,
    )


@router.get("/v1/clients/{client_id}/scans/{scan_id}")
def get_scan(scope: InClient, scan_id: UUID) -> ScanDocument:
    """Read a scan with the state and counts of each provider."""
    row = scan_store.get_scan(scope.connection, scope.client_id, scan_id)
    return names.named_document(ScanDocument, scope, row, "requested_by")


@router.post("/v1/clients/{client_id}/scans/{scan_id}/cancel", status_code=202)
def cancel_scan(scope: InClient, scan_id: UUID) -> ScanDocument:
    """Cancel what waits and ask what runs to stop; what was stored stays."""
    row = intervention_store.cancel_scan(scope.connection, scope.client_id, scan_id)
    return names.named_document(ScanDocument, scope, row, "requested_by")


@router.post("/v1/clients/{client_id}/scans/{scan_id}/retry", status_code=202)
def retry_scan(scope: InClient, scan_id: UUID) -> ScanDocument:
    """Queue the failed and partial parts of an ended scan again."""
    row = intervention_store.retry_scan(scope.connection, scope.client_id, scan_id)
    return names.named_document(ScanDocument, scope, row, "requested_by")
