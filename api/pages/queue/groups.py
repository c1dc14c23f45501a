"""The queue read by group: a row for near-identical listings, and one group to decide at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.http.cursors import (
    group_position,
    group_position_parts,
    list_tag,
    read_cursor,
    write_cursor,
)
from api.http.documents.groups import EdgeDocument, edge_document
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, Text
from api.pages.cases.reason_presets import REASON_PRESETS
from api.pages.cases.toasts import decided_at_once
from api.pages.rendering import client_frame, go_to, render, render_part
from infringement_dagster.domain.case import Decision
from infringement_dagster.reviewing import groups
from infringement_dagster.reviewing.groups import Group
from resources.postgres.actors.seller_lists import sellers_of_cases
from resources.postgres.cases import group_lists, review_query
from resources.postgres.clients.principals import principal_names

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
ROWS: Final = 50
_MERGED_WITH_SHOWN: Final = 100
_LIST_KEYS = [
    ("j / k", "next / previous group"),
    ("Enter", "open the group"),
    ("l", "next page"),
    ("p", "what groups propose"),
    ("q", "the queue case by case"),
    ("?", "show and hide this list"),
]
_GROUP_KEYS = [
    ("i n u", "decide all open cases but for those that are ticked"),
    ("r", "write a reason (Esc leaves the field)"),
    ("z", "take the decision just before back"),
    ("j / k", "next / previous case of the group"),
    ("q", "back to the groups"),
    ("?", "show and hide this list"),
]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Ticked = Annotated[list[UUID], Field(max_length=group_lists.CASES_SHOWN_MAX)]


class GroupForm(_Form):
    """A decision on the open cases that the page showed, but for those that are ticked."""

    decision: Decision
    reason: Text = ""
    seen: str
    case: Ticked = []


class SplitForm(_Form):
    """The ticked cases, which become a group of their own; the rest of the form is not read."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    case: Ticked = []


class MergeForm(_Form):
    """The group that becomes one with the one on show."""

    other_group_id: UUID


class UndoForm(_Form):
    """The moment whose decisions are taken back."""

    decided_at: AwareDatetime


@router.get("/clients/{client_id}/groups")
def show_groups(request: Request, scope: InClient, cursor: Cursor = None) -> Response:
    """Groups with a case to review, those with most of them first."""
    tag = list_tag(scope.client_id, "groups page")
    after = group_position(read_cursor(tag, cursor, 2)) if cursor else None
    rows = group_lists.group_page(scope.connection, scope.client_id, ROWS + 1, after=after)
    shown = rows[:ROWS]
    has_more = len(rows) > ROWS
    return render(
        "groups.html",
        client_frame(request, scope, "cases"),
        groups=shown,
        thumbnails=_thumbnails(scope, [row.shown_case_id for row in shown]),
        cursor=cursor,
        next_cursor=write_cursor(tag, group_position_parts(shown[-1])) if has_more else None,
        keys=_LIST_KEYS,
    )


@router.get("/clients/{client_id}/groups/{group_id}")
def show_group(
    request: Request, scope: InClient, group_id: UUID, decided_at: AwareDatetime | None = None
) -> Response:
    """The group with its cases and what ties them together; `decided_at` was just before."""
    c, client_id = scope.connection, scope.client_id
    group = groups.read_group(c, client_id, group_id)
    return render(
        "group.html",
        client_frame(request, scope, "cases"),
        group=group,
        edges=_edges_by_case(group),
        titles={item.case.case_id: item.case.title for item in group.cases},
        names=principal_names(c, client_id, _signed_by(group)),
        thumbnails=_thumbnails(scope, [item.case.case_id for item in group.cases]),
        sold_by=sellers_of_cases(c, client_id, [item.case.case_id for item in group.cases]),
        toast=decided_at_once(scope, decided_at),
        presets=REASON_PRESETS,
        keys=_GROUP_KEYS,
    )


@router.get("/clients/{client_id}/groups/{group_id}/others")
def show_other_groups(scope: InClient, group_id: UUID) -> Response:
    """Groups that the group may be one with, as a part of its page.

    Apart from it, because they are found among all: of 200,000 cases that takes 0.3 s.
    """
    c, client_id = scope.connection, scope.client_id
    rows = group_lists.group_page(c, client_id, _MERGED_WITH_SHOWN, cases_min=1)
    return render_part(
        "group_others.html",
        client_id=client_id,
        group_id=group_id,
        others=[row for row in rows if row.group_id != group_id],
    )


@router.get("/clients/{client_id}/cases/{case_id}/group")
def show_case_group(scope: InClient, case_id: UUID) -> Response:
    """The group of a case, as a part of its page."""
    group_id = group_lists.group_of_case(scope.connection, scope.client_id, case_id)
    found = None
    if group_id is not None:
        found = groups.read_group(scope.connection, scope.client_id, group_id)
    signed = _signed_by(found) if found else []
    return render_part(
        "case_group.html",
        client_id=scope.client_id,
        case_id=case_id,
        group=found,
        edges=[] if found is None else _edges_by_case(found)[case_id],
        names=principal_names(scope.connection, scope.client_id, signed),
    )


@router.post("/clients/{client_id}/groups/{group_id}/decide")
def decide_group_on_page(
    scope: InClient, group_id: UUID, form: Annotated[GroupForm, Form()]
) -> Response:
    """Decides on exactly the open cases that the page showed but for those ticked, else on none."""
    decided = groups.decide_group(
        scope.connection,
        scope.client_id,
        group_id,
        form.decision,
        form.reason,
        scope.principal.actor,
        form.seen,
        form.case,
    )
    return _to_group(scope, group_id, {"decided_at": decided.decided_at.isoformat()})


@router.post("/clients/{client_id}/groups/{group_id}/undo")
def undo_group_on_page(
    scope: InClient, group_id: UUID, form: Annotated[UndoForm, Form()]
) -> Response:
    """Takes back the caller's decisions of one moment and shows the group."""
    groups.take_back_group(
        scope.connection, scope.client_id, group_id, scope.principal.actor, form.decided_at
    )
    return _to_group(scope, group_id, {})


@router.post("/clients/{client_id}/groups/{group_id}/split")
def split_group_on_page(
    scope: InClient, group_id: UUID, form: Annotated[SplitForm, Form()]
) -> Response:
    """Makes the ticked cases a group of their own and shows it."""
    new_id = groups.split_group(
        scope.connection, scope.client_id, group_id, form.case, scope.principal.actor
    )
    return _to_group(scope, new_id, {})


@router.post("/clients/{client_id}/groups/{group_id}/merge")
def merge_group_on_page(
    scope: InClient, group_id: UUID, form: Annotated[MergeForm, Form()]
) -> Response:
    """Makes the two groups one and shows it."""
    kept = groups.merge_groups(
        scope.connection, scope.client_id, group_id, form.other_group_id, scope.principal.actor
    )
    return _to_group(scope, kept, {})


def _to_group(scope: ClientScope, group_id: UUID, asked: Mapping[str, str]) -> Response:
    return go_to(f"/clients/{scope.client_id}/groups/{group_id}?{urlencode(asked)}")


def _edges_by_case(group: Group) -> Mapping[UUID, list[EdgeDocument]]:
    """By case what ties it to earlier ones, the strongest first."""
    edges: defaultdict[UUID, list[EdgeDocument]] = defaultdict(list)
    for edge in sorted(group.edges, key=lambda item: item.likeness.strength, reverse=True):
        edges[edge.case_id].append(edge_document(edge))
    return edges


def _signed_by(group: Group) -> list[str]:
    pinned = [item.membership.pinned_by for item in group.cases]
    proposed = [group.proposal.decided_by] if group.proposal else []
    return [*proposed, *(name for name in pinned if name is not None)]


def _thumbnails(scope: ClientScope, case_ids: list[UUID]) -> Mapping[UUID, str]:
    return review_query.thumbnails(scope.connection, scope.client_id, case_ids)
