"""Signals of price, and what explains a low one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from infringement_dagster.domain.client import PriceFloor
from infringement_dagster.domain.listing import Price
from infringement_dagster.domain.score import PriceCompared, RateUsed, Unavailable
from infringement_dagster.matching.currencies import ExchangeRates
from infringement_dagster.matching.market import GenuinePrice, pieces_in
from infringement_dagster.matching.signals.comparison import IDENTITY_MIN, Comparison, Found

# Second-hand things that do not say so ask a quarter to a half of the floor. While all below .35 of
# it counted the same, a fit told labelled clients that it had not seen at a log loss of .071; told
# apart down to .22 it is .064, with 2% more of what infringes flagged and no more lawful listings.
_FLOOR_EVEN, _FLOOR_DEEPEST = Decimal("0.85"), Decimal("0.22")
_GENUINE_EVEN, _GENUINE_DEEPEST = Decimal("0.72"), Decimal("0.38")
_WIDE_RANGE = Decimal("1.5")  # the cheapest variant is another article
_SAME_KIND = 0.7  # another product of the kind may cost much more
_FAIR_MIN, _LEFT_TO_DEALER = 2, 0.5  # other offers of a seller that make its cheap one credible
_SMALL_GOODS = 0.35  # of a floor that is told for main products
# What is left of a low price where a reason for it is told.
_LEFT = {
    "used": 0.15,
    "refurbished": 0.3,
    "parts": 0.1,
    "for_parts": 0.1,
    "open_box": 0.4,
    "lot": 0.5,
    "new_with_tags": 0.5,
    "clearance": 0.5,
    "receipt": 0.5,
}


@dataclass(frozen=True, slots=True)
class PriceDepth:
    """How far a price is below what it is held against, from 0 to 1, in words."""

    depth: float
    told: str
    compared: PriceCompared


def low_price(c: Comparison) -> Found:
    """How far the price is below what the genuine product costs, as far as nothing explains it.

    Held against offers of the same product in the scan, against the floor of the model or brand,
    converted where currencies differ. Only once it is identified as the client's product.
    """
    price = c.listing.price
    if price is None or price.low <= 0:
        return Unavailable("the provider gave no price")
    if c.identity < IDENTITY_MIN:
        return Unavailable("not identified as the client's product")
    deepest = compared_price(c)
    if deepest is None:
        return Unavailable("no price floor, and no other offer of the product in the scan")
    left, reason = price_left(c)
    told = f"{deepest.told}; {reason}" if reason and deepest.depth else deepest.told
    return deepest.depth * c.identity * left, told


def compared_price(c: Comparison) -> PriceDepth | None:
    """The listing's price against the genuine one; None where one of the two is not known."""
    price = c.listing.price
    if price is None or price.low <= 0:
        return None
    pieces, is_small = (
        pieces_in(c.listing.title),
        c.reading is not None and c.reading.is_small_goods,
    )
    return price_depth(price, c.genuine, c.floor, c.rates, is_small=is_small, pieces=pieces)


def price_depth(
    price: Price,
    genuine: GenuinePrice | None,
    floor: PriceFloor | None,
    rates: ExchangeRates,
    *,
    is_small: bool,
    pieces: int,
) -> PriceDepth | None:
    """The price against the offers of the product, else against the floor; None without either."""
    whole = price.high if price.high > price.low * _WIDE_RANGE else price.low
    each = whole if is_small else whole / pieces
    by_offers = _against_offers(genuine, each, price.currency, is_small=is_small)
    by_floor = _against_floor(floor, whole, price.currency, rates, is_small=is_small)
    if by_offers is None or by_floor is None:
        return by_offers or by_floor
    if genuine is not None and genuine.is_trusted and by_offers.depth == 0:
        return by_offers  # dealers whom the client allows sell the product as cheaply
    return max(by_offers, by_floor, key=lambda item: item.depth)


def _against_offers(
    genuine: GenuinePrice | None, asked: Decimal, currency: str, *, is_small: bool
) -> PriceDepth | None:
    if genuine is None or genuine.amount <= 0:
        return None
    ratio = asked / genuine.amount
    who = "allowed sellers" if genuine.is_trusted else f"{genuine.offers} other offers"
    told = f"{_shown(asked)} {currency} is {ratio:.0%} of what {who} ask for such a product"
    told += _at_rates(genuine.rates)
    compared = PriceCompared(
        _shown(genuine.amount),
        currency,
        "allowed_sellers" if genuine.is_trusted else "other_offers",
        float(ratio),
        genuine.offers,
        rates=genuine.rates,
    )
    depth = _fall(ratio, _GENUINE_EVEN, _GENUINE_DEEPEST)
    if is_small and (genuine.is_same_kind_only or not genuine.is_trusted):
        return PriceDepth(depth * _SMALL_GOODS, f"{told}, but it is a small article", compared)
    return PriceDepth(depth * (_SAME_KIND if genuine.is_same_kind_only else 1.0), told, compared)


def _against_floor(
    floor: PriceFloor | None,
    asked: Decimal,
    currency: str,
    rates: ExchangeRates,
    *,
    is_small: bool,
) -> PriceDepth | None:
    if floor is None or floor.amount <= 0:
        return None
    amount = rates.convert(floor.amount, floor.currency, currency)
    if amount is None or amount <= 0:
        return None
    ratio = asked / amount
    depth = _fall(ratio, _FLOOR_EVEN, _FLOOR_DEEPEST)
    told = f"{_shown(asked)} {currency} is {ratio:.0%} of the floor"
    used = rates.used(floor.currency, currency)
    if used is not None:
        told += f" of {floor.amount} {floor.currency}{_at_rates((used,))}"
    known = () if used is None else (used,)
    compared = PriceCompared(
        _shown(amount), currency, "floor", float(ratio), floor=floor, rates=known
    )
    if depth and is_small:
        return PriceDepth(depth * _SMALL_GOODS, f"{told}, but it is a small article", compared)
    return PriceDepth(depth, told, compared)


def _at_rates(rates: tuple[RateUsed, ...]) -> str:
    """The rates in words, with their day and what makes them doubtful."""
    if not rates:
        return ""
    each = ", ".join(f"1 {used.given} = {used.rate.normalize():f} {used.wanted}" for used in rates)
    note = f", {rates[0].note}" if rates[0].note else ""
    return f" (at {each} of {rates[0].day}{note})"


def price_left(c: Comparison) -> tuple[float, str]:
    """The unexplained share of a low price, and the words that explain the rest."""
    told: dict[str, str] = dict(c.conditions)
    if c.reading is not None:
        words = c.reading.words
        told |= {name: words[name] for name in ("clearance", "receipt") if name in words}
    known = [(_LEFT[name], f"'{phrase}'") for name, phrase in told.items() if name in _LEFT]
    record = c.seller_record
    if record is not None and record.fair_count >= _FAIR_MIN and not record.cheap_count:
        known.append((_LEFT_TO_DEALER, "that the seller asks genuine prices for other products"))
    if not known:
        return 1.0, ""
    left, phrase = min(known)
    return left, f"{phrase} explains {'most of it' if left < 0.5 else 'a part'}"


def used_condition(c: Comparison) -> Found:
    """Whether the item is second-hand, by its field or its words; it relieves the price only."""
    told = c.conditions
    if not told and c.listing.condition is None:
        return Unavailable("nobody said in which condition it is")
    used = next((phrase for name, phrase in told.items() if name in _LEFT), None)
    if used is not None:
        return 1.0, f"offered as '{used}'"
    if c.listing.condition is None:
        return 0.0, "no condition that explains a low price was found"
    return 0.0, f"the condition field says '{c.listing.condition}'"


def _fall(ratio: Decimal, even: Decimal, deepest: Decimal) -> float:
    return float(min(Decimal(1), max(Decimal(0), (even - ratio) / (even - deepest))))


def _shown(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01")) if abs(amount) < 10**12 else amount
