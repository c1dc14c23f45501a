"""Cases: listed, read one by one, decided."""

from __future__ import annotations

from dataclasses import astuple
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.access import InClient
from api.http.cursors import (
    CASE_PARTS,
    case_position,
    case_position_parts,
    list_tag,
    read_cursor,
    write_cursor,
)
from api.http.operation_route import OperationRoute
from api.http.schemas import CaseDocument, Cursor, Limit, Page, SeenVersion, Text
from api.http.schemas import Request as Body
from api.routes.cases.case_detail import CaseDetailDocument, case_detail
from api.routes.cases.case_filter import WantedCases
from infringement_dagster.domain.case import Decision
from infringement_dagster.reviewing.decide import decide
from resources.postgres.cases import case_lists
from resources.postgres.cases.case_lists import CaseOrder

router = APIRouter(tags=["cases"], route_class=OperationRoute)


class NewDecision(Body):
    """The caller's decision about the version it has read."""

    decision: Decision = Field(examples=["infringing"])
    reason: Text = Field("", examples=["copied photo, seller unknown to us"])
    version: SeenVersion = Field(description="The case's `version` when it was read.")


@router.get("/v1/clients/{client_id}/cases")
def list_cases(
    scope: InClient,
    wanted: WantedCases,
    sort: CaseOrder = "newest",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[CaseDocument]:
    """List cases, filtered. A walk by `newest` repeats and misses none, whatever happens.

    By `cheapest`, amounts count as listings state them, in whatever currency; by `most_visible`,
    places in the results of the scan that saw the listing last, those without a place behind.
    """
    tag = list_tag(scope.client_id, "cases", sort, *astuple(wanted))
    after = case_position(read_cursor(tag, cursor, CASE_PARTS)) if cursor else None
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
    return case_detail(scope, case_id)


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
    return case_detail(scope, case_id)
