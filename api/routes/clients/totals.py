"""A client in numbers: its listings and cases, and what its scans cost."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.access import InClient
from api.http.operation_route import OperationRoute
from api.http.schemas import Day, Document
from api.routes.clients.limits import tell_credits
from infringement_dagster.domain.case import CaseState, Decision
from infringement_dagster.domain.listing import Provider
from resources.postgres.cases import case_lists
from resources.postgres.listings import listing_store
from resources.postgres.scans import usage_store

router = APIRouter(tags=["clients"], route_class=OperationRoute)


class CaseCountDocument(Document):
    """How many cases of a provider are in a state."""

    provider: Provider
    state: CaseState
    decision: Decision | None
    cases: int


class SummaryDocument(Document):
    """The client in numbers."""

    listings: int
    cases: list[CaseCountDocument]


class UsageLine(Document):
    """The cost of one provider in one month."""

    month: date
    provider: Provider
    requests: int
    credits: int


class UsageDocument(Document):
    """The cost of the client's scans."""

    months: list[UsageLine]


@router.get("/v1/clients/{client_id}/summary")
def get_summary(scope: InClient) -> SummaryDocument:
    """Count the client's listings and cases."""
    counts = case_lists.case_counts(scope.connection, scope.client_id)
    return SummaryDocument(
        listings=listing_store.count_listings(scope.connection, scope.client_id),
        cases=[CaseCountDocument.model_validate(count) for count in counts],
    )


@router.get("/v1/clients/{client_id}/usage", dependencies=[Depends(tell_credits)])
def get_usage(
    scope: InClient, since: Annotated[Day | None, Query(description="First day counted.")] = None
) -> UsageDocument:
    """Say what scans have cost, by month and provider."""
    begin = since or datetime.now(UTC).date().replace(day=1)
    lines = usage_store.credits_by_month(scope.connection, scope.client_id, begin)
    return UsageDocument(months=[UsageLine.model_validate(line) for line in lines])
