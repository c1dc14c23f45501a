"""The scores that a scan gave."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.access import InClient
from api.http.cursors import list_tag, read_cursor, write_cursor
from api.http.documents.signals import SignalDocument, signal_document
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, Document, Limit, Page, ProviderName
from infringement_dagster.domain.score import ViolationType
from resources.postgres.listings import score_store
from resources.postgres.scans import scan_store

router = APIRouter(tags=["scans"], route_class=OperationRoute)


class ScoreDocument(Document):
    """A scan's score of a listing."""

    provider: ProviderName
    listing_id: str
    probability: float
    calibrated: bool
    model: str
    violation_type: ViolationType | None
    signals: list[SignalDocument]


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
        signals=[signal_document(signal) for signal in row.score.signals],
    )
