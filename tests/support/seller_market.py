"""Made-up marketplaces of sellers with habits, a second opinion on the fit that only tests.

Written from what brand managers tell, not from the package's own generator, and of another make:
here a person sells, and what a listing says, asks and shows follows from who that is. Sellers come
back, so listings are alike and signals go together; each world has its own habits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

import numpy as np

from infringement_dagster.domain.client import Brand, ClientConfig, PriceFloor
from infringement_dagster.domain.listing import Condition, Listing, Price, Seller
from infringement_dagster.domain.score import Region, Unavailable
from infringement_dagster.matching.calibration.fit import Example
from infringement_dagster.matching.currencies import BUILT_IN
from infringement_dagster.matching.photos.alignment import Agreement
from infringement_dagster.matching.photos.hashes.hash_match import HashMatch, similarity_of
from infringement_dagster.matching.photos.local_match import LocalMatch
from infringement_dagster.matching.reading import Reader, Reading, reader_of
from infringement_dagster.matching.signals import Comparison, SellerRecord, found_in, values_of

_FLOOR = PriceFloor(Decimal(120), "EUR")
_BRAND = Brand(
    "Torvane",
    aliases=("Торвейн",),
    misspellings=("Torvain",),
    models=("Brisk 300", "Halden"),
    categories=("kettle", "grinder", "toaster", "wasserkocher"),
    price_floor=_FLOOR,
)
_CONFIG = ClientConfig(1, (_BRAND,), {}, allowed_sellers=("Torvane Direct",))
_CURRENCIES = ("EUR", "USD", "GBP", "JPY", "PLN")
_GOODS = ("kettle", "grinder", "toaster", "kettle Brisk 300", "grinder Halden", "Wasserkocher")
_TRIM = ("", "stainless steel", "1.7 l", "matt black", "new", "free shipping", "2024", "for home")
_PLAIN = ("garden hose 20 m", "USB cable 2 m", "yoga mat", "desk lamp LED", "cotton towel set")
_MAKERS = ("Kelbrook", "Ostin", "Mirvale", "Pandor")
_DISGUISED = ("Torvain", "T*rvane", "Torvаne", "Tor vane", "Torvanne", "Torv@ne")
_LURES = ("{0} #torvane", "{0} Torvane dupe", "{0} like Torvane", "{0} Torvane style")
_ADMITTED = ("replica", "1:1 quality", "copy", "Nachbau", "AAA grade")
_PARTS = ("filter", "lid", "seal ring", "charging base", "cleaning brush")
_FITS = ("{0} for Torvane {1}", "{0} compatible with Torvane {1}", "{0} passend für Torvane {1}")
_USED = ("used", "gebraucht", "second hand", "good condition, used")


@dataclass(frozen=True, slots=True)
class Trade:
    """What a kind of seller does; shares are chances from 0 to 1."""

    infringing: float  # of its listings
    names: str  # how the title names the brand
    price: tuple[float, float]  # of the floor: middle, and spread as a factor's logarithm
    client_photo: float
    own_photo_alike: float = 0.0  # another photo that hashes take for near
    used: float = 0.0
    tells_used: float = 0.8  # in words or field, where it is used
    denies: float = 0.0  # "Unbranded" in the brand field
    claims_in_field: float = 0.3
    hints: float = 0.0  # "no invoice"
    imports: float = 0.0  # "parallel import"
    admits: float = 0.0
    series: float = 0.0  # a template


_TRADES = {
    "dealer": Trade(0.0, "plain", (1.1, 0.12), 0.75, claims_in_field=0.8),
    "discounter": Trade(0.02, "plain", (0.72, 0.18), 0.7, claims_in_field=0.7, series=0.3),
    "private": Trade(0.02, "plain", (0.42, 0.45), 0.15, used=0.9),
    "part_maker": Trade(0.01, "fits", (0.12, 0.6), 0.04, 0.1, denies=0.3),
    "other_maker": Trade(0.0, "none", (0.5, 0.6), 0.0, 0.12, claims_in_field=0.0),
    "somebody": Trade(0.0, "unrelated", (0.3, 1.0), 0.0, 0.02, claims_in_field=0.0),
    "store": Trade(0.0, "store", (1.2, 0.1), 1.0, claims_in_field=1.0),
    "liquidator": Trade(0.45, "plain", (0.5, 0.25), 0.5, hints=0.15, series=0.3),
    "importer": Trade(0.5, "plain", (0.85, 0.2), 0.6, imports=0.5),
    "bold": Trade(0.98, "plain", (0.3, 0.3), 0.7, used=0.05, denies=0.2, hints=0.1, series=0.4),
    "careful": Trade(0.95, "plain", (0.85, 0.2), 0.55, denies=0.3, hints=0.25, series=0.2),
    "disguiser": Trade(0.95, "disguised", (0.5, 0.5), 0.5, denies=0.2, series=0.4),
    "photo_thief": Trade(0.97, "none", (0.55, 0.6), 1.0, claims_in_field=0.05),
    "squatter": Trade(0.85, "lure", (0.4, 0.5), 0.1, denies=0.2),
    "confessor": Trade(0.95, "plain", (0.5, 0.5), 0.4, admits=0.95),
}
_BAD = ("liquidator", "importer", "bold", "careful", "disguiser", "photo_thief", "squatter")


@dataclass(frozen=True, slots=True)
class Habits:
    """Whatever one world does differently from the next."""

    weights: dict[str, float]  # of trades, lawful and infringing apart
    price_factor: float
    photo_factor: float
    has_photo: float
    has_price: float
    names_seller: float
    tells_condition: float


@dataclass(frozen=True, slots=True)
class _Seller:
    name: str
    trade: str
    currency: str
    price_level: float
    record: SellerRecord


@dataclass(frozen=True, slots=True)
class _Offer:
    """A listing with all that a scan would find about it."""

    listing: Listing
    is_infringing: bool
    photo: float | None  # how alike it is to the client's; None without a photo
    seller: _Seller


@dataclass
class SellerMarket:
    """One world; the same seed is the same world, and each call goes on in it.

    `base_rate` is the share of infringing listings in what a scan finds.
    """

    seed: int
    base_rate: float
    habits: Habits = field(init=False)
    _rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng((self.seed, 15))
        self.habits = self._some_habits()

    def listings(self, count: int) -> list[Example]:
        """So many listings of the world, each with the truth in place of a decision."""
        sellers = self._sellers(max(6, count // 5))
        return _examples([self._offer(sellers) for _ in range(count)])

    def drifted(self) -> SellerMarket:
        """The same world later: other sellers and trades, cheaper, more of it infringing."""
        later = SellerMarket(self.seed, min(0.45, self.base_rate * 1.3))
        later._rng = np.random.default_rng((self.seed, 16))
        fresh = later._some_habits()
        mixed = {
            name: 0.5 * weight + 0.5 * fresh.weights[name]
            for name, weight in self.habits.weights.items()
        }
        later.habits = replace(self.habits, weights=mixed, price_factor=0.9)
        return later

    def _some_habits(self) -> Habits:
        rng = self._rng
        weights = {name: float(rng.gamma(1.5)) for name in _TRADES}
        return Habits(
            weights,
            float(rng.uniform(0.85, 1.15)),
            float(rng.uniform(0.6, 1.2)),
            float(rng.uniform(0.85, 1)),
            float(rng.uniform(0.85, 1)),
            float(rng.uniform(0.6, 1)),
            float(rng.uniform(0.4, 1)),
        )

    def _sellers(self, count: int) -> dict[bool, list[_Seller]]:
        """Sellers of mostly lawful and of mostly infringing trades; some come back often."""
        return {
            is_bad: [self._seller(is_bad=is_bad, number=number) for number in range(count)]
            for is_bad in (False, True)
        }

    def _seller(self, *, is_bad: bool, number: int) -> _Seller:
        rng = self._rng
        names = [name for name in _TRADES if (name in (*_BAD, "confessor")) == is_bad]
        weights = np.array([self.habits.weights[name] for name in names])
        trade = names[rng.choice(len(names), p=weights / weights.sum())]
        reviewed = int(rng.poisson(3)) if rng.random() < 0.15 else 0
        infringing = int(rng.binomial(reviewed, _TRADES[trade].infringing))
        series = int(rng.poisson(5)) if rng.random() < _TRADES[trade].series else 0
        record = SellerRecord(infringing, reviewed - infringing, alike_count=series)
        if trade == "dealer" and rng.random() < 0.5:
            record = replace(record, fair_count=int(rng.integers(1, 5)))
        name = "Torvane Direct" if trade == "store" else f"shop {is_bad:d}{number}"
        currency = _CURRENCIES[rng.choice(5, p=(0.5, 0.2, 0.15, 0.05, 0.1))]
        return _Seller(name, trade, currency, float(rng.lognormal(0, 0.1)), record)

    def _offer(self, sellers: dict[bool, list[_Seller]]) -> _Offer:
        """A listing that infringes with the base rate, by a seller who would do so."""
        rng = self._rng
        is_infringing = bool(rng.random() < self.base_rate)
        while True:  # the truth first, then somebody who would do it
            is_bad = bool(rng.random() < (0.95 if is_infringing else 0.08))
            among = sellers[is_bad]
            seller = among[int(len(among) * rng.random() ** 2)]
            share = _TRADES[seller.trade].infringing
            if rng.random() < (share if is_infringing else 1 - share):
                return self._listed(seller, is_infringing=is_infringing)

    def _listed(self, seller: _Seller, *, is_infringing: bool) -> _Offer:
        rng, habits, trade = self._rng, self.habits, _TRADES[seller.trade]
        is_used = bool(rng.random() < trade.used)
        told: Condition | None = None
        if rng.random() < habits.tells_condition:
            told = "used" if is_used and rng.random() < trade.tells_used else "new"
        title = self._title(trade)
        if is_used and told != "used" and rng.random() < trade.tells_used:
            title = f"{self._any(_USED)} {title}"
        if rng.random() < trade.admits:
            title = f"{title} {self._any(_ADMITTED)}"
        offered_by = Seller(seller.name) if rng.random() < habits.names_seller else None
        listing = Listing(
            "ebay",
            str(rng.integers(10**12)),
            title,
            "https://marketplace.example/1",
            price=self._price(seller) if rng.random() < habits.has_price else None,
            seller=offered_by,
            brand=self._brand_field(trade),
            condition=told,
            description=self._description(trade),
        )
        return _Offer(listing, is_infringing, self._photo(trade), seller)

    def _title(self, trade: Trade) -> str:
        goods, trim = self._any(_GOODS), self._any(_TRIM)
        made_up = {
            "plain": f"Torvane {goods} {trim}",
            "store": f"Torvane {goods} {trim}",
            "disguised": f"{self._any(_DISGUISED)} {goods} {trim}",
            "none": f"{self._any(_MAKERS)} {goods.split()[0]} {trim}",
            "unrelated": self._any(_PLAIN),
            "lure": self._any(_LURES).format(f"{self._any(_MAKERS)} {goods.split()[0]}"),
            "fits": self._any(_FITS).format(self._any(_PARTS), goods),
        }
        return made_up[trade.names].strip()

    def _price(self, seller: _Seller) -> Price:
        middle, spread = _TRADES[seller.trade].price
        of_floor = middle * seller.price_level * self.habits.price_factor
        of_floor *= float(self._rng.lognormal(0, spread))
        rate = BUILT_IN.convert(_FLOOR.amount, _FLOOR.currency, seller.currency)
        assert rate is not None
        amount = (rate * Decimal(f"{max(0.02, of_floor):.4f}")).quantize(Decimal("0.01"))
        return Price(amount, amount, seller.currency)

    def _brand_field(self, trade: Trade) -> str | None:
        if self._rng.random() < trade.denies:
            return "Unbranded"
        if trade.names in ("plain", "store") and self._rng.random() < trade.claims_in_field:
            return "Torvane"
        return None

    def _description(self, trade: Trade) -> str | None:
        if self._rng.random() < trade.hints:
            return "no invoice, ships without box"
        if self._rng.random() < trade.imports:
            return "parallel import from another market"
        return "quick delivery" if self._rng.random() < 0.5 else None

    def _photo(self, trade: Trade) -> float | None:
        """How alike the photo is to the client's, as hashes and corner points would say."""
        rng, habits = self._rng, self.habits
        if trade is _TRADES["photo_thief"]:
            return float(rng.beta(4, 0.5))  # nothing else infringes there
        if rng.random() > habits.has_photo:
            return None
        if rng.random() < trade.client_photo * habits.photo_factor:
            return float(rng.beta(6, 0.6))  # an edit now and then is found only half
        if rng.random() < trade.own_photo_alike:
            return float(rng.beta(2, 4))
        return 0.0

    def _any(self, words: Sequence[str]) -> str:
        return words[int(self._rng.integers(len(words)))]


def with_errors(decided: Sequence[Example], share: float, seed: int) -> list[Example]:
    """The same decided by people of whom so many decisions are wrong."""
    rng = np.random.default_rng((seed, 17))
    wrong = rng.random(len(decided)) < share
    return [
        replace(item, is_infringing=not item.is_infringing) if is_wrong else item
        for item, is_wrong in zip(decided, wrong, strict=True)
    ]


def _examples(offers: Sequence[_Offer]) -> list[Example]:
    readings = _reader().read([offer.listing for offer in offers])
    return [
        Example(values_of(found_in(_compared(offer, reading))), offer.is_infringing)
        for offer, reading in zip(offers, readings, strict=True)
    ]


def _compared(offer: _Offer, reading: Reading) -> Comparison:
    is_named = offer.listing.seller is not None
    return Comparison(
        offer.listing,
        _CONFIG,
        reading.use,
        _hashed(offer.photo),
        _FLOOR,
        _seen(offer.photo),
        offer.seller.record if is_named else None,
        reading,
        None,
        0,
    )


def _hashed(alike: float | None) -> HashMatch | Unavailable:
    if alike is None:
        return Unavailable("the listing has no photo")
    bits = {"pdq": int(128 - 120 * alike)}
    return HashMatch(0, min(similarity_of(bits), alike), bits, "raw")


def _seen(alike: float | None) -> LocalMatch | Unavailable | None:
    if alike is None:
        return Unavailable("the listing has no photo")
    if alike < 0.1:
        return None
    return LocalMatch(alike, 60, Agreement(0.9, 0.9, 2.0), Region(0, 0, 1, 1), 1.0, False)


@lru_cache(maxsize=1)
def _reader() -> Reader:
    return reader_of(_CONFIG)
