"""All that a scan tells of a listing beyond the listing: its seller, its price, its photos."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass

from infringement_dagster.domain.client import PriceFloor
from infringement_dagster.domain.listing import Listing, Price
from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.currencies import BUILT_IN, ExchangeRates
from infringement_dagster.matching.elsewhere import (
    NOWHERE,
    Elsewhere,
    Relisting,
)
from infringement_dagster.matching.market import (
    GenuinePrice,
    Market,
    Offer,
    floor_of,
    pieces_in,
    product_words,
)
from infringement_dagster.matching.reading import Reader, Reading
from infringement_dagster.matching.seller_titles import SellerTitles
from infringement_dagster.matching.signals.comparison import Comparison, SellerRecord
from infringement_dagster.matching.signals.price import price_depth
from infringement_dagster.matching.text.brand_text import BrandUse

_MAKER_MIN = 0.9  # strength of a name that is written as the owner writes it
_CHEAP_MIN = 0.5  # depth from which an offer is far below the genuine price

_READINGS_MAX = 10_000  # kept, 600 bytes each; reading a listing again takes 0.3 CPU ms

Key = tuple[str, str]  # provider and listing id
_NO_LOOK = Unavailable("photos are looked at later")


@dataclass(frozen=True, slots=True)
class Decided:
    """How many cases of a seller were decided so by people."""

    infringing: int
    lawful: int


@dataclass(frozen=True, slots=True)
class Context:
    """The rest of the scan as it bears on one listing."""

    seller_record: SellerRecord | None = None  # None: the provider names no seller
    genuine: GenuinePrice | None = None
    other_sellers_with_photo: int = 0
    rates: ExchangeRates = BUILT_IN
    relisting: Relisting | None = None  # None: it repeats nothing that was found infringing


ALONE = Context()


@dataclass(frozen=True, slots=True)
class _Dealt:
    """An offer with what tells whether it is cheap."""

    offer: Offer
    price: Price
    floor: PriceFloor | None
    pieces: int
    is_small: bool


class ScanContext:
    """The listings of one scan, each to be seen beside the others.

    They are read portion by portion and not kept, so that 100,000 take little more than 10,000;
    offers of the client's own brand take 1 kB each.
    """

    def __init__(
        self,
        reader: Reader,
        listings: Iterable[Listing],
        decided: Mapping[str, Decided],
        photo_ids: Mapping[Key, Sequence[str]],
        rates: ExchangeRates = BUILT_IN,
        elsewhere: Elsewhere = NOWHERE,
    ) -> None:
        """`decided` is by the seller's name, `photo_ids` are contents' hashes."""
        self._reader = reader
        self._config = config = reader.config
        self._rates = rates
        self._elsewhere = elsewhere
        self._trusted = {name.casefold() for name in config.allowed_sellers}
        self._decided = decided
        self._brands = {brand.name: brand for brand in config.brands}
        self._photo_ids = photo_ids
        self._readings: dict[Key, Reading] = {}
        self._offers: dict[Key, _Dealt] = {}
        self._titles = SellerTitles()
        self._sellers_of: defaultdict[str, set[str]] = defaultdict(set)
        for listing, reading in reader.read_all(listings):
            self._see(listing, reading)
        offers = (dealt.offer for dealt in self._offers.values())
        self._market = Market(config.brands, offers, rates)
        self._fair, self._cheap = self._fair_and_cheap()

    def _see(self, listing: Listing, reading: Reading) -> None:
        key, seller = _key(listing), listing.seller
        if len(self._readings) < _READINGS_MAX:
            self._readings[key] = reading
        if (dealt := self._dealt(listing, reading)) is not None:
            self._offers[key] = dealt
        if seller is not None:
            self._titles.add(seller.name, listing.title)
            for photo_id in self._photo_ids.get(key, ()):
                self._sellers_of[photo_id].add(seller.name)

    def beside(self, elsewhere: Elsewhere) -> ScanContext:
        """The same scan beside these listings of other scans."""
        other = copy(self)
        other._elsewhere = elsewhere
        return other

    def of(self, listing: Listing) -> Context:
        """The scan as it bears on one of its listings."""
        dealt = self._offers.get(_key(listing))
        photo_ids = self._photo_ids.get(_key(listing), ())
        genuine = self._market.genuine_price(dealt.offer) if dealt else self._asked(listing)
        return Context(
            self._record(listing),
            genuine,
            len(self._others_with(listing, photo_ids)),
            self._rates,
            self._elsewhere.relisting(listing, photo_ids),
        )

    def _others_with(self, listing: Listing, photo_ids: Sequence[str]) -> set[str]:
        """Sellers, by name without case, that show a photo of the listing and are not trusted."""
        here = {item for photo_id in photo_ids for item in self._sellers_of.get(photo_id, ())}
        lawful = _caseless(self._elsewhere.lawful_with(listing, photo_ids))
        known = _caseless(self._elsewhere.sellers_with(listing, photo_ids))
        own = {listing.seller.name.casefold()} if listing.seller else set()
        return ((_caseless(here) - lawful) | known) - own - self._trusted

    def readings_of(self, listings: Sequence[Listing]) -> list[Reading]:
        """The reading of each of its listings; those that were not kept are read again."""
        known = [self._readings.get(_key(listing)) for listing in listings]
        missing = [item for item, reading in zip(listings, known, strict=True) if reading is None]
        again = iter(self._reader.read(missing) if missing else ())
        return [reading or next(again) for reading in known]

    def _record(self, listing: Listing) -> SellerRecord | None:
        if listing.seller is None:
            return None
        name = listing.seller.name
        decided = self._decided.get(name, Decided(0, 0))
        key = _key(listing)
        return SellerRecord(
            decided.infringing,
            decided.lawful,
            self._titles.alike(name, listing.title),
            self._titles.repeated(name, listing.title),
            len(self._fair[name] - {key}),
            len(self._cheap[name] - {key}),
        )

    def _dealt(self, listing: Listing, reading: Reading) -> _Dealt | None:
        """The listing as an offer of something new under the client's brand, if it is one."""
        use, price = reading.use, listing.price
        if use is None or price is None or price.low <= 0:
            return None
        seen = Comparison(listing, self._config, use, _NO_LOOK, None, reading=reading)
        is_plain = use.kind in ("exact", "alias", "inflected") and seen.named >= _MAKER_MIN
        if not is_plain or seen.is_second_hand or reading.beside:
            return None
        floor, pieces = floor_of(self._brands[use.brand], listing.title), pieces_in(listing.title)
        return _Dealt(self._as_offer(listing, use), price, floor, pieces, reading.is_small_goods)

    def _asked(self, listing: Listing) -> GenuinePrice | None:
        """The price of the product behind a listing that is no plain offer itself."""
        (reading,) = self.readings_of([listing])
        is_linked = reading.any_use is not None or reading.field == "client"
        if not is_linked or listing.price is None or listing.price.low <= 0:
            return None
        return self._market.genuine_price(self._as_offer(listing, reading.any_use))

    def _as_offer(self, listing: Listing, use: BrandUse | None) -> Offer:
        price = listing.price
        assert price is not None
        seller = listing.seller.name if listing.seller else None
        named = product_words(use.matched_text) if use is not None else frozenset()
        return Offer(
            brand=None if use is None else use.brand,
            words=product_words(listing.title) - named,
            amount=price.high / pieces_in(listing.title),
            currency=price.currency,
            seller=seller,
            is_trusted=seller is not None and seller.casefold() in self._trusted,
        )

    def _fair_and_cheap(self) -> tuple[defaultdict[str, set[Key]], defaultdict[str, set[Key]]]:
        """By seller its offers near the genuine price, and those far below it."""
        fair: defaultdict[str, set[Key]] = defaultdict(set)
        cheap: defaultdict[str, set[Key]] = defaultdict(set)
        for key, dealt in self._offers.items():
            seller = dealt.offer.seller
            if seller is None:
                continue
            genuine = self._market.genuine_price(dealt.offer)
            found = price_depth(
                dealt.price,
                genuine,
                dealt.floor,
                self._rates,
                is_small=dealt.is_small,
                pieces=dealt.pieces,
            )
            if found is not None and found.depth == 0:
                fair[seller].add(key)
            elif found is not None and found.depth >= _CHEAP_MIN:
                cheap[seller].add(key)
        return fair, cheap


def scan_context(
    reader: Reader,
    listings: Iterable[Listing],
    decided: Mapping[str, Decided] | None = None,
    photo_ids: Mapping[Key, Sequence[str]] | None = None,
    rates: ExchangeRates = BUILT_IN,
    elsewhere: Elsewhere = NOWHERE,
) -> ScanContext:
    """The listings of a scan as they bear on each other."""
    return ScanContext(reader, listings, decided or {}, photo_ids or {}, rates, elsewhere)


def _key(listing: Listing) -> Key:
    return listing.provider, listing.listing_id


def _caseless(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}
