"""Deciding on all cases of a filtered list at once, after saying what will happen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.http.operation_route import OperationRoute
from api.http.problems import Problem
from api.http.schemas import Text
from api.pages.cases.list_filter import Wanted, wanted_cases
from api.pages.cases.reason_presets import REASON_PRESETS
from api.pages.rendering import go_to, render_part
from infringement_dagster.domain.case import Decision, StaleCase, digest_of
from infringement_dagster.domain.errors import ProblemKind
from infringement_dagster.reviewing.decide import decide_many
from resources.postgres.cases import case_lists
from resources.postgres.cases.case_lists import CaseVersion

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
CASES_MAX = 1000  # takes about a second, during which the client's events wait
CHANGED_LIST = ProblemKind(
    409, "changed-list", "The list has changed", "Close this and ask again: it says what is there."
)
InList = Annotated[Wanted, Depends(wanted_cases)]


class BulkForm(BaseModel):
    """The decision on the very cases that the question was about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decision: Decision
    reason: Text = ""
    seen: str


@router.get("/clients/{client_id}/bulk")
def ask_bulk_decision(scope: InClient, wanted: InList) -> Response:
    """The question: how many cases of which marketplaces would be decided at once."""
    found = _found(scope, wanted)
    cases = found[:CASES_MAX]
    return render_part(
        "bulk.html",
        client_id=scope.client_id,
        wanted=wanted,
        presets=REASON_PRESETS,
        cases=len(cases),
        by_provider=Counter(case.provider for case in cases),
        has_more=len(found) > CASES_MAX,
        seen=digest_of(_versions(cases)),
    )


@router.post("/clients/{client_id}/bulk")
def decide_in_bulk(scope: InClient, wanted: InList, form: Annotated[BulkForm, Form()]) -> Response:
    """Decides on exactly the cases that the question named, else on none."""
    seen = _versions(_found(scope, wanted)[:CASES_MAX])
    if digest_of(seen) != form.seen:
        raise Problem(CHANGED_LIST, "cases came, went or were decided since the question was asked")
    actor = scope.principal.actor
    try:
        decided = decide_many(
            scope.connection, scope.client_id, seen, form.decision, form.reason, actor
        )
    except StaleCase as error:
        raise Problem(CHANGED_LIST, f"{error}; nothing was written") from None
    moment = urlencode({"decided_at": decided.decided_at.isoformat()})
    return go_to(f"/clients/{scope.client_id}/cases?{wanted.address}&{moment}")


def _found(scope: ClientScope, wanted: Wanted) -> list[CaseVersion]:
    return case_lists.case_versions(
        scope.connection, scope.client_id, wanted.filter, wanted.sort, CASES_MAX + 1
    )


def _versions(cases: Sequence[CaseVersion]) -> dict[UUID, int]:
    return {case.case_id: case.version for case in cases}
