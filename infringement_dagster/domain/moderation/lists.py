"""Sellers and listings that a client allows, watches or denies, with reason, author and expiry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, get_args
from uuid import UUID

from infringement_dagster.domain.listing import Provider, Seller

ListName = Literal["allow", "watch", "deny"]
LIST_NAMES: tuple[ListName, ...] = get_args(ListName)
SubjectKind = Literal["seller", "listing"]


@dataclass(frozen=True, slots=True)
class ListedSeller:
    """A seller at one provider, by the provider's own id, by name, or by both."""

    provider: Provider
    name: str | None
    seller_id: str | None = None

    @property
    def key(self) -> str:
        """By which the seller is told from others of the provider: its id, else its name."""
        return self.seller_id or folded(self.name or "")

    @property
    def shown(self) -> str:
        """As people call it."""
        return self.name or self.seller_id or ""

    def is_same(self, seller: Seller) -> bool:
        """By id where both have one, else by name without case.

        So nobody takes the place of a trusted dealer by taking its name.
        """
        if self.seller_id and seller.seller_id:
            return self.seller_id == seller.seller_id
        return self.name is not None and folded(self.name) == folded(seller.name)


@dataclass(frozen=True, slots=True)
class ListedListing:
    """One listing of a provider."""

    provider: Provider
    listing_id: str

    @property
    def key(self) -> str:
        """By which the listing is told from others of the provider."""
        return self.listing_id

    @property
    def shown(self) -> str:
        """As people call it."""
        return self.listing_id


Subject: TypeAlias = ListedSeller | ListedListing


def kind_of(subject: Subject) -> SubjectKind:
    """The kind of thing that is on the list."""
    return "seller" if isinstance(subject, ListedSeller) else "listing"


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A seller or listing on a list of the client."""

    entry_id: UUID
    list_name: ListName
    subject: Subject
    reason: str
    added_by: str
    added_at: datetime
    expires_at: datetime | None = None  # None: until somebody removes it

    def holds_at(self, moment: datetime) -> bool:
        """False once it has expired: it then does nothing, and stays to be read."""
        return self.expires_at is None or moment < self.expires_at

    @property
    def said(self) -> str:
        """Since when and why, as people read it."""
        since = f"on your {self.list_name} list since {self.added_at:%Y-%m-%d}"
        return f"{since}, because {self.reason}" if self.reason else since


class Lists:
    """The entries of one client that hold, found by seller and by listing."""

    def __init__(self, entries: Iterable[ListEntry]) -> None:
        self._listings: dict[tuple[Provider, str], ListEntry] = {}
        self._sellers: dict[tuple[Provider, str], list[ListEntry]] = {}
        for entry in entries:
            subject = entry.subject
            if isinstance(subject, ListedListing):
                self._listings[subject.provider, subject.listing_id] = entry
            else:
                for name in _names_of(subject.name, subject.seller_id):
                    self._sellers.setdefault((subject.provider, name), []).append(entry)

    def of_listing(self, provider: Provider, listing_id: str) -> ListEntry | None:
        """The entry of the listing itself."""
        return self._listings.get((provider, listing_id))

    def of_seller(self, provider: Provider, seller: Seller | None) -> ListEntry | None:
        """The entry of its seller, the one by its id before one by its name."""
        if seller is None:
            return None
        for name in _names_of(seller.name, seller.seller_id):
            for entry in self._sellers.get((provider, name), ()):
                if isinstance(entry.subject, ListedSeller) and entry.subject.is_same(seller):
                    return entry
        return None


def folded(name: str) -> str:
    """A seller's name as names are compared."""
    return name.strip().casefold()


def _names_of(name: str | None, seller_id: str | None) -> list[str]:
    """By which a seller is looked up; an id and a name are never mistaken for each other."""
    found = [f"id:{seller_id}"] if seller_id else []
    return [*found, f"name:{folded(name)}"] if name else found
