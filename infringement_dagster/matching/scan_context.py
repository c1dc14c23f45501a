"""All that a scan tells of a listing beyond the listing: its seller, its price, its photos."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

from infringement_dagster.domain.client import Brand, PriceFloor
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
from infringement_dagster.matching.reading import ReadBefore, Reader, Reading
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


class _Priced:
    """The offers of a scan, each with the price of its product, and sellers by what they ask."""

    def __init__(
        self, brands: Sequence[Brand], offers: Mapping[Key, _Dealt], rates: ExchangeRates
    ) -> None:
        """`fair` and `cheap` are a seller's offers near the genuine price, and far below it."""
        self.market = Market(brands, [dealt.offer for dealt in offers.values()], rates)
        self.genuine = {
            key: self.market.genuine_price(dealt.offer) for key, dealt in offers.items()
        }
        self.fair: defaultdict[str, set[Key]] = defaultdict(set)
        self.cheap: defaultdict[str, set[Key]] = defaultdict(set)
        for key, dealt in offers.items():
            if dealt.offer.seller is not None:
                self._judge(key, dealt, dealt.offer.seller, rates)

    def _judge(self, key: Key, dealt: _Dealt, seller: str, rates: ExchangeRates) -> None:
        found = price_depth(
            dealt.price,
            self.genuine[key],
            dealt.floor,
            rates,
            is_small=dealt.is_small,
            pieces=dealt.pieces,
        )
        if found is not None and found.depth == 0:
            self.fair[seller].add(key)
        elif found is not None and found.depth >= _CHEAP_MIN:
            self.cheap[seller].add(key)


class ScanContext:
    """The listings of one scan, each to be seen beside the others.

    They are read portion by portion and not kept, so that 100,000 take little more than 10,000;
    offers of the client's own brand take 1 kB each. Where another config has read the same
    listings, all that both see alike is kept and worked out once.
    """

    _contexts: dict[Key, Context] | None = None  # kept of a portion only
    _priced: _Priced

    def __init__(
        self,
        reader: Reader,
        listings: Iterable[Listing],
        decided: Mapping[str, Decided],
        photo_ids: Mapping[Key, Sequence[str]],
        rates: ExchangeRates = BUILT_IN,
        elsewhere: Elsewhere = NOWHERE,
        like: ScanContext | None = None,
    ) -> None:
        """`decided` is by the seller's name, `photo_ids` are contents' hashes.

        `like` has the same listings, `decided`, `photo_ids` and `rates`, by another config.
        """
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
        self._like = like
        self._reads_like = like is not None and reader.reads_brands_like(like._reader)
        self._trusts_like = like is not None and self._trusted == like._trusted
        self._brands_like = self._brands_alike()
        self._titles: SellerTitles = SellerTitles() if like is None else like._titles
        self._sellers_of: defaultdict[str, set[str]] = (
            defaultdict(set) if like is None else like._sellers_of
        )
        before = None if like is None else ReadBefore(like._reader, like._kept_reading)
        for listing, reading in reader.read_all(listings, before):
            self._see(listing, reading)
        self._deals_like = self._is_dealing_alike()
        if like is not None and self._deals_like:
            self._offers, self._priced = like._offers, like._priced
        else:
            self._priced = _Priced(config.brands, self._offers, rates)

    def _see(self, listing: Listing, reading: Reading) -> None:
        key, seller = _key(listing), listing.seller
        if len(self._readings) < _READINGS_MAX:
            self._readings[key] = reading
        if (dealt := self._dealt_once(listing, reading)) is not None:
            self._offers[key] = dealt
        if seller is not None and self._like is None:
            self._titles.add(seller.name, listing.title)
            for photo_id in self._photo_ids.get(key, ()):
                self._sellers_of[photo_id].add(seller.name)

    def _brands_alike(self) -> frozenset[str]:
        """The names of the brands that both configs have just so."""
        told = {} if self._like is None else self._like._brands
        return frozenset(name for name, brand in self._brands.items() if told.get(name) == brand)

    def _is_dealing_alike(self) -> bool:
        like = self._like
        return (
            like is not None
            and self._trusts_like
            and _products_of(self._config.brands) == _products_of(like._config.brands)
            and self._offers == like._offers
        )

    def read_by(self, reader: Reader, listings: Iterable[Listing]) -> ScanContext:
        """The same listings, to be given once more, as another config reads them."""
        told = (self._decided, self._photo_ids, self._rates, self._elsewhere)
        return ScanContext(reader, listings, *told, like=self)

    def beside(self, elsewhere: Elsewhere, like: ScanContext | None = None) -> ScanContext:
        """The same scan beside these listings of other scans, to be asked about a portion.

        `like` is the one by whose side it was read, beside the same.
        """
        other = copy(self)
        other._elsewhere, other._contexts = elsewhere, {}
        other._like = like
        return other

    def bears_alike(self, listing: Listing) -> bool:
        """Whether it is plain that its context is the one by the config beside this one."""
        return self._like is not None and self._deals_like and self._names_alike(listing)

    def _names_alike(self, listing: Listing) -> bool:
        """Whether it is plain that both configs read the same brands in a listing."""
        if self._like is None or self._reads_like:
            return self._reads_like
        reading = self._kept_reading(listing)
        return reading is not None and reading is self._like._kept_reading(listing)

    def _kept_reading(self, listing: Listing) -> Reading | None:
        return self._readings.get(_key(listing))

    def of(self, listing: Listing) -> Context:
        """The scan as it bears on one of its listings."""
        if self._contexts is None:
            return self._made(listing)
        key = _key(listing)
        if key not in self._contexts:
            self._contexts[key] = self._made(listing)
        return self._contexts[key]

    def _made(self, listing: Listing) -> Context:
        if self._like is None:
            return self._made_alone(listing)
        told = self._like.of(listing)
        if self.bears_alike(listing):
            return told
        photo_ids = self._photo_ids.get(_key(listing), ())
        return replace(
            told,
            seller_record=self._with_own_offers(listing, told.seller_record),
            genuine=self._genuine_price(listing),
            other_sellers_with_photo=told.other_sellers_with_photo
            if self._trusts_like
            else len(self._others_with(listing, photo_ids)),
        )

    def _made_alone(self, listing: Listing) -> Context:
        photo_ids = self._photo_ids.get(_key(listing), ())
        return Context(
            self._record(listing),
            self._genuine_price(listing),
            len(self._others_with(listing, photo_ids)),
            self._rates,
            self._elsewhere.relisting(listing, photo_ids),
        )

    def _genuine_price(self, listing: Listing) -> GenuinePrice | None:
        key = _key(listing)
        return self._priced.genuine[key] if key in self._offers else self._asked(listing)

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
        record = SellerRecord(
            decided.infringing,
            decided.lawful,
            self._titles.alike(name, listing.title),
            self._titles.repeated(name, listing.title),
        )
        return self._with_own_offers(listing, record)

    def _with_own_offers(
        self, listing: Listing, record: SellerRecord | None
    ) -> SellerRecord | None:
        """The record with the seller's other offers of the client's brand."""
        if listing.seller is None or record is None:
            return None
        name, own, priced = listing.seller.name, {_key(listing)}, self._priced
        fair, cheap = priced.fair.get(name, set()) - own, priced.cheap.get(name, set()) - own
        return replace(record, fair_count=len(fair), cheap_count=len(cheap))

    def _dealt_once(self, listing: Listing, reading: Reading) -> _Dealt | None:
        """The listing as an offer: the other config's where both must see it alike."""
        like = self._like
        if like is None or not (self._trusts_like and self._names_alike(listing)):
            return self._dealt(listing, reading)
        is_alike = reading.use is None or reading.use.brand in self._brands_like
        return like._offers.get(_key(listing)) if is_alike else self._dealt(listing, reading)

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
        return self._priced.market.genuine_price(self._as_offer(listing, reading.any_use))

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


def _products_of(brands: Sequence[Brand]) -> object:
    """The words of configs by which the same products are found in a market."""
    return (
        tuple(kind for brand in brands for kind in brand.categories),
        tuple(model for brand in brands for model in brand.models),
    )


def _key(listing: Listing) -> Key:
    return listing.provider, listing.listing_id


def _caseless(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}
