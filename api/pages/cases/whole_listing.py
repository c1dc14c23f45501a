"""The whole listing as people read it: each fact with where it was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.access import ClientScope
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.listing_pages.details import ListingDetails
from infringement_dagster.domain.listing_pages.page_read import PageRead
from resources.postgres.listings import page_store
from resources.postgres.listings.page_store import KeptPage
from resources.postgres.listings.records import ListingRow

SEARCH_ROW: Final = "search row"
OWN_PAGE: Final = "listing page"
IMPORTED: Final = "imported"
_NO_DETAILS: Final = ListingDetails()


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a listing."""

    label: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class WholeListing:
    """All that is known of a listing; without `read_at` nothing but its row was ever read."""

    facts: tuple[Fact, ...]
    bullets: tuple[str, ...] = ()
    description: str | None = None
    specifics: tuple[tuple[str, str], ...] = ()
    text_source: str = OWN_PAGE  # of the three above
    read_at: datetime | None = None
    is_of_before: bool = False  # its title or seller have changed since

    def source_of(self, label: str) -> str | None:
        """Where the fact was read; None where there is none."""
        return next((fact.source for fact in self.facts if fact.label == label), None)


def read_whole_listing(scope: ClientScope, listing: ListingRow) -> WholeListing:
    """The listing with what its own page told, or its row of an imported file."""
    pages = page_store.pages_of(
        scope.connection, scope.client_id, listing.provider, [listing.listing_id]
    )
    return whole_listing(listing.listing(), pages.get(listing.listing_id))


def whole_listing(listing: Listing, kept: KeptPage | None) -> WholeListing:
    """The facts in the order in which people ask for them."""
    if kept is None:
        row = IMPORTED if listing.provider == "file" else SEARCH_ROW
        told = PageRead(listing, listing)
        return WholeListing(tuple(_facts(listing, told, row, _NO_DETAILS)))
    is_imported = not kept.page_keys and listing.provider == "file"
    row, page = (IMPORTED, IMPORTED) if is_imported else (SEARCH_ROW, OWN_PAGE)
    read = kept.page.read
    details = read.details or _NO_DETAILS
    facts = _facts(listing, kept.page, row, details)
    return WholeListing(
        tuple(facts),
        details.bullets,
        read.description,
        details.specifics,
        page,
        kept.read_at,
        _is_of_before(listing, kept.page),
    )


def _is_of_before(listing: Listing, page: PageRead) -> bool:
    sellers = (page.row.seller, page.read.seller)
    return listing.title != page.row.title or listing.seller not in sellers


def _facts(listing: Listing, page: PageRead, row: str, details: ListingDetails) -> Iterator[Fact]:
    texts = {
        "price": ("Price", None if listing.price is None else "given"),
        "seller": ("Seller", listing.seller.name if listing.seller else None),
        "brand": ("Brand", listing.brand),
        "condition": ("Condition", listing.condition),
        "category": ("Category", listing.category),
        "rating": ("Rating", _rating(listing)),
    }
    for name, (label, text) in texts.items():
        if text is not None:
            yield Fact(label, text, OWN_PAGE if _is_added(name, listing, page) else row)
    yield from _photos(listing, page, row)
    for label, told in _details(details).items():
        if told is not None:
            yield Fact(label, told, OWN_PAGE)


def _is_added(name: str, listing: Listing, page: PageRead) -> bool:
    return name in page.added and getattr(listing, name) == page.added[name]


def _rating(listing: Listing) -> str | None:
    if listing.rating is None:
        return None
    counted = f", {listing.review_count:,} reviews" if listing.review_count is not None else ""
    return f"{listing.rating:g} of 5{counted}"


def _photos(listing: Listing, page: PageRead, row: str) -> Iterator[Fact]:
    if not listing.image_urls:
        return
    added = len(set(listing.image_urls).intersection(page.photos_added))
    from_row = len(listing.image_urls) - added
    if from_row:
        yield Fact("Photos", f"{from_row}", row)
    if added:
        yield Fact("Further photos" if from_row else "Photos", f"{added}", OWN_PAGE)


def _details(details: ListingDetails) -> dict[str, str | None]:
    percent, count = details.seller_rating_percent, details.seller_review_count
    return {
        "Availability": details.availability,
        "Offered": None if details.item_count is None else f"{details.item_count:,} items",
        "GTIN": details.gtin,
        "Maker's number": details.mpn,
        "Ships from": details.ships_from,
        "Seller's rating": None if percent is None else f"{percent:g} % positive",
        "Seller's reviews": None if count is None else f"{count:,}",
    }
