"""Scans: asking for them, watching, cancelling, retrying; and the scores they gave."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response
from pydantic import Field

from api.access import InClient
from api.http import names
from api.http.cursors import list_tag, read_cursor, scan_position, scan_position_parts, write_cursor
from api.http.operation_route import OperationRoute
from api.http.problems import INVALID, FieldError, Problem
from api.http.schemas import (
    Cursor,
    Document,
    Limit,
    Page,
    ScanDocument,
)
from api.http.schemas import Request as Body
from api.http.signal_documents import SignalDocument, signal_document
from api.routes.limits import tell_credits
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import ViolationType
from infringement_dagster.scans import request as scans_request
from resources.postgres.listings import score_store
from resources.postgres.scans import intervention_store, scan_store

router = APIRouter(tags=["scans"], route_class=OperationRoute)
IdempotencyKey = Annotated[
    str | None,
    Header(min_length=1, max_length=255, description="The same key makes the same scan, once."),
]


class NewScan(Body):
    """A scan to be."""

    providers: list[Provider] | None = Field(
        None,
        min_length=1,
        max_length=20,
        description="All that the client's config has searches for, unless named.",
        examples=[["amazon", "ebay"]],
    )


class ScoreDocument(Document):
    """A scan's score of a listing."""

    provider: Provider
    listing_id: str
    probability: float
    calibrated: bool
    model: str
    violation_type: ViolationType | None
    signals: list[SignalDocument]


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


@router.get("/v1/clients/{client_id}/scans/{scan_id}/scores")
def list_scores(
    scope: InClient,
    scan_id: UUID,
    probability_min: Annotated[float, Query(ge=0, le=1)] = 0,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ScoreDocument]:
    """List what the scan concluded about each listing, with all signals."""
    scan_store.get_scan(scope.connection, scope.client_id, scan_id)
    tag = list_tag(scope.client_id, "scores", scan_id, probability_min)
    provider, listing_id = read_cursor(tag, cursor, 2) if cursor else ("", "")
    rows = score_store.score_page(
        scope.connection, scope.client_id, scan_id, probability_min, limit, (provider, listing_id)
    )
    full = len(rows) == limit
    return Page(
        items=[_score_document(row) for row in rows],
        next_cursor=write_cursor(tag, [rows[-1].provider, rows[-1].listing_id]) if full else None,
    )


def _score_document(row: score_store.ScoreRow) -> ScoreDocument:
    return ScoreDocument(
        provider=row.provider,
        listing_id=row.listing_id,
        probability=row.score.probability,
        calibrated=row.score.calibrated,
        model=row.score.model,
        violation_type=row.score.violation_type,
        signals=[signal_document(one) for one in row.score.signals],
    )
