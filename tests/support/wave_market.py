"""Made-up markets of waves of goods, a third opinion on the fit that only tests.

Of another make than the other two: whoever brings a batch of goods to market is more or less
careful and more or less greedy, and all that its listings say, ask and show follows from these two
numbers and chance. There are no kinds of listings and no sellers' habits, signals go together as
far as care and greed bind them, and what is lawful has sales, lots and odd prices of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

import numpy as np

from infringement_dagster.matching.calibration.fit import Example
from infringement_dagster.matching.calibration.plain_cases import NO_RECORD, PlainCase
from infringement_dagster.matching.signals import SellerRecord

T = TypeVar("T")
Source = Literal["stock", "attic", "spares", "elsewhere", "parallel", "copies"]
_LAWFUL: tuple[Source, ...] = ("stock", "attic", "spares", "elsewhere", "parallel")
_INFRINGING: tuple[Source, ...] = ("copies", "copies", "copies", "parallel")
_GOODS = ("trail bottle 32 oz", "steel flask", "rain jacket", "tent for two", "jacket, black, L")
_OPEN = ("Veldoran {0}", "{0} Veldoran new", "Veldoran {0}, fast dispatch", "NEW Veldoran {0}")
_DISGUISED = ("Veld0ran {0}", "V*ldoran {0}", "Veldorran {0}", "Vel doran {0}", "Veldroan {0}")
_LURES = ("{0} #veldoran", "{0} like Veldoran", "{0} Veldoran dupe", "Veldoran style {0}")
_ADMITTED = ("Veldoran {0} replica", "Veldoran {0} 1:1", "Veldoran {0} AAA quality")
_SPARES = ("strap for Veldoran {0}", "lid compatible with Veldoran {0}", "pour Veldoran: bouchon")
_OTHERS = ("Maplewood {0}", "{0}, no brand", "camping {0}", "garden hose 20 m", "yoga mat")
_USED = ("used", "pre-owned", "gebraucht", "")
_CURRENCIES = ("USD", "EUR", "GBP", "JPY", "PLN", "SEK")


def _chance(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))


@dataclass(frozen=True, slots=True)
class Wave:
    """A batch of goods, and what its bringer is like: standard normal numbers."""

    source: Source
    is_infringing: bool
    care: float  # of not being caught
    greed: float
    currency: str
    record: SellerRecord


@dataclass(frozen=True, slots=True)
class Customs:
    """Whatever one market does differently from the next; shares and logarithms."""

    shares: dict[Source, float]
    price: float
    sales: float  # how often genuine stock is sold off
    photo: float  # log-odds
    told: float  # how often condition, seller and price are told
    photo_is_read: bool
    care: float = 0.0
    rate_error: float = 0.0  # by how much our table of currencies is behind


@dataclass
class WaveMarket:
    """One market; the same seed is the same market, and each call goes on in it.

    `base_rate` is the share of infringing listings in what a scan finds.
    """

    seed: int
    base_rate: float
    customs: Customs = field(init=False)
    _rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self._rng = rng = np.random.default_rng((self.seed, 41))
        self.customs = Customs(
            {source: float(rng.gamma(2)) for source in _LAWFUL},
            float(rng.normal(0, 0.1)),
            float(rng.uniform(0, 0.2)),
            float(rng.normal(0, 0.6)),
            float(rng.uniform(0.5, 1)),
            bool(rng.random() < 0.5),
        )

    def drifted(self) -> WaveMarket:
        """The same market later: more careful bringers, cheaper, other currencies, more copies."""
        later = WaveMarket(self.seed, min(0.45, self.base_rate * 1.3))
        later._rng = np.random.default_rng((self.seed, 42))
        later.customs = replace(
            self.customs, price=self.customs.price - 0.1, care=0.4, rate_error=0.1
        )
        return later

    def listings(self, count: int) -> list[Example]:
        """So many listings of the market, each with the truth in place of a decision."""
        pools = {
            is_infringing: [self._wave(is_infringing=is_infringing) for _ in range(count // 8 + 4)]
            for is_infringing in (False, True)
        }
        return [self._listed(pools) for _ in range(count)]

    def _wave(self, *, is_infringing: bool) -> Wave:
        rng = self._rng
        source: Source = self._any(_INFRINGING)
        if not is_infringing:
            shares = np.array([self.customs.shares[name] for name in _LAWFUL])
            source = _LAWFUL[rng.choice(len(_LAWFUL), p=shares / shares.sum())]
        care, greed = rng.normal(self.customs.care, 1), rng.normal()
        return Wave(
            source,
            is_infringing,
            care,
            greed,
            self._any(_CURRENCIES) if rng.random() < 0.5 else "USD",
            self._record(care, is_infringing=is_infringing),
        )

    def _record(self, care: float, *, is_infringing: bool) -> SellerRecord:
        """The careful change their names before anything is decided about them."""
        rng = self._rng
        series = int(rng.poisson(np.exp(0.5 - care))) if rng.random() < 0.3 else 0
        if rng.random() > _chance(-1.2 - care):
            return replace(NO_RECORD, alike_count=series)
        decided = int(rng.poisson(4))
        infringing = int(rng.binomial(decided, 0.85 if is_infringing else 0.06))
        return SellerRecord(infringing, decided - infringing, alike_count=series)

    def _listed(self, pools: dict[bool, list[Wave]]) -> Example:
        rng = self._rng
        is_infringing = bool(rng.random() < self.base_rate)
        waves = pools[is_infringing]
        wave = waves[int(len(waves) * rng.random() ** 1.5)]
        return Example(self._case(wave).values(), is_infringing)

    def _case(self, wave: Wave) -> PlainCase:
        rng, customs = self._rng, self.customs
        is_used = wave.source == "attic"
        names = self._title(wave)
        shows = rng.random() < self._photo_chance(wave, names)
        is_told = rng.random() < customs.told
        is_copy = wave.source == "copies"
        return PlainCase(
            self._any(names).format(self._any(_GOODS)) + self._used(is_used=is_used),
            self._price_of_floor(wave) if rng.random() < 0.5 + customs.told / 2 else None,
            bool(shows),
            has_photo=bool(shows or rng.random() < 0.93),
            condition=("used" if is_used else "new") if is_told else None,
            seller=f"shop {rng.integers(10**6)}" if rng.random() < 0.4 + customs.told / 2 else None,
            record=wave.record,
            description=self._description(wave),
            brand_field=self._brand_field(wave, names),
            currency=wave.currency,
            other_sellers_with_photo=int(rng.poisson(0.6 if is_copy else 0.1)),
            photo_reads=self._photo_reads(names) if customs.photo_is_read else None,
            repeats="own listing" if is_copy and rng.random() < 0.04 else None,
        )

    def _title(self, wave: Wave) -> Sequence[str]:
        """The forms that a title may take: copies hide the name the more the care."""
        if wave.source == "spares":
            return _SPARES
        if wave.source == "elsewhere":
            return _OTHERS
        if wave.source != "copies":
            return _OPEN
        care = wave.care + self._rng.normal(0, 0.7)
        bounds = ((-1.6, _ADMITTED), (-0.9, _LURES), (0.6, _OPEN), (1.2, _DISGUISED))
        return next((forms for below, forms in bounds if care < below), _OTHERS[:3])

    def _photo_chance(self, wave: Wave, names: Sequence[str]) -> float:
        if wave.source == "copies" and names == _OTHERS[:3]:
            return 1.0  # nothing else infringes there
        by_source = {"stock": 0.7, "attic": -1.8, "spares": -3.0, "elsewhere": -6.0}
        return _chance(by_source.get(wave.source, 0.4 - 0.5 * wave.care) + self.customs.photo)

    def _price_of_floor(self, wave: Wave) -> float:
        """Copies are cheap, and dearer the more the care; tails are those of Student's t with 4."""
        rng, customs = self._rng, self.customs
        middle = {"stock": 0.2, "attic": -0.8, "spares": -1.8, "elsewhere": -0.7, "parallel": -0.2}
        told = middle.get(wave.source, -0.9 + 0.35 * wave.care)
        told += customs.price + 0.15 * wave.greed + 0.15 * float(rng.standard_t(4))
        if wave.source == "stock" and rng.random() < customs.sales:
            told -= float(rng.exponential(0.35))
        if wave.currency != "USD":
            told += customs.rate_error
        return float(np.clip(np.exp(told), 0.03, 5.0))

    def _description(self, wave: Wave) -> str | None:
        rng = self._rng
        if wave.source == "parallel" and rng.random() < 0.35:
            return "parallel import"
        if wave.is_infringing and rng.random() < _chance(-1.8 - wave.care):
            return "no invoice, no box"
        return "ships tomorrow" if rng.random() < 0.5 else None

    def _brand_field(self, wave: Wave, names: Sequence[str]) -> str | None:
        rng = self._rng
        if wave.source in ("copies", "elsewhere", "spares") and rng.random() < 0.2:
            return "Unbranded"
        return "Veldoran" if names == _OPEN and rng.random() < 0.5 else None

    def _photo_reads(self, names: Sequence[str]) -> str:
        is_marked = names in (_OPEN, _ADMITTED) and self._rng.random() < 0.5
        return "VELDORAN" if is_marked else ""

    def _used(self, *, is_used: bool) -> str:
        return f" {self._any(_USED)}".rstrip() if is_used else ""

    def _any(self, among: Sequence[T]) -> T:
        return among[int(self._rng.integers(len(among)))]
