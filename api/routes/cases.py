"""Cases: lists, details with evidence and history, decisions."""

from __future__ import annotations

from dataclasses import astuple
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.backend import Backed
from api.http.cursors import (
    case_position,
    case_position_parts,
    list_tag,
    read_cursor,
    write_cursor,
)
from api.http.names import named_documents
from api.http.operation_route import OperationRoute
from api.http.problems import UNKNOWN_ITEM, Problem
from api.http.schemas import (
    NUMBER,
    CaseDocument,
    Cursor,
    Document,
    Limit,
    NonEmptyText,
    Page,
    Text,
)
from api.http.schemas import Request as Body
from api.http.signal_documents import SignalDocument, signal_document
from infringement_dagster.domain.case import CaseState, Decision
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import ViolationType
from infringement_dagster.evidence.manifest import EvidenceKind
from infringement_dagster.reviewing.decide import decide
from resources.postgres.cases import case_lists, case_store, decision_store, evidence_store
from resources.postgres.cases.case_lists import CaseFilter, CaseOrder
from resources.postgres.clients.audit import record
from resources.postgres.listings import score_store

router = APIRouter(tags=["cases"], route_class=OperationRoute)


def case_filter(
    state: CaseState | None = None,
    decision: Decision | None = None,
    provider: Provider | None = None,
    violation_type: ViolationType | None = None,
    probability_min: Annotated[float | None, Query(ge=0, le=1)] = None,
    seller: Annotated[NonEmptyText | None, Query(description="Name, without case.")] = None,
    text: Annotated[NonEmptyText | None, Query(description="Anywhere in the title.")] = None,
    scan_id: Annotated[UUID | None, Query(description="The scan that flagged it last.")] = None,
) -> CaseFilter:
    """Which cases the query asks for."""
    return CaseFilter(
        state, decision, provider, violation_type, probability_min, seller, text, scan_id
    )


WantedCases = Annotated[CaseFilter, Depends(case_filter)]


class DecisionDocument(Document):
    """A person's decision."""

    decision_no: int
    decision: Decision
    reason: str
    decided_by: str = Field(description="An id that stays.")
    decided_by_name: str
    decided_at: datetime


class EvidenceDocument(Document):
    """One frozen copy; its bytes are at `evidence/{evidence_no}`."""

    evidence_no: int
    kind: EvidenceKind
    sha256: str
    size_bytes: int
    media_type: str
    scan_id: UUID
    captured_at: datetime


class CaseDetailDocument(CaseDocument):
    """A case with everything that a decision needs."""

    calibrated: bool | None = Field(description="Whether `probability` is one; null if unknown.")
    signals: list[SignalDocument]
    evidence: list[EvidenceDocument]
    decisions: list[DecisionDocument]


class NewDecision(Body):
    """The caller's decision about the version it has read."""

    decision: Decision = Field(examples=["infringing"])
    reason: Text = Field("", examples=["copied photo, seller unknown to us"])
    version: Annotated[int, Field(ge=1, le=2**31 - 2), NUMBER] = Field(
        description="The case's `version` when it was read."
    )


@router.get("/v1/clients/{client_id}/cases")
def list_cases(
    scope: InClient,
    wanted: WantedCases,
    sort: CaseOrder = "newest",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CaseDocument]:
    """List cases. A walk by `newest` repeats and misses none, whatever changes meanwhile."""
    tag = list_tag(scope.client_id, "cases", sort, *astuple(wanted))
    after = case_position(read_cursor(tag, cursor, 3)) if cursor else None
    rows = case_lists.case_page(scope.connection, scope.client_id, wanted, sort, limit, after)
    return Page(
        items=[CaseDocument.model_validate(row) for row in rows],
        next_cursor=write_cursor(tag, case_position_parts(rows[-1]))
        if len(rows) == limit
        else None,
    )


@router.get("/v1/clients/{client_id}/cases/{case_id}")
def get_case(scope: InClient, case_id: UUID) -> CaseDetailDocument:
    """Read a case with its signals, evidence and history."""
    return _detail(scope, case_id)


@router.get(
    "/v1/clients/{client_id}/cases/{case_id}/evidence/{evidence_no}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def get_evidence(
    scope: InClient,
    backend: Backed,
    case_id: UUID,
    evidence_no: Annotated[int, Path(ge=1, le=10_000)],
) -> Response:
    """Download a frozen copy exactly as it was captured; its SHA-256 is the ETag."""
    rows = evidence_store.evidence_of(scope.connection, scope.client_id, case_id)
    if evidence_no > len(rows):
        detail = f"client {scope.client_id}: case {case_id} has no evidence {evidence_no}"
        raise Problem(UNKNOWN_ITEM, detail)
    row = rows[evidence_no - 1]
    doer = scope.principal.doer
    record(
        scope.connection, scope.client_id, doer, "evidence.exported", str(case_id), kind=row.kind
    )
    return Response(
        backend.objects.get(row.object_key),
        media_type="application/octet-stream",
        headers={
            "ETag": f'"{row.sha256}"',
            "Content-Disposition": f'attachment; filename="{row.kind}-{row.sha256[:16]}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


@router.post("/v1/clients/{client_id}/cases/{case_id}/decisions", status_code=201)
def decide_case(scope: InClient, case_id: UUID, decided: NewDecision) -> CaseDetailDocument:
    """Decide on a case. `unsure` leaves it open; earlier decisions stay in its history."""
    decide(
        scope.connection,
        scope.client_id,
        case_id,
        decided.decision,
        decided.reason,
        scope.principal.actor,
        decided.version,
    )
    return _detail(scope, case_id)


def _detail(scope: ClientScope, case_id: UUID) -> CaseDetailDocument:
    c, client_id = scope.connection, scope.client_id
    row = case_lists.get_case(c, client_id, case_id)
    if row is None:
        raise case_store.UnknownCase(f"client {client_id} has no case {case_id}")
    score = score_store.score_of(c, client_id, row.scan_id, row.provider, row.listing_id)
    evidence = evidence_store.evidence_of(c, client_id, case_id)
    decisions = decision_store.decisions_of(c, client_id, case_id)
    return CaseDetailDocument(
        **CaseDocument.model_validate(row).model_dump(),
        calibrated=None if score is None else score.calibrated,
        signals=[] if score is None else [signal_document(one) for one in score.signals],
        evidence=[
            EvidenceDocument(
                evidence_no=number,
                kind=one.kind,
                sha256=one.sha256,
                size_bytes=one.size_bytes,
                media_type=one.media_type,
                scan_id=one.scan_id,
                captured_at=one.captured_at,
            )
            for number, one in enumerate(evidence, start=1)
        ],
        decisions=named_documents(DecisionDocument, scope, decisions, "decided_by"),
    )
