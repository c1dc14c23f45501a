"""Entries of a client's lists. People add and end them; none is ever deleted or rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.listing import Provider, Seller
from infringement_dagster.domain.moderation.lists import (
    ListedListing,
    ListedSeller,
    ListEntry,
    ListName,
    Lists,
    Subject,
    SubjectKind,
    kind_of,
)
from resources.postgres.client_room import check_room
from resources.postgres.statements import execute, fetch_all, fetch_one


class UnknownEntry(PermanentError):
    """The client has no such entry on its lists."""

    problem = ProblemKind(404, "unknown-entry", "No such entry", "List the client's lists.")


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry to be."""

    list_name: ListName
    subject: Subject
    reason: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntryPosition:
    """Where an entry stands in the list, the newest first."""

    added_at: datetime
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries are wanted; None asks for nothing in particular."""

    list_name: ListName | None = None
    kind: SubjectKind | None = None
    text: str | None = None  # within the seller's name, its id or the listing's


_COLUMNS: LiteralString = """
    entry_id, list_name, provider, seller_name, seller_id, listing_id, reason, added_by,
    added_at, expires_at"""


def put_entry(c: Connection, client_id: str, new: NewEntry, added_by: str) -> ListEntry:
    """The entry; whatever list the subject was on before, it is on this one alone.

    The client's entries are added one after the other. Raises NoRoom.
    """
    check_room(c, client_id, "entries of lists")
    subject, kind = new.subject, kind_of(new.subject)
    execute(
        c,
        """
        UPDATE list_entries SET (removed_at, removed_by) = (now(), %(added_by)s)
        WHERE client_id = %(client_id)s AND kind = %(kind)s AND provider = %(provider)s
            AND subject_key = %(subject_key)s AND removed_at IS NULL
        """,
        client_id=client_id,
        kind=kind,
        provider=subject.provider,
        subject_key=subject.key,
        added_by=added_by,
    )
    seller = subject if isinstance(subject, ListedSeller) else None
    query: LiteralString = """
        INSERT INTO list_entries (client_id, list_name, kind, provider, subject_key, seller_name,
            seller_id, listing_id, reason, added_by, expires_at)
        VALUES (%(client_id)s, %(list_name)s, %(kind)s, %(provider)s, %(subject_key)s,
            %(seller_name)s, %(seller_id)s, %(listing_id)s, %(reason)s, %(added_by)s,
            %(expires_at)s)
        RETURNING"""
    entry = fetch_one(
        c,
        _entry,
        query + _COLUMNS,
        client_id=client_id,
        list_name=new.list_name,
        kind=kind,
        provider=subject.provider,
        subject_key=subject.key,
        seller_name=None if seller is None else seller.name,
        seller_id=None if seller is None else seller.seller_id,
        listing_id=subject.listing_id if isinstance(subject, ListedListing) else None,
        reason=new.reason,
        added_by=added_by,
        expires_at=new.expires_at,
    )
    assert entry is not None  # RETURNING answers with the row
    return entry


def end_entry(c: Connection, client_id: str, entry_id: UUID, removed_by: str) -> ListEntry:
    """The entry, which is on its list no longer; raises UnknownEntry, also when it was not."""
    query: LiteralString = """
        UPDATE list_entries SET (removed_at, removed_by) = (now(), %(removed_by)s)
        WHERE client_id = %(client_id)s AND entry_id = %(entry_id)s AND removed_at IS NULL
        RETURNING"""
    entry = fetch_one(
        c,
        _entry,
        query + _COLUMNS,
        client_id=client_id,
        entry_id=entry_id,
        removed_by=removed_by,
    )
    if entry is None:
        raise UnknownEntry(
            f"client {client_id} has no entry {entry_id} on its lists; list them for their ids"
        )
    return entry


def entry_page(
    c: Connection,
    client_id: str,
    wanted: EntryFilter,
    limit: int,
    after: EntryPosition | None = None,
) -> list[ListEntry]:
    """At most `limit` entries that nobody has ended, expired ones too, the newest first."""
    query: LiteralString = (
        "SELECT"
        + _COLUMNS
        + """
        FROM list_entries WHERE client_id = %(client_id)s AND removed_at IS NULL
            AND (%(list_name)s::text IS NULL OR list_name = %(list_name)s)
            AND (%(kind)s::text IS NULL OR kind = %(kind)s)
            AND (%(text)s::text IS NULL OR strpos(lower(concat_ws(' ', seller_name, seller_id,
                listing_id)), lower(%(text)s)) > 0)
            AND (%(after_at)s::timestamptz IS NULL
                OR (added_at, entry_id) < (%(after_at)s, %(after_id)s::uuid))
        ORDER BY added_at DESC, entry_id DESC LIMIT %(limit)s"""
    )
    return fetch_all(
        c,
        _entry,
        query,
        client_id=client_id,
        list_name=wanted.list_name,
        kind=wanted.kind,
        text=wanted.text or None,
        after_at=None if after is None else after.added_at,
        after_id=None if after is None else after.entry_id,
        limit=limit,
    )


def all_lists(c: Connection, client_id: str) -> Lists:
    """Every entry of the client that holds now; a client keeps 20,000 at most."""
    query: LiteralString = (
        "SELECT"
        + _COLUMNS
        + """
        FROM list_entries WHERE client_id = %(client_id)s AND removed_at IS NULL
            AND (expires_at IS NULL OR expires_at > now())
        ORDER BY added_at, entry_id"""
    )
    return Lists(fetch_all(c, _entry, query, client_id=client_id))


@dataclass(frozen=True, slots=True)
class CaseListing:
    """The listing of a case, as far as lists name it."""

    provider: Provider
    listing_id: str
    seller_name: str | None
    seller_id: str | None

    @property
    def seller(self) -> Seller | None:
        """Who sells it, where the marketplace says so."""
        return Seller(self.seller_name, self.seller_id) if self.seller_name else None


def listing_of_case(c: Connection, client_id: str, case_id: UUID) -> CaseListing | None:
    """The listing of the case; None where the client has no such case."""
    return fetch_one(
        c,
        CaseListing,
        """
        SELECT provider, listing_id, seller_name, seller_id
        FROM cases JOIN listings USING (client_id, provider, listing_id)
        WHERE client_id = %(client_id)s AND case_id = %(case_id)s
        """,
        client_id=client_id,
        case_id=case_id,
    )


def entries_for_case(c: Connection, client_id: str, case_id: UUID) -> Sequence[ListEntry]:
    """The entries that hold now for the case's listing and seller, the listing's first."""
    found = listing_of_case(c, client_id, case_id)
    if found is None:
        return ()
    return entries_for(c, client_id, found.provider, found.listing_id, found.seller)


def entries_for(
    c: Connection, client_id: str, provider: Provider, listing_id: str, seller: Seller | None
) -> Sequence[ListEntry]:
    """The entries that hold now for the listing and for its seller, the listing's first."""
    query: LiteralString = (
        "SELECT"
        + _COLUMNS
        + """
        FROM list_entries WHERE client_id = %(client_id)s AND removed_at IS NULL
            AND (expires_at IS NULL OR expires_at > now()) AND provider = %(provider)s
            AND (listing_id = %(listing_id)s OR kind = 'seller')
        ORDER BY added_at, entry_id"""
    )
    found = fetch_all(
        c, _entry, query, client_id=client_id, provider=provider, listing_id=listing_id
    )
    lists = Lists(found)
    both = (lists.of_listing(provider, listing_id), lists.of_seller(provider, seller))
    return tuple(entry for entry in both if entry is not None)


def _entry(
    *,
    entry_id: UUID,
    list_name: ListName,
    provider: Provider,
    seller_name: str | None,
    seller_id: str | None,
    listing_id: str | None,
    reason: str,
    added_by: str,
    added_at: datetime,
    expires_at: datetime | None,
) -> ListEntry:
    subject: Subject = (
        ListedSeller(provider, seller_name, seller_id)
        if listing_id is None
        else ListedListing(provider, listing_id)
    )
    return ListEntry(entry_id, list_name, subject, reason, added_by, added_at, expires_at)
