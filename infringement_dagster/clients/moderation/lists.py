"""Sellers and listings put on a client's lists and taken off; each leaves an audit entry."""

from __future__ import annotations

from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.moderation.lists import (
    ListedListing,
    ListedSeller,
    ListEntry,
    Subject,
    SubjectKind,
    kind_of,
)
from resources.postgres.cases.case_store import UnknownCase
from resources.postgres.cases.moderation import list_store
from resources.postgres.cases.moderation.list_store import NewEntry
from resources.postgres.clients.audit import Doer, record


class SellerNotNamed(PermanentError):
    """The marketplace did not say who sells the listing."""

    problem = ProblemKind(422, "seller-not-named", "The seller is not known", "List the listing.")


def subject_of_case(c: Connection, client_id: str, case_id: UUID, kind: SubjectKind) -> Subject:
    """The case's seller or listing; raises UnknownCase and SellerNotNamed."""
    found = list_store.listing_of_case(c, client_id, case_id)
    if found is None:
        raise UnknownCase(f"client {client_id} has no case {case_id}; list its cases for their ids")
    if kind == "listing":
        return ListedListing(found.provider, found.listing_id)
    if not found.seller_name:
        raise SellerNotNamed(
            f"client {client_id}: the marketplace did not name the seller of case {case_id}; "
            "put the listing itself on the list"
        )
    return ListedSeller(found.provider, found.seller_name, found.seller_id)


def add_entry(c: Connection, client_id: str, new: NewEntry, by: Doer) -> ListEntry:
    """The entry, which replaces one of the same seller or listing; raises NoRoom."""
    entry = list_store.put_entry(c, client_id, new, by.principal)
    _record(c, client_id, by, "list.added", entry)
    return entry


def remove_entry(c: Connection, client_id: str, entry_id: UUID, by: Doer) -> ListEntry:
    """The entry, which does nothing any more; raises UnknownEntry."""
    entry = list_store.end_entry(c, client_id, entry_id, by.principal)
    _record(c, client_id, by, "list.removed", entry)
    return entry


def _record(c: Connection, client_id: str, by: Doer, action: str, entry: ListEntry) -> None:
    subject = entry.subject
    record(
        c,
        client_id,
        by,
        action,
        f"{kind_of(subject)} {subject.shown} at {subject.provider}",
        list=entry.list_name,
        reason=entry.reason,
        expires_at=None if entry.expires_at is None else entry.expires_at.isoformat(),
        entry_id=str(entry.entry_id),
    )
