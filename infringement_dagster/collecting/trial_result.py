"""The result of a trial search, as it is handed on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from infringement_dagster.domain.listing import Listing, Provider

CHARS_MAX = 300  # of a title or name that is shown


@dataclass(frozen=True, slots=True)
class TrialListing:
    """A listing of the page as a list shows it; `photo_base64` is a JPEG made by us."""

    title: str
    url: str
    seller_name: str | None
    price_low: Decimal | None
    price_high: Decimal | None
    currency: str | None
    photo_base64: str | None


@dataclass(frozen=True, slots=True)
class TrialResult:
    """One page of one query; `found` counts the page's listings, of which some are shown."""

    provider: Provider
    query: str
    found: int
    credits: int
    listings: tuple[TrialListing, ...]


def trial_listing(listing: Listing, photo_base64: str | None) -> TrialListing:
    """The listing as it is handed on."""
    price, seller = listing.price, listing.seller
    return TrialListing(
        title=listing.title[:CHARS_MAX],
        url=listing.url,
        seller_name=seller.name[:CHARS_MAX] if seller else None,
        price_low=price.low if price else None,
        price_high=price.high if price else None,
        currency=price.currency if price else None,
        photo_base64=photo_base64,
    )
