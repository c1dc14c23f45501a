"""Prices of the client's genuine products in one scan, product by product.

A floor for each brand is too coarse: a chair and a knob have the same. Offers of the same product
stand beside each other in a scan, and most of what dealers ask is near the genuine price.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from infringement_dagster.domain.client import Brand, PriceFloor
from infringement_dagster.domain.score import RateUsed
from infringement_dagster.matching.currencies import ExchangeRates
from infringement_dagster.matching.text.normal_text import normal

_ALIKE_MIN = 0.4  # share of the lesser title's weight in common
_KIND_LIKENESS = 0.2  # of two titles that have no more than the kind of product in common
_QUANTILE = 0.6  # copies are cheap and many: above the middle
_COMPARED_MAX = 300  # offers; a scan of 10,000 listings compares each with them
_OFFERS_MIN = 2  # of strangers; one trusted offer is enough
_MODEL_FACTOR, _CATEGORY_FACTOR = 3.0, 2.0
_LATIN_WORD = re.compile(r"[a-z][a-z']{2,}")
_UNSPACED_RUN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


@dataclass(frozen=True, slots=True)
class Offer:
    """One listing that names the client's brand as its maker, with a price for something new."""

    brand: str | None  # None: any of the client's
    words: frozenset[str]
    amount: Decimal  # for one piece
    currency: str
    seller: str | None
    is_trusted: bool  # the client allows its seller


@dataclass(frozen=True, slots=True)
class GenuinePrice:
    """Prices of offers of the same product in a scan."""

    amount: Decimal
    currency: str
    offers: int
    is_trusted: bool  # told by sellers whom the client allows
    is_same_kind_only: bool = False  # no more than the kind of product is the same
    rates: tuple[RateUsed, ...] = ()  # by which others' prices were converted


class Market:
    """The offers of one scan, ready to be asked what a product costs."""

    def __init__(
        self, brands: Sequence[Brand], offers: Iterable[Offer], rates: ExchangeRates
    ) -> None:
        self._offers = _some(tuple(offers))
        self._rates = rates
        counts = Counter(word for offer in self._offers for word in offer.words)
        factors = _factors(brands)
        self._weights = {
            word: math.log(1 + len(self._offers) / count) * factors.get(word, 1.0)
            for word, count in counts.items()
        }
        self._of_all = [(other, self._weight(other.words)) for other in self._offers]
        self._kinds = frozenset(w for b in brands for t in b.categories for w in product_words(t))

    def genuine_price(self, offer: Offer) -> GenuinePrice | None:
        """Others' price for the same product, in the offer's currency; None where none has it."""
        own = self._weight(offer.words)
        alike = [
            (likeness, other, amount)
            for other, weight in self._of_all
            if offer.brand in (None, other.brand)
            and other is not offer
            and (other.seller is None or other.seller != offer.seller)
            and (shared := offer.words & other.words)
            and (likeness := self._likeness(shared, min(own, weight))) >= _KIND_LIKENESS
            and (amount := self._rates.convert(other.amount, other.currency, offer.currency))
        ]
        near = [item for item in alike if item[0] >= _ALIKE_MIN]
        return self._price(near, offer.currency) or self._price(alike, offer.currency, by_kind=True)

    def _price(
        self, told: Sequence[tuple[float, Offer, Decimal]], currency: str, *, by_kind: bool = False
    ) -> GenuinePrice | None:
        trusted = [price for price in told if price[1].is_trusted]
        if len(told) < _OFFERS_MIN and not trusted:
            return None
        weighed = sorted((amount, likeness) for likeness, _, amount in trusted or told)
        currencies = sorted({other.currency for _, other, _ in trusted or told})
        used = (self._rates.used(given, currency) for given in currencies)
        return GenuinePrice(
            _quantile(weighed),
            currency,
            len(trusted or told),
            bool(trusted),
            by_kind,
            tuple(rate for rate in used if rate is not None),
        )

    def _likeness(self, shared: frozenset[str], lesser: float) -> float:
        likeness = self._weight(shared) / lesser if lesser else 0.0
        return max(likeness, _KIND_LIKENESS if shared & self._kinds else 0.0)

    def _weight(self, words: frozenset[str]) -> float:
        # Exact: a sum in the order of a set differs by its last digit from process to process,
        # and offers with one of three words in common lie on the limit of a kind.
        return math.fsum(self._weights.get(word, 0.0) for word in words)


def _some(offers: tuple[Offer, ...]) -> tuple[Offer, ...]:
    """As many offers as can be compared with every listing of a large scan, trusted ones first."""
    if len(offers) <= _COMPARED_MAX:
        return offers
    ordered = sorted(offers, key=lambda offer: not offer.is_trusted)
    trusted = [offer for offer in ordered if offer.is_trusted][: _COMPARED_MAX // 2]
    others = ordered[len(trusted) :]
    step = max(1, len(others) // (_COMPARED_MAX - len(trusted)))
    return (*trusted, *others[::step])


def _quantile(weighed: Sequence[tuple[Decimal, float]]) -> Decimal:
    left = _QUANTILE * sum(weight for _, weight in weighed)
    for amount, weight in weighed:
        left -= weight
        if left <= 0:
            return amount
    return weighed[-1][0]


def _factors(brands: Sequence[Brand]) -> Mapping[str, float]:
    categories = {
        w: _CATEGORY_FACTOR for b in brands for t in b.categories for w in product_words(t)
    }
    models = {w: _MODEL_FACTOR for b in brands for t in b.models for w in product_words(t)}
    return categories | models


def product_words(title: str) -> frozenset[str]:
    """The words that tell which product it is; pairs of characters where words have no spaces."""
    text = normal(title)
    latin = set(_LATIN_WORD.findall(text)) - _NOISE
    runs = _UNSPACED_RUN.findall(text)
    pairs = {run[at : at + 2] for run in runs for at in range(max(1, len(run) - 1))}
    return frozenset(latin | pairs)


_NOISE = frozenset((
    "the", "and", "for", "with", "new", "neu", "nuevo", "neuf", "nuovo", "set", "size", "men",
    "mens", "women", "womens", "kids", "free", "shipping", "sale", "hot", "top", "best",
    "price", "special", "gift", "pack", "pcs", "in", "on", "of", "to", "by", "from", "black",
    "white", "grey", "gray", "blue", "red", "green", "pink", "brown", "beige", "schwarz",
    "weiss", "silber", "silver", "gold",
))  # fmt: skip


_PIECES_MAX = 10
_PIECES = re.compile(
    r"\b(?:set|pack|lot|pair|satz|lot de|juego de|set di) ?(?:of|von|de|di)? ?(?P<after>\d{1,2})\b"
    r"|\b(?P<before>\d{1,2}) ?-?(?:pcs?|pieces?|packs?|pk|stück|stuck|stk|er pack|piezas|pezzi|"
    r"stuks|szt|st|adet|unidades|шт)\b"
    r"|(?P<unspaced>\d{1,2}) ?(?:個|枚|点|本|脚|件|只|개)"
)


def pieces_in(title: str) -> int:
    """How many pieces the title offers for one price; 1 where it tells none, or very many parts."""
    found = _PIECES.search(normal(title))
    count = next((int(number) for number in found.groups() if number), 1) if found else 1
    return count if 1 <= count <= _PIECES_MAX else 1


def floor_of(brand: Brand, title: str) -> PriceFloor | None:
    """The floor of the model that the title names, else the brand's."""
    text = f" {normal(title)} "
    for model, floor in sorted(brand.model_floors.items(), key=lambda pair: -len(pair[0])):
        if f" {normal(model)} " in text:
            return floor
    return brand.price_floor
