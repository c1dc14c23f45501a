"""Which cases a list or an export is about, as queries ask for them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from api.access import AnyCaller
from api.http.schemas import NonEmptyText, ProviderName
from infringement_dagster.domain.case import CaseOrigin, CaseState, Decision
from infringement_dagster.domain.moderation.rules import RULE_NAME
from infringement_dagster.domain.score import ViolationType
from resources.postgres.cases.case_lists import CaseFilter


def case_filter(
    caller: AnyCaller,
    state: CaseState | None = None,
    decision: Decision | None = None,
    provider: ProviderName | None = None,
    violation_type: ViolationType | None = None,
    probability_min: Annotated[float | None, Query(ge=0, le=1)] = None,
    seller: Annotated[NonEmptyText | None, Query(description="Name, without case.")] = None,
    text: Annotated[NonEmptyText | None, Query(description="Anywhere in the title.")] = None,
    scan_id: Annotated[UUID | None, Query(description="The scan that flagged it last.")] = None,
    origin: CaseOrigin | None = None,
    priority: Annotated[
        bool | None, Query(description="Open cases that a rule flags as priority.")
    ] = None,
    rule: Annotated[
        str | None, Query(pattern=RULE_NAME, description="The rule that has decided it.")
    ] = None,
    assignee: Annotated[
        str | None,
        Query(
            pattern=r"^(me|nobody|user:[0-9a-f-]{36})$",
            description="Whose work it is: a person's id, `me`, or `nobody`.",
            examples=["me"],
        ),
    ] = None,
    overdue: Annotated[
        bool | None, Query(description="Open cases that were due on a day that is over.")
    ] = None,
    tag: Annotated[
        NonEmptyText | None, Query(description="One of the tags of the case.", examples=["urgent"])
    ] = None,
) -> CaseFilter:
    """Which cases the query asks for."""
    return CaseFilter(
        state,
        decision,
        provider,
        violation_type,
        probability_min,
        seller,
        text,
        scan_id,
        origin,
        priority=priority,
        rule=rule,
        assignee=caller.actor if assignee == "me" else assignee,
        overdue=overdue,
        tag=None if tag is None else tag.lower(),
    )


WantedCases = Annotated[CaseFilter, Depends(case_filter)]
