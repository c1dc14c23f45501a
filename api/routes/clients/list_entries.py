"""Lists: sellers and listings that the client allows, watches or denies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, model_validator

from api.access import ClientScope, InClient
from api.http import cursors
from api.http.operation_route import OperationRoute
from api.http.schemas import (
    Cursor,
    Document,
    Limit,
    Moment,
    NonEmptyText,
    Page,
    ProviderName,
    Text,
)
from api.http.schemas import Request as Body
from infringement_dagster.clients.moderation.lists import add_entry, remove_entry, subject_of_case
from infringement_dagster.domain.moderation.lists import (
    ListedListing,
    ListedSeller,
    ListEntry,
    ListName,
    Subject,
    SubjectKind,
    kind_of,
)
from resources.postgres.cases.moderation import list_store
from resources.postgres.clients.principals import principal_names

router = APIRouter(tags=["lists"], route_class=OperationRoute)


class NewListEntry(Body):
    """A seller or listing to put on a list: that of a case, or told by its provider."""

    list_name: ListName
    kind: SubjectKind
    case_id: UUID | None = Field(None, description="Whose seller or listing; null: told below.")
    provider: ProviderName | None = None
    seller_name: NonEmptyText | None = None
    seller_id: NonEmptyText | None = Field(
        None, description="Give it where you know it: names can be taken by others."
    )
    listing_id: NonEmptyText | None = None
    reason: NonEmptyText = Field(examples=["authorised dealer, contract of May"])
    expires_at: Moment | None = Field(None, description="From then it does nothing; null: never.")

    @model_validator(mode="after")
    def _complete(self) -> NewListEntry:
        told = (self.seller_name or self.seller_id) if self.kind == "seller" else self.listing_id
        if self.case_id is None and not (self.provider and told):
            named = "seller_name or seller_id" if self.kind == "seller" else "listing_id"
            raise ValueError(f"give case_id, or provider and {named}")
        if self.expires_at is not None and self.expires_at <= datetime.now(UTC):
            raise ValueError("expires_at is past, so the entry would do nothing")
        return self


class ListEntryDocument(Document):
    """A seller or listing on a list."""

    entry_id: UUID
    list_name: ListName
    kind: SubjectKind
    provider: ProviderName
    seller_name: str | None
    seller_id: str | None
    listing_id: str | None
    reason: str
    added_by: str
    added_by_name: str
    added_at: datetime
    expires_at: datetime | None
    holds: bool = Field(description="False once it has expired.")


@router.get("/v1/clients/{client_id}/list-entries")
def list_entries(
    scope: InClient,
    list_name: ListName | None = None,
    kind: SubjectKind | None = None,
    text: Annotated[Text | None, Query(description="Within a name or an id.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ListEntryDocument]:
    """List what is on the client's lists, the newest first; expired entries too."""
    tag = cursors.list_tag(scope.client_id, "lists", list_name, kind, text)
    after = (
        list_store.EntryPosition(*cursors.moment_and_id(cursors.read_cursor(tag, cursor, 2)))
        if cursor
        else None
    )
    wanted = list_store.EntryFilter(list_name, kind, text)
    rows = list_store.entry_page(scope.connection, scope.client_id, wanted, limit, after)
    parts = [rows[-1].added_at.isoformat(), str(rows[-1].entry_id)] if len(rows) == limit else None
    return Page(
        items=entry_documents(scope, rows),
        next_cursor=cursors.write_cursor(tag, parts) if parts else None,
    )


@router.post("/v1/clients/{client_id}/list-entries", status_code=201)
def add_list_entry(scope: InClient, wanted: NewListEntry) -> ListEntryDocument:
    """Put a seller or listing on a list; it leaves the list it was on before."""
    new = list_store.NewEntry(
        wanted.list_name, _subject(scope, wanted), wanted.reason, wanted.expires_at
    )
    entry = add_entry(scope.connection, scope.client_id, new, scope.principal.doer)
    return entry_documents(scope, [entry])[0]


@router.delete("/v1/clients/{client_id}/list-entries/{entry_id}", status_code=204)
def remove_list_entry(scope: InClient, entry_id: UUID) -> None:
    """Take a seller or listing off its list."""
    remove_entry(scope.connection, scope.client_id, entry_id, scope.principal.doer)


def entry_documents(scope: ClientScope, entries: list[ListEntry]) -> list[ListEntryDocument]:
    """The entries as documents, with the names of who added them."""
    signed = [entry.added_by for entry in entries]
    names = principal_names(scope.connection, scope.client_id, signed)
    now = datetime.now(UTC)
    return [_document(entry, names[entry.added_by], now) for entry in entries]


def _document(entry: ListEntry, name: str, now: datetime) -> ListEntryDocument:
    subject = entry.subject
    told: dict[str, Any] = {"seller_name": None, "seller_id": None, "listing_id": None}
    if isinstance(subject, ListedSeller):
        told |= {"seller_name": subject.name, "seller_id": subject.seller_id}
    else:
        told["listing_id"] = subject.listing_id
    return ListEntryDocument(
        entry_id=entry.entry_id,
        list_name=entry.list_name,
        kind=kind_of(subject),
        provider=subject.provider,
        reason=entry.reason,
        added_by=entry.added_by,
        added_by_name=name,
        added_at=entry.added_at,
        expires_at=entry.expires_at,
        holds=entry.holds_at(now),
        **told,
    )


def _subject(scope: ClientScope, wanted: NewListEntry) -> Subject:
    if wanted.case_id is not None:
        return subject_of_case(scope.connection, scope.client_id, wanted.case_id, wanted.kind)
    provider = wanted.provider or ""
    if wanted.kind == "listing":
        return ListedListing(provider, wanted.listing_id or "")
    return ListedSeller(provider, wanted.seller_name, wanted.seller_id)
