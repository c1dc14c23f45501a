"""Listings of a made-up client with one or two pieces of evidence each, built by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from infringement_dagster.domain.client import Brand, ClientConfig, PriceFloor
from infringement_dagster.domain.listing import Condition, Listing, Price, Seller
from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.calibration.plain_photos import (
    NO_PHOTO,
    logo_in_photo,
    nearest,
    read_in_photo,
    sighting,
)
from infringement_dagster.matching.currencies import BUILT_IN
from infringement_dagster.matching.elsewhere import KnownListing, Relisting
from infringement_dagster.matching.photos.local_match import LocalMatch
from infringement_dagster.matching.reading import Reader, reader_of
from infringement_dagster.matching.signals import Comparison, SellerRecord, found_in, values_of

FLOOR = PriceFloor(Decimal(80), "USD")
BRAND = Brand("Veldoran", categories=("bottle", "flask", "jacket", "tent"), price_floor=FLOOR)
CONFIG = ClientConfig(1, (BRAND,), {}, allowed_sellers=("Veldoran Official",))


NO_RECORD = SellerRecord()
Repeats = Literal["own listing", "photo of another"]  # that people found infringing


@dataclass(frozen=True, slots=True)
class PlainCase:
    """A listing as its evidence: what it says, asks and shows."""

    title: str
    price_of_floor: float | None = 1.1  # None: the provider gave no price
    shows_client_photo: bool = False
    has_photo: bool = True
    condition: Condition | None = "new"
    seller: str | None = "some shop"
    record: SellerRecord = NO_RECORD
    description: str | None = None
    brand_field: str | None = None
    currency: str = "USD"
    other_sellers_with_photo: int = 0
    photo_reads: str | None = None  # the words in its photo; None: not read
    shows_logo: bool = False
    repeats: Repeats | None = None

    def values(self) -> Mapping[str, float | None]:
        """The finding of every signal in it."""
        return values_of(found_in(self.comparison()))

    def comparison(self) -> Comparison:
        """The listing beside everything that a scan would find out about it."""
        listing = Listing(
            "ebay",
            "1",
            self.title,
            "https://example.com/1",
            price=self._price(),
            seller=None if self.seller is None else Seller(self.seller),
            brand=self.brand_field,
            condition=self.condition,
            description=self.description,
        )
        reading = _reader().read([listing])[0]
        return Comparison(
            listing,
            CONFIG,
            reading.use,
            nearest(is_the_client_s=self.shows_client_photo) if self.has_photo else NO_PHOTO,
            FLOOR,
            self._sighting(),
            None if self.seller is None else self.record,
            reading,
            None,
            self.other_sellers_with_photo,
            relisting=None if self.repeats is None else _relisting(self.repeats),
            brand_in_photo=read_in_photo(_reader().matcher, self.photo_reads),
            logo=logo_in_photo(is_shown=self.shows_logo),
        )

    def _sighting(self) -> LocalMatch | Unavailable | None:
        if not self.has_photo:
            return NO_PHOTO
        return sighting() if self.shows_client_photo else None

    def _price(self) -> Price | None:
        if self.price_of_floor is None:
            return None
        dollars = FLOOR.amount * Decimal(str(self.price_of_floor))
        amount = BUILT_IN.convert(dollars, FLOOR.currency, self.currency)
        assert amount is not None
        return Price(amount, amount, self.currency)


def _relisting(repeats: Repeats) -> Relisting:
    known = KnownListing("ebay", "2", "sold before", None, "infringing")
    is_own = repeats == "own listing"
    return Relisting((known,), 0, is_same_seller=is_own, is_same_photo=not is_own)


@lru_cache(maxsize=1)
def _reader() -> Reader:
    return reader_of(CONFIG)
