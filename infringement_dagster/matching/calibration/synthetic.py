"""Made-up decided listings of a made-up client, to try calibration before there are decisions.

Kinds of listings, how often each infringes, and what a scan would see of them; the signals and
scores come from the real ones. Price, photos, words and sellers vary independently of each other,
so that no single one gives the answer away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from infringement_dagster.domain.listing import Condition
from infringement_dagster.matching.calibration.fit import Example
from infringement_dagster.matching.calibration.plain_cases import BRAND, PlainCase
from infringement_dagster.matching.signals import Comparison, SellerRecord, found_in, values_of

_GOODS = ("trail bottle", "steel flask", "rain jacket", "camping tent", "kettle", "cooler")
_TWISTS: tuple[Callable[[str, int], str], ...] = (
    lambda name, at: name[:at] + name[at + 1 :],
    lambda name, at: name[:at] + name[at] + name[at:],
    lambda name, at: name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :],
    lambda name, _at: name.replace("o", "0"),
    lambda name, at: name[:at] + "*" + name[at + 1 :],
)
_CURRENCIES = ("USD", "USD", "USD", "EUR", "GBP")
_MOSTLY = 0.3  # from here on a kind is one that infringes
_BASE_RATE = 0.39  # of the kinds as they are given


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of listing; ranges are drawn evenly, shares are probabilities."""

    share: float
    infringes: float
    title: str  # {b} the brand, {m} a disguise of it, {g} goods
    price_of_floor: tuple[float, float]
    shows_reference: float
    condition: Condition = "new"
    seller: str | None = None
    bad_seller: float = 0.03
    field: str | None = None
    description: str | None = None


_KINDS = (
    _Kind(0.08, 0.01, "{b} {g} 32 oz", (0.9, 1.3), 0.9, seller="Veldoran Official"),
    _Kind(0.18, 0.04, "{b} {g} 32 oz", (0.85, 2.5), 0.6),
    _Kind(0.06, 0.12, "{b} {g} 32 oz clearance", (0.5, 0.85), 0.5),
    _Kind(0.08, 0.04, "{b} {g}", (0.2, 0.8), 0.3, condition="used"),
    _Kind(0.03, 0.06, "{b} {g} gently used", (0.2, 0.8), 0.2),
    _Kind(0.10, 0.96, "{b} {g} 32 oz steel", (0.12, 0.55), 0.7, bad_seller=0.6),
    _Kind(0.03, 0.55, "{b} {g} 32 oz new", (0.45, 0.75), 0.5, bad_seller=0.3),
    _Kind(0.05, 0.90, "{b} {g} hot sale", (0.2, 0.9), 0.2, bad_seller=0.5, field="Unbranded"),
    _Kind(0.06, 0.95, "{m} {g} 32 oz", (0.15, 1.1), 0.4, bad_seller=0.5),
    _Kind(0.08, 0.02, "replacement lid for {b} {g}", (0.05, 0.3), 0.1),
    _Kind(0.07, 0.96, "{g} stainless steel 32 oz", (0.1, 1.4), 1.0, bad_seller=0.4),
    _Kind(0.03, 0.95, "{b} {g} replica 1:1", (0.2, 1.0), 0.5, bad_seller=0.7),
    _Kind(0.02, 0.88, "{g} 32 oz #veldoran", (0.1, 0.6), 0.1, bad_seller=0.4),
    _Kind(0.02, 0.88, "{b} {g} dupe", (0.1, 0.6), 0.1, bad_seller=0.4),
    _Kind(0.02, 0.88, "{g} 32 oz", (0.1, 0.6), 0.4, description="same as Veldoran"),
    _Kind(0.02, 0.45, "{g} 32 oz", (0.2, 0.9), 0.3, field="Veldoran"),
    _Kind(0.07, 0.01, "{g} for camping", (0.1, 1.2), 0.0),
)


@dataclass(frozen=True, slots=True)
class DecidedListing:
    """A listing as a scan saw it, with a person's decision."""

    comparison: Comparison
    is_infringing: bool


def decided_listings(
    seed: int, count: int, base_rate: float | None = None, decided_wrong: float = 0.02
) -> list[DecidedListing]:
    """The same decided listings for the same seed; another seed is another time of one client.

    `base_rate` is the share of infringing ones among all, `decided_wrong` how often people err.
    """
    rng = np.random.default_rng(seed)
    chances = _chances(base_rate)
    kinds = rng.choice(len(_KINDS), count, p=_shares(base_rate, chances))
    return [_decided(rng, _KINDS[kind], chances[kind], decided_wrong) for kind in kinds.tolist()]


def made_up_examples(
    seed: int, count: int, base_rate: float | None = None, decided_wrong: float = 0.02
) -> list[Example]:
    """The signals and decisions of `decided_listings`."""
    return [
        Example(values_of(found_in(decided.comparison)), decided.is_infringing)
        for decided in decided_listings(seed, count, base_rate, decided_wrong)
    ]


def _chances(base_rate: float | None) -> list[float]:
    """How often each kind infringes; a mostly lawful one less where little infringes at all.

    Otherwise most of what infringes at 5% would look like nothing, and no score could rank it.
    """
    rarer = 1.0 if base_rate is None else min(1.0, base_rate / _BASE_RATE)
    return [kind.infringes * (1.0 if kind.infringes >= _MOSTLY else rarer) for kind in _KINDS]


def _shares(base_rate: float | None, chances: Sequence[float]) -> list[float]:
    """How common each kind is, those that mostly infringe made rarer or commoner together."""
    given = np.array([kind.share for kind in _KINDS])
    bad = np.array([kind.infringes >= _MOSTLY for kind in _KINDS])
    infringes = np.array(chances)
    given = given / given.sum()
    if base_rate is not None:
        rate_bad = float((given * infringes)[bad].sum() / given[bad].sum())
        rate_good = float((given * infringes)[~bad].sum() / given[~bad].sum())
        share = min(0.95, max(0.01, (base_rate - rate_good) / (rate_bad - rate_good)))
        given = np.where(
            bad, given / given[bad].sum() * share, given / given[~bad].sum() * (1 - share)
        )
    return [float(item) for item in given / given.sum()]


def _decided(
    rng: np.random.Generator, kind: _Kind, infringes: float, decided_wrong: float
) -> DecidedListing:
    is_bad = bool(rng.random() < kind.bad_seller)
    case = PlainCase(
        _title(rng, kind.title),
        float(rng.uniform(*kind.price_of_floor)) if rng.random() < 0.9 else None,
        shows_client_photo=bool(rng.random() < kind.shows_reference),
        has_photo=bool(rng.random() < 0.94),
        condition=kind.condition if rng.random() < 0.8 else None,
        seller=(kind.seller or f"shop-{rng.integers(10**6)}") if rng.random() < 0.7 else None,
        record=_seller_record(rng, is_bad=is_bad),
        description=kind.description,
        brand_field=kind.field,
        currency=_CURRENCIES[rng.integers(len(_CURRENCIES))],
        other_sellers_with_photo=int(rng.poisson(0.3 if is_bad else 0.05)),
    )
    is_infringing = bool(rng.random() < infringes)
    return DecidedListing(case.comparison(), is_infringing != (rng.random() < decided_wrong))


def _title(rng: np.random.Generator, pattern: str) -> str:
    twist = _TWISTS[rng.integers(len(_TWISTS))]
    goods = _GOODS[rng.integers(len(_GOODS))]
    return pattern.format(b=BRAND.name, m=twist(BRAND.name, int(rng.integers(2, 7))), g=goods)


def _seller_record(rng: np.random.Generator, *, is_bad: bool) -> SellerRecord:
    if rng.random() < 0.7:
        return SellerRecord(alike_count=int(rng.poisson(2 if is_bad else 0.5)))
    decided = int(rng.integers(0, 8))
    infringing = int(rng.binomial(decided, 0.8 if is_bad else 0.05))
    return SellerRecord(infringing, decided - infringing, int(rng.poisson(8 if is_bad else 2)))
