"""What a provider says about one item for sale, in the words that every provider shares."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

Provider = Literal["amazon", "ebay", "walmart", "google_shopping"]
PROVIDERS: tuple[Provider, ...] = get_args(Provider)

Condition = Literal["new", "refurbished", "used", "parts"]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)


@dataclass(frozen=True, slots=True)
class Price:
    """What one item costs; a range when variants differ, else `low == high`."""

    low: Decimal
    high: Decimal
    currency: str  # ISO 4217


@dataclass(frozen=True, slots=True)
class Seller:
    """Who offers the listing; `seller_id` is the provider's own id where it gives one."""

    name: str
    seller_id: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One item of a provider; `None` means that the provider did not say."""

    provider: Provider
    listing_id: str
    title: str
    url: str
    image_urls: tuple[str, ...] = ()
    price: Price | None = None
    seller: Seller | None = None
    brand: str | None = None
    condition: Condition | None = None
    category: str | None = None
    rating: float | None = None  # 0 to 5
    review_count: int | None = None


@dataclass(frozen=True, slots=True)
class FoundListing:
    """A listing with the key of the page that it was read from."""

    listing: Listing
    page_key: str
