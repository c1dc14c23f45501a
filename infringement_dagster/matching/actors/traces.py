"""Traces that one listing bears of its seller, and how a seller is named for good."""

from __future__ import annotations

import re

from infringement_dagster.domain.actors.sellers import KEY_CHARS_MAX, ListingTrace, SellerKey
from infringement_dagster.domain.listing import Listing, Provider, Seller
from infringement_dagster.matching.actors.contacts import contacts_in
from infringement_dagster.matching.elsewhere import words_of_offer

_PLACE_SIGNS = re.compile(r"[^\w]+")
_ABROAD = ("ships from", "item location", "located in", "from")


def seller_key(provider: Provider, seller: Seller) -> SellerKey:
    """The seller's key; the same however its name is spelt by case and signs."""
    if seller.seller_id is not None:
        return SellerKey(provider, f"id:{seller.seller_id}"[:KEY_CHARS_MAX])
    name = words_of_offer(seller.name) or seller.name.strip().casefold()
    return SellerKey(provider, f"name:{name}"[:KEY_CHARS_MAX])


def listing_trace(listing: Listing) -> ListingTrace:
    """The contacts in the listing's description and the place that it is sent from."""
    described = listing.description
    place = place_of(listing.ships_from) if listing.ships_from else None
    return ListingTrace(None if described is None else contacts_in(described), place)


def place_of(told: str) -> str | None:
    """The place in plain words: `Ships from: Yiwu, China` is `yiwu china`; None without any."""
    words = " ".join(_PLACE_SIGNS.sub(" ", told).casefold().split())
    for opening in _ABROAD:
        words = words.removeprefix(opening + " ")
    return words[:100] or None
