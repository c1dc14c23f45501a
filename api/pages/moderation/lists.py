"""The page of a client's lists, and the part of a case that says on which lists it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.http.operation_route import OperationRoute
from api.http.problems import INVALID, Problem
from api.http.schemas import NonEmptyText, ProviderName, Text
from api.pages.rendering import client_frame, go_to, render, render_part
from infringement_dagster.clients.moderation.lists import add_entry, remove_entry, subject_of_case
from infringement_dagster.domain.moderation.lists import (
    LIST_NAMES,
    ListedListing,
    ListedSeller,
    ListName,
    Subject,
    SubjectKind,
    kind_of,
)
from resources.postgres.cases.moderation import list_store
from resources.postgres.clients.principals import principal_names

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
SHOWN = 200
TONES = {"allow": "good", "watch": "warn", "deny": "bad"}


def _given(given: object) -> object:
    return None if given == "" else given


# A form sends its empty fields too.
ExpiresOn = Annotated[date | None, BeforeValidator(_given)]
_AskedList = Annotated[ListName | None, BeforeValidator(_given), Query()]


class CaseEntryForm(BaseModel):
    """The list that a case's seller or listing goes on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    list_name: ListName
    kind: SubjectKind
    reason: NonEmptyText
    expires_on: ExpiresOn = None


class EntryForm(CaseEntryForm):
    """The same with the seller or listing named; a seller by its name or, better, its id."""

    provider: ProviderName
    named_by: Literal["name", "id"] = "name"
    named: NonEmptyText


@router.get("/clients/{client_id}/lists")
def show_lists(
    request: Request, scope: InClient, list_name: _AskedList = None, text: Text = ""
) -> Response:
    """All that is on the lists, the newest first, and a form for more."""
    wanted = list_store.EntryFilter(list_name, text=text.strip() or None)
    entries = list_store.entry_page(scope.connection, scope.client_id, wanted, SHOWN + 1)
    signed = [entry.added_by for entry in entries]
    return render(
        "lists.html",
        client_frame(request, scope, "lists"),
        entries=entries[:SHOWN],
        has_more=len(entries) > SHOWN,
        names=principal_names(scope.connection, scope.client_id, signed),
        list_names=LIST_NAMES,
        list_name=list_name,
        text=text,
        list_tones=TONES,
        kind_of=kind_of,
        now=datetime.now(UTC),
    )


@router.post("/clients/{client_id}/lists")
def add_to_list_on_page(scope: InClient, form: Annotated[EntryForm, Form()]) -> Response:
    """Puts the seller or listing named on a list."""
    subject: Subject = ListedListing(form.provider, form.named)
    if form.kind == "seller":
        by_id = form.named_by == "id"
        subject = ListedSeller(
            form.provider, None if by_id else form.named, form.named if by_id else None
        )
    _add(scope, form, subject)
    return go_to(f"/clients/{scope.client_id}/lists")


@router.post("/clients/{client_id}/lists/{entry_id}/remove")
def remove_from_list_on_page(scope: InClient, entry_id: UUID) -> Response:
    """Takes a seller or listing off its list."""
    remove_entry(scope.connection, scope.client_id, entry_id, scope.principal.doer)
    return go_to(f"/clients/{scope.client_id}/lists")


@router.get("/clients/{client_id}/cases/{case_id}/lists")
def show_case_lists(scope: InClient, case_id: UUID) -> Response:
    """The lists that the case's seller and listing are on, as a part of its page."""
    return _case_part(scope, case_id)


@router.post("/clients/{client_id}/cases/{case_id}/lists")
def add_case_to_list_on_page(
    scope: InClient, case_id: UUID, form: Annotated[CaseEntryForm, Form()]
) -> Response:
    """Puts the case's seller or listing on a list and shows the part again."""
    _add(scope, form, subject_of_case(scope.connection, scope.client_id, case_id, form.kind))
    return _case_part(scope, case_id)


def _add(scope: ClientScope, form: CaseEntryForm, subject: Subject) -> None:
    new = list_store.NewEntry(form.list_name, subject, form.reason, _end_of(form.expires_on))
    add_entry(scope.connection, scope.client_id, new, scope.principal.doer)


def _end_of(day: date | None) -> datetime | None:
    """The end of the day in UTC; raises Problem for one that is past."""
    if day is None:
        return None
    if day < datetime.now(UTC).date():
        raise Problem(INVALID, f"{day} is past: an entry until then would do nothing")
    if day >= date.max - timedelta(days=1):
        raise Problem(INVALID, f"{day} is too far away; leave the day empty for no end")
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _case_part(scope: ClientScope, case_id: UUID) -> Response:
    entries = list_store.entries_for_case(scope.connection, scope.client_id, case_id)
    signed = [entry.added_by for entry in entries]
    return render_part(
        "case_lists.html",
        client_id=scope.client_id,
        case_id=case_id,
        entries=entries,
        names=principal_names(scope.connection, scope.client_id, signed),
        list_names=LIST_NAMES,
        list_tones=TONES,
        kind_of=kind_of,
        may_edit="cases:decide" in scope.principal.permissions,
    )
