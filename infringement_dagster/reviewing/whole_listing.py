"""The whole listing as pages, the API and commands show it: each fact with where it was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from psycopg import Connection

from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.listing_pages.details import ListingDetails
from infringement_dagster.domain.listing_pages.page_read import PageRead
from resources.postgres.listings import page_store
from resources.postgres.listings.page_store import KeptPage
from resources.postgres.listings.records import ListingRow

FactSource = Literal["search_row", "listing_page", "imported"]

SEARCH_ROW: Final = "search_row"
OWN_PAGE: Final = "listing_page"
IMPORTED: Final = "imported"
_NO_DETAILS: Final = ListingDetails()


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a listing, and where it was read."""

    name: str  # as programs know it
    label: str  # as people read it
    value: str
    source: FactSource

    @property
    def source_in_words(self) -> str:
        """Where it was read, for people."""
        return _in_words(self.source)


@dataclass(frozen=True, slots=True)
class WholeListing:
    """All that is known of a listing; without `read_at` nothing but its row was ever read."""

    facts: tuple[Fact, ...]
    bullets: tuple[str, ...] = ()
    description: str | None = None
    specifics: tuple[tuple[str, str], ...] = ()
    text_source: FactSource = OWN_PAGE  # of the three above
    read_at: datetime | None = None
    is_of_before: bool = False  # its title or seller have changed since

    def source_of(self, name: str) -> str | None:
        """Where the fact was read, in words; None where there is none."""
        return next((fact.source_in_words for fact in self.facts if fact.name == name), None)

    @property
    def text_source_in_words(self) -> str:
        """Where the points, the description and the specifics were read, for people."""
        return _in_words(self.text_source)


def _in_words(source: FactSource) -> str:
    return source.replace("_", " ")


def read_whole_listing(c: Connection, client_id: str, listing: ListingRow) -> WholeListing:
    """The listing with what its own page told, or its row of an imported file."""
    pages = page_store.pages_of(c, client_id, listing.provider, [listing.listing_id])
    return whole_listing(listing.listing(), pages.get(listing.listing_id))


def whole_listing(listing: Listing, kept: KeptPage | None) -> WholeListing:
    """The facts in the order in which people ask for them."""
    if kept is None:
        row: FactSource = IMPORTED if listing.provider == "file" else SEARCH_ROW
        told = PageRead(listing, listing)
        return WholeListing(tuple(_facts(listing, told, row, _NO_DETAILS)))
    is_imported = not kept.page_keys and listing.provider == "file"
    row = IMPORTED if is_imported else SEARCH_ROW
    read = kept.page.read
    details = read.details or _NO_DETAILS
    facts = _facts(listing, kept.page, row, details)
    return WholeListing(
        tuple(facts),
        details.bullets,
        read.description,
        details.specifics,
        _page_source(row),
        kept.read_at,
        _is_of_before(listing, kept.page),
    )


def _is_of_before(listing: Listing, page: PageRead) -> bool:
    sellers = (page.row.seller, page.read.seller)
    return listing.title != page.row.title or listing.seller not in sellers


def _page_source(row: FactSource) -> FactSource:
    return row if row == IMPORTED else OWN_PAGE


def _facts(
    listing: Listing, page: PageRead, row: FactSource, details: ListingDetails
) -> Iterator[Fact]:
    of_page = _page_source(row)
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
            yield Fact(name, label, text, of_page if _is_added(name, listing, page) else row)
    if (place := page.read.ships_from or listing.ships_from) is not None:
        source = row if place == page.row.ships_from else of_page
        yield Fact("ships_from", "Ships from", place, source)
    yield from _photos(listing, page, row)
    for name, (label, told) in _details(details).items():
        if told is not None:
            yield Fact(name, label, told, of_page)


def _is_added(name: str, listing: Listing, page: PageRead) -> bool:
    return name in page.added and getattr(listing, name) == page.added[name]


def _rating(listing: Listing) -> str | None:
    if listing.rating is None:
        return None
    counted = f", {listing.review_count:,} reviews" if listing.review_count is not None else ""
    return f"{listing.rating:g} of 5{counted}"


def _photos(listing: Listing, page: PageRead, row: FactSource) -> Iterator[Fact]:
    if not listing.image_urls:
        return
    added = len(set(listing.image_urls).intersection(page.photos_added))
    from_row = len(listing.image_urls) - added
    if from_row:
        yield Fact("photos", "Photos", f"{from_row}", row)
    if added:
        label = "Further photos" if from_row else "Photos"
        yield Fact("photos_of_page", label, f"{added}", _page_source(row))


def _details(details: ListingDetails) -> dict[str, tuple[str, str | None]]:
    """By the fact's name its label and what the page told."""
    percent, count = details.seller_rating_percent, details.seller_review_count
    return {
        "availability": ("Availability", details.availability),
        "item_count": (
            "Offered",
            None if details.item_count is None else f"{details.item_count:,} items",
        ),
        "gtin": ("GTIN", details.gtin),
        "mpn": ("Maker's number", details.mpn),
        "seller_rating_percent": (
            "Seller's rating",
            None if percent is None else f"{percent:g} % positive",
        ),
        "seller_review_count": ("Seller's reviews", None if count is None else f"{count:,}"),
    }
