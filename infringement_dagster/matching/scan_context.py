"""All that a scan tells of a listing beyond the listing: its seller, its price, its photos."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.currencies import BUILT_IN, ExchangeRates
from infringement_dagster.matching.elsewhere import (
    NOWHERE,
    Elsewhere,
    Relisting,
    words_of_offer,
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
from infringement_dagster.matching.signals.comparison import Comparison, SellerRecord
from infringement_dagster.matching.signals.price import price_depth
from infringement_dagster.matching.text.brand_text import BrandUse

_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")
_MAKER_MIN = 0.9  # strength of a name that is written as the owner writes it
_CHEAP_MIN = 0.5  # depth from which an offer is far below the genuine price

_TEMPLATE_SHARE = 0.7  # of all words of two titles; sizes and colours make the rest
_COMPARED_MAX = 500  # listings of one seller

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


class ScanContext:
    """The listings of one scan, each to be seen beside the others."""

    def __init__(
        self,
        config: ClientConfig,
        read: Sequence[tuple[Listing, Reading]],
        decided: Mapping[str, Decided],
        photo_ids: Mapping[Key, Sequence[str]],
        rates: ExchangeRates = BUILT_IN,
        elsewhere: Elsewhere = NOWHERE,
    ) -> None:
        """`decided` is by the seller's name, `photo_ids` are contents' hashes."""
        self._config = config
        self._rates = rates
        self._elsewhere = elsewhere
        self._trusted = {name.casefold() for name in config.allowed_sellers}
        self._decided = decided
        self._brands = {brand.name: brand for brand in config.brands}
        self._readings = {_key(item): reading for item, reading in read}
        self._offers = {
            _key(item): offer for item, text in read if (offer := self._offer(item, text))
        }
        self._market = Market(config.brands, self._offers.values(), rates)
        self._templates: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
        for entry, _ in read:
            if entry.seller is not None:
                self._templates[entry.seller.name].append(_template(entry.title))
        self._repeats = Counter(
            (item.seller.name, words_of_offer(item.title)) for item, _ in read if item.seller
        )
        self._photo_ids = photo_ids
        self._sellers_of = _sellers_by_photo((item for item, _ in read), photo_ids)
        self._fair, self._cheap = self._dealt(read)

    def of(self, listing: Listing) -> Context:
        """The scan as it bears on one of its listings."""
        offer = self._offers.get(_key(listing))
        photo_ids = self._photo_ids.get(_key(listing), ())
        genuine = self._market.genuine_price(offer) if offer else self._asked(listing)
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

    def reading_of(self, listing: Listing) -> Reading:
        """The reading of one of its listings."""
        return self._readings[_key(listing)]

    def _record(self, listing: Listing) -> SellerRecord | None:
        if listing.seller is None:
            return None
        name = listing.seller.name
        decided = self._decided.get(name, Decided(0, 0))
        key = _key(listing)
        return SellerRecord(
            decided.infringing,
            decided.lawful,
            self._alike(name, _template(listing.title)),
            max(0, self._repeats[name, words_of_offer(listing.title)] - 1),
            len(self._fair[name] - {key}),
            len(self._cheap[name] - {key}),
        )

    def _alike(self, seller: str, template: frozenset[str]) -> int:
        """How many other listings of the seller follow the template but for a word or two."""
        near = (
            len(item & template) >= _TEMPLATE_SHARE * len(item | template)
            for item in self._templates[seller][:_COMPARED_MAX]
        )
        return max(0, sum(near) - 1)

    def _offer(self, listing: Listing, reading: Reading) -> Offer | None:
        """The listing as an offer of something new under the client's brand, if it is one."""
        use, price = reading.use, listing.price
        if use is None or price is None or price.low <= 0:
            return None
        seen = Comparison(listing, self._config, use, _NO_LOOK, None, reading=reading)
        is_plain = use.kind in ("exact", "alias", "inflected") and seen.named >= _MAKER_MIN
        if not is_plain or seen.is_second_hand or reading.beside:
            return None
        return self._as_offer(listing, use)

    def _asked(self, listing: Listing) -> GenuinePrice | None:
        """The price of the product behind a listing that is no plain offer itself."""
        reading = self._readings[_key(listing)]
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

    def _dealt(
        self, read: Sequence[tuple[Listing, Reading]]
    ) -> tuple[defaultdict[str, set[Key]], defaultdict[str, set[Key]]]:
        """By seller its offers near the genuine price, and those far below it."""
        fair: defaultdict[str, set[Key]] = defaultdict(set)
        cheap: defaultdict[str, set[Key]] = defaultdict(set)
        for listing, reading in read:
            offer = self._offers.get(_key(listing))
            if offer is None or offer.brand is None or listing.price is None:
                continue
            if offer.seller is None:
                continue
            genuine = self._market.genuine_price(offer)
            floor = floor_of(self._brands[offer.brand], listing.title)
            small = reading.is_small_goods
            pieces = pieces_in(listing.title)
            found = price_depth(
                listing.price, genuine, floor, self._rates, is_small=small, pieces=pieces
            )
            if found is not None and found.depth == 0:
                fair[offer.seller].add(_key(listing))
            elif found is not None and found.depth >= _CHEAP_MIN:
                cheap[offer.seller].add(_key(listing))
        return fair, cheap


def scan_context(
    reader: Reader,
    listings: Sequence[Listing],
    decided: Mapping[str, Decided] | None = None,
    photo_ids: Mapping[Key, Sequence[str]] | None = None,
    rates: ExchangeRates = BUILT_IN,
    elsewhere: Elsewhere = NOWHERE,
) -> ScanContext:
    """The listings of a scan as they bear on each other."""
    read = list(zip(listings, reader.read(listings), strict=True))
    return ScanContext(reader.config, read, decided or {}, photo_ids or {}, rates, elsewhere)


def _key(listing: Listing) -> Key:
    return listing.provider, listing.listing_id


def _caseless(names: Iterable[str]) -> set[str]:
    return {name.casefold() for name in names}


def _sellers_by_photo(
    listings: Iterable[Listing], photo_ids: Mapping[Key, Sequence[str]]
) -> dict[str, set[str]]:
    sellers: defaultdict[str, set[str]] = defaultdict(set)
    for listing in listings:
        if listing.seller is not None:
            for photo_id in photo_ids.get(_key(listing), ()):
                sellers[photo_id].add(listing.seller.name)
    return sellers


def _template(title: str) -> frozenset[str]:
    return frozenset(_NUMBERS.sub("#", title).casefold().split())
