"""Proposals of decided groups for cases that joined them: read and confirmed at once."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.access import InClient
from api.http.operation_route import OperationRoute
from api.http.schemas import Document
from api.http.schemas import Request as Body
from api.routes.cases.groups import CasesDecided, DecisionsUndone, Undo
from infringement_dagster.domain.case import Decision
from infringement_dagster.reviewing.decide import take_back_many
from infringement_dagster.reviewing.groups import PROPOSED_MAX, confirm_proposed, read_proposed

router = APIRouter(tags=["cases"], route_class=OperationRoute)


class ProposedCaseDocument(Document):
    """An open case with the decision that its group's decided cases share."""

    case_id: UUID
    group_id: UUID
    decision: Decision
    reason: str | None = Field(
        description="The last that was given; null: none was.", examples=["one workshop"]
    )


class ProposalsDocument(Document):
    """At most 100 cases, group by group; the others come once these are confirmed."""

    seen: str = Field(description="Send it to confirm: it names what you have read.")
    items: list[ProposedCaseDocument] = Field(
        description="Group by group, the most probable first."
    )


class Confirmation(Body):
    """The caller's word that the cases it has read are to be decided as proposed."""

    seen: str = Field(pattern="^[0-9a-f]{64}$", description="Of the proposals as they were read.")
    exceptions: list[UUID] = Field(
        default=[],
        max_length=PROPOSED_MAX,
        description="Cases to leave open; they are proposed no more.",
    )


@router.get("/v1/clients/{client_id}/proposals")
def list_proposals(scope: InClient) -> ProposalsDocument:
    """Read what decided groups propose for cases that joined them later."""
    proposed = read_proposed(scope.connection, scope.client_id)
    items = [
        ProposedCaseDocument(
            case_id=item.case_id,
            group_id=item.group_id,
            decision=item.decision,
            reason=proposed.by_group[item.group_id].reason,
        )
        for item in proposed.cases
    ]
    return ProposalsDocument(seen=proposed.seen, items=items)


@router.post("/v1/clients/{client_id}/proposals/decisions", status_code=201)
def confirm_proposals(scope: InClient, confirmed: Confirmation) -> CasesDecided:
    """Decide each proposed case as its group is, with its reason; all of them at once."""
    decided = confirm_proposed(
        scope.connection,
        scope.client_id,
        scope.principal.actor,
        confirmed.seen,
        confirmed.exceptions,
    )
    return CasesDecided(decided_at=decided.decided_at, case_ids=decided.case_ids)


@router.post("/v1/clients/{client_id}/proposals/decisions/undo")
def undo_confirmation(scope: InClient, undo: Undo) -> DecisionsUndone:
    """Take back what the caller confirmed in one moment; both stay in the cases' histories."""
    number = take_back_many(
        scope.connection, scope.client_id, scope.principal.actor, undo.decided_at
    )
    return DecisionsUndone(taken_back=number)
