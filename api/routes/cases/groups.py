"""Groups of near-identical listings: listed, read, decided at once, split, merged."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from api.access import ClientScope, InClient
from api.http.cursors import (
    group_position,
    group_position_parts,
    list_tag,
    read_cursor,
    write_cursor,
)
from api.http.documents.groups import GroupDetailDocument, GroupDocument, group_document
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, Document, Limit, Page, Text
from api.http.schemas import Request as Body
from infringement_dagster.domain.case import Decision
from infringement_dagster.reviewing import groups
from resources.postgres.cases import group_lists
from resources.postgres.cases.case_store import UnknownCase

router = APIRouter(tags=["cases"], route_class=OperationRoute)
CasesMin = Annotated[
    int, Query(ge=1, le=1000, description="Of at least so many cases; 1: also those alone.")
]


class GroupDecision(Body):
    """The caller's decision on the open cases that it has read, but for the exceptions."""

    decision: Decision = Field(examples=["infringing"])
    reason: Text = Field("", examples=["one workshop under several names"])
    seen: str = Field(pattern="^[0-9a-f]{64}$", description="The group's `seen` when it was read.")
    exceptions: list[UUID] = Field(
        default=[], max_length=1000, description="Open cases of the group that it leaves out."
    )


class CasesDecided(Document):
    """The decisions of one moment, by which whoever took them can take them back."""

    decided_at: AwareDatetime = Field(description="Send it to `decisions/undo`.")
    case_ids: list[UUID]


class GroupDecided(CasesDecided):
    """The decisions of one moment, by which whoever took them can take them back."""

    group: GroupDetailDocument


class Undo(Body):
    """The moment whose decisions the caller takes back."""

    decided_at: AwareDatetime = Field(examples=["2026-11-28T09:30:00.123456+00:00"])


class DecisionsUndone(Document):
    """How much was taken back."""

    taken_back: int = Field(
        description="Decisions; those that somebody has changed since stay.", examples=[9]
    )


class Undone(DecisionsUndone):
    """How much was taken back."""

    group: GroupDetailDocument


class Split(Body):
    """Cases of the group that become one of their own."""

    cases: list[UUID] = Field(min_length=1, max_length=1000, description="Some, not all of them.")


class Merge(Body):
    """The group that becomes one with this."""

    other_group_id: UUID


@router.get("/v1/clients/{client_id}/groups")
def list_groups(
    scope: InClient,
    state: Annotated[
        Literal["open", "all"], Query(description="`open`: with a case to decide.")
    ] = "open",
    cases_min: CasesMin = 2,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[GroupDocument]:
    """List groups of near-identical listings, those with most open cases first."""
    tag = list_tag(scope.client_id, "groups", state, cases_min)
    rows = group_lists.group_page(
        scope.connection,
        scope.client_id,
        limit,
        cases_min=cases_min,
        only_open=state == "open",
        after=group_position(read_cursor(tag, cursor, 2)) if cursor else None,
    )
    last = group_position_parts(rows[-1]) if len(rows) == limit else None
    return Page(
        items=[GroupDocument.model_validate(row) for row in rows],
        next_cursor=write_cursor(tag, last) if last else None,
    )


@router.get("/v1/clients/{client_id}/groups/{group_id}")
def get_group(scope: InClient, group_id: UUID) -> GroupDetailDocument:
    """Read a group with its cases, what ties them together, and what it proposes."""
    return _detail(scope, group_id)


@router.get("/v1/clients/{client_id}/cases/{case_id}/group")
def get_group_of_case(scope: InClient, case_id: UUID) -> GroupDetailDocument:
    """Read the group that a case is in; of one case where none is like it."""
    group_id = group_lists.group_of_case(scope.connection, scope.client_id, case_id)
    if group_id is None:
        raise UnknownCase(
            f"client {scope.client_id} has no case {case_id}, or its scan has not grouped it yet"
        )
    return _detail(scope, group_id)


@router.post("/v1/clients/{client_id}/groups/{group_id}/decisions", status_code=201)
def decide_group(scope: InClient, group_id: UUID, decided: GroupDecision) -> GroupDecided:
    """Decide on a group's open cases at once; each has the decision in its own history."""
    taken = groups.decide_group(
        scope.connection,
        scope.client_id,
        group_id,
        decided.decision,
        decided.reason,
        scope.principal.actor,
        decided.seen,
        decided.exceptions,
    )
    return GroupDecided(
        decided_at=taken.decided_at, case_ids=taken.case_ids, group=_detail(scope, group_id)
    )


@router.post("/v1/clients/{client_id}/groups/{group_id}/decisions/undo")
def undo_group_decision(scope: InClient, group_id: UUID, undo: Undo) -> Undone:
    """Take back what the caller decided in one moment; both stay in the cases' histories."""
    taken_back = groups.take_back_group(
        scope.connection, scope.client_id, group_id, scope.principal.actor, undo.decided_at
    )
    return Undone(taken_back=taken_back, group=_detail(scope, group_id))


@router.post("/v1/clients/{client_id}/groups/{group_id}/split", status_code=201)
def split_group(scope: InClient, group_id: UUID, split: Split) -> GroupDetailDocument:
    """Make some of a group's cases a group of their own, which no later scan puts back."""
    new_id = groups.split_group(
        scope.connection, scope.client_id, group_id, split.cases, scope.principal.actor
    )
    return _detail(scope, new_id)


@router.post("/v1/clients/{client_id}/groups/{group_id}/merge")
def merge_groups(scope: InClient, group_id: UUID, merge: Merge) -> GroupDetailDocument:
    """Make two groups one, which bears the id of the older and stays one in later scans."""
    kept = groups.merge_groups(
        scope.connection, scope.client_id, group_id, merge.other_group_id, scope.principal.actor
    )
    return _detail(scope, kept)


def _detail(scope: ClientScope, group_id: UUID) -> GroupDetailDocument:
    return group_document(scope, groups.read_group(scope.connection, scope.client_id, group_id))
