"""One item for sale as a provider tells of it, in the words that every provider shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import UnionType
from typing import Final, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from infringement_dagster.domain.listing_pages.details import ListingDetails

# A provider's name; it may have been taken away since. `domain/provider.py` describes the others.
Provider: TypeAlias = str

Condition = Literal["new", "refurbished", "used", "parts"]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)


@dataclass(frozen=True, slots=True)
class Price:
    """The price of one item; a range when variants differ, else `low == high`."""

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
    description: str | None = None  # the seller's own text, where it was read
    ships_from: str | None = None  # the place as the provider spells it, where it was read
    details: ListingDetails | None = None  # of its own page, where it was read

    @property
    def own_words(self) -> str:
        """The seller's text beside the title: the page's points, then the description."""
        bullets = self.details.bullets if self.details else ()
        return "\n".join(filter(None, (*bullets, self.description)))


@dataclass(frozen=True, slots=True)
class ListingColumns:
    """A listing as one flat row, the same in Postgres, in snapshots and in the API."""

    provider: Provider
    listing_id: str
    title: str
    url: str
    price_low: Decimal | None
    price_high: Decimal | None
    currency: str | None
    seller_name: str | None
    seller_id: str | None
    brand: str | None
    condition: Condition | None
    category: str | None
    rating: float | None
    review_count: int | None
    image_urls: tuple[str, ...]

    def listing(self) -> Listing:
        """The listing that the columns tell of."""
        return Listing(
            provider=self.provider,
            listing_id=self.listing_id,
            title=self.title,
            url=self.url,
            image_urls=tuple(self.image_urls),
            price=_price(self.price_low, self.price_high, self.currency),
            seller=Seller(self.seller_name, self.seller_id) if self.seller_name else None,
            brand=self.brand,
            condition=self.condition,
            category=self.category,
            rating=self.rating,
            review_count=self.review_count,
        )


_VALUE_TYPES: Final[tuple[type, ...]] = (Decimal, float, int, tuple)


def _value_type(hint: object) -> type:
    parts = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    bare = {get_origin(part) or part for part in parts}
    return next((known for known in _VALUE_TYPES if known in bare), str)


# By name the type of its values, absence aside: Postgres and snapshots spell theirs by it.
LISTING_COLUMNS: Final[Mapping[str, type]] = {
    name: _value_type(hint) for name, hint in get_type_hints(ListingColumns).items()
}


def columns_of(listing: Listing) -> ListingColumns:
    """The listing as one flat row."""
    price, seller = listing.price, listing.seller
    return ListingColumns(
        provider=listing.provider,
        listing_id=listing.listing_id,
        title=listing.title,
        url=listing.url,
        price_low=price.low if price else None,
        price_high=price.high if price else None,
        currency=price.currency if price else None,
        seller_name=seller.name if seller else None,
        seller_id=seller.seller_id if seller else None,
        brand=listing.brand,
        condition=listing.condition,
        category=listing.category,
        rating=listing.rating,
        review_count=listing.review_count,
        image_urls=listing.image_urls,
    )


def _price(low: Decimal | None, high: Decimal | None, currency: str | None) -> Price | None:
    if low is None or high is None or currency is None:
        return None
    return Price(low, high, currency)


@dataclass(frozen=True, slots=True)
class Rank:
    """Where a search showed a listing: the third on page 1 for these words."""

    query: str
    page: int  # from 1
    position: int  # on the page, from 1; rows that are no listing do not count


@dataclass(frozen=True, slots=True)
class PhotoRank:
    """Where a search by a reference photo showed a listing that no words had found."""

    reference_id: UUID
    position: int  # from 1; rows that are no listing do not count


@dataclass(frozen=True, slots=True)
class FoundListing:
    """A listing with the key of the page that it was read from."""

    listing: Listing
    page_key: str
    own_page_keys: tuple[str, ...] = ()  # those of the listing's own pages, where they were read
