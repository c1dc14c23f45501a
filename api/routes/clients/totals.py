"""A client in numbers: its listings and cases, what its scans cost, how its reviewers agree."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.access import InClient
from api.http.operation_route import OperationRoute
from api.http.schemas import Day, Document, ProviderName
from api.routes.clients.limits import tell_credits
from infringement_dagster.domain.case import CaseState, Decision
from infringement_dagster.reviewing.agreement import agreement_of
from resources.postgres.cases import agreement_query, case_lists
from resources.postgres.clients.principals import principal_names
from resources.postgres.listings import listing_store
from resources.postgres.scans import usage_store

router = APIRouter(tags=["clients"], route_class=OperationRoute)


class CaseCountDocument(Document):
    """How many cases of a provider are in a state."""

    provider: ProviderName
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
    provider: ProviderName
    requests: int
    credits: int


class UsageDocument(Document):
    """The cost of the client's scans."""

    months: list[UsageLine]


class PairDocument(Document):
    """Two people and the cases that both have decided."""

    first: str = Field(description="An id that stays.")
    first_name: str
    second: str
    second_name: str
    cases: int
    agreed: int


class AgreementDocument(Document):
    """How often people who decided on the same case said the same; `unsure` says nothing."""

    cases: int = Field(description="Cases that at least two people have decided.")
    share: float | None = Field(description="Of pairs of decisions that agree; null without any.")
    kappa: float | None = Field(description="Cohen's: agreement beyond chance; null if undefined.")
    disputed: list[UUID] = Field(description="Cases on which two of them differ.")
    pairs: list[PairDocument]


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


@router.get("/v1/clients/{client_id}/agreement")
def get_agreement(scope: InClient) -> AgreementDocument:
    """Say how often reviewers agree, and on which cases they differ."""
    c, client_id = scope.connection, scope.client_id
    found = agreement_of(agreement_query.last_words(c, client_id))
    names = principal_names(c, client_id, [who for p in found.pairs for who in (p.first, p.second)])
    pairs = [
        PairDocument(
            first=pair.first,
            first_name=names[pair.first],
            second=pair.second,
            second_name=names[pair.second],
            cases=pair.cases,
            agreed=pair.agreed,
        )
        for pair in found.pairs
    ]
    return AgreementDocument(
        cases=found.cases,
        share=found.share,
        kappa=found.kappa,
        disputed=list(found.disputed),
        pairs=pairs,
    )
