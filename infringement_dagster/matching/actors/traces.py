"""Traces that one listing bears of its seller, and how a seller is named for good."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from infringement_dagster.domain.listing import Listing, Provider, Seller
from infringement_dagster.matching.actors.contacts import contacts_in
from infringement_dagster.matching.elsewhere import words_of_offer
from infringement_dagster.matching.groups.likeness import PhotoPrint

KEY_CHARS_MAX: Final = 300
_PLACE_SIGNS = re.compile(r"[^\w]+")
_ABROAD = ("ships from", "item location", "located in", "from")


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


def seller_key(provider: Provider, seller: Seller) -> SellerKey:
    """The seller's key; the same however its name is spelt by case and signs."""
    if seller.seller_id is not None:
        return SellerKey(provider, f"id:{seller.seller_id}"[:KEY_CHARS_MAX])
    name = words_of_offer(seller.name) or seller.name.strip().casefold()
    return SellerKey(provider, f"name:{name}"[:KEY_CHARS_MAX])


def listing_trace(listing: Listing) -> ListingTrace:
    """The contacts in the listing's description and the place that it is sent from."""
    described = listing.description
    place = place_of(listing.shipping_place) if listing.shipping_place else None
    return ListingTrace(None if described is None else contacts_in(described), place)


def place_of(told: str) -> str | None:
    """The place in plain words: `Ships from: Yiwu, China` is `yiwu china`; None without any."""
    words = " ".join(_PLACE_SIGNS.sub(" ", told).casefold().split())
    for opening in _ABROAD:
        words = words.removeprefix(opening + " ")
    return words[:100] or None
