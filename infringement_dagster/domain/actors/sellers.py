"""Sellers as marketplaces name them, and the traces that they leave in listings."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from infringement_dagster.domain.groups.likeness import PhotoPrint
from infringement_dagster.domain.listing import Provider

KEY_CHARS_MAX: Final = 300


@dataclass(frozen=True, slots=True, order=True)
class SellerKey:
    """A seller for good: the marketplace and its own id there, else its name.

    `key` is `id:` with the marketplace's id, or `name:` with the name's words without case.
    """

    provider: Provider
    key: str

    def __str__(self) -> str:
        return f"{self.provider} {self.key}"


@dataclass(frozen=True, slots=True)
class Trace:
    """The traces of its seller in one listing, as it was when it was flagged."""

    seller: SellerKey
    name: str
    words: frozenset[str]  # of the title, numbers left out
    photo: PhotoPrint | None = None
    contacts: frozenset[str] = frozenset()
    ships_from: str | None = None
    price: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class ListingTrace:
    """The part of a trace that only the listing's own page tells; without page both are unread."""

    contacts: frozenset[str] | None
    ships_from: str | None
