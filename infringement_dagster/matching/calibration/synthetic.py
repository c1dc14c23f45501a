"""Made-up decided listings of a made-up client, to try calibration before there are decisions.

Belongs here: what kinds of listings there are, how often each infringes, and what a scan would
see of them. Not here: the signals and scores of them; they come from the real ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from infringement_dagster.domain.client import Brand, ClientConfig, PriceFloor
from infringement_dagster.domain.listing import Condition, Listing, Price, Seller
from infringement_dagster.domain.score import Region, Unavailable
from infringement_dagster.matching.calibration.fit import Example
from infringement_dagster.matching.pictures import local_match
from infringement_dagster.matching.pictures.alignment import Agreement
from infringement_dagster.matching.pictures.hash_match import HashMatch, similarity_of
from infringement_dagster.matching.pictures.local_match import LocalMatch
from infringement_dagster.matching.signals import (
    Comparison,
    SellerRecord,
    found_in,
    values_of,
)
from infringement_dagster.matching.text.brand_text import BrandMatcher

_BRAND = Brand("Veldoran", price_floor=PriceFloor(Decimal(80), "USD"))
_CONFIG = ClientConfig(1, (_BRAND,), {}, allowed_sellers=("Veldoran Official",))
_GOODS = ("trail bottle", "steel flask", "travel mug", "lunch box", "camping kettle", "cooler")
_TWISTS: tuple[Callable[[str, int], str], ...] = (
    lambda name, at: name[:at] + name[at + 1 :],
    lambda name, at: name[:at] + name[at] + name[at:],
    lambda name, at: name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :],
    lambda name, _at: name.replace("o", "0"),
)
_DECIDED_WRONG = 0.02  # people err


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
    bad_seller: float = 0.1


_KINDS = (
    _Kind(0.10, 0.01, "{b} {g} 32 oz", (0.95, 1.3), 0.9, seller="Veldoran Official"),
    _Kind(0.20, 0.04, "{b} {g} 32 oz", (0.9, 1.4), 0.6),
    _Kind(0.08, 0.12, "{b} {g} 32 oz clearance", (0.6, 0.85), 0.5),
    _Kind(0.10, 0.05, "{b} {g} used", (0.2, 0.7), 0.1, condition="used"),
    _Kind(0.14, 0.93, "{b} {g} 32 oz steel", (0.15, 0.5), 0.8, bad_seller=0.6),
    _Kind(0.07, 0.80, "{b} {g} hot sale", (0.2, 0.5), 0.1, bad_seller=0.5),
    _Kind(0.08, 0.92, "{m} {g} 32 oz", (0.15, 0.7), 0.4, bad_seller=0.5),
    _Kind(0.10, 0.02, "replacement lid for {b} {g}", (0.05, 0.3), 0.05),
    _Kind(0.06, 0.85, "{g} stainless steel 32 oz", (0.1, 0.5), 1.0, bad_seller=0.5),
    _Kind(0.03, 0.97, "{b} {g} replica 1:1", (0.2, 0.6), 0.5, bad_seller=0.7),
    _Kind(0.04, 0.01, "{g} for camping", (0.1, 0.6), 0.0),
)


@dataclass(frozen=True, slots=True)
class DecidedListing:
    """What a scan saw of a listing, and what a person decided."""

    comparison: Comparison
    is_infringing: bool


def decided_listings(seed: int, count: int) -> list[DecidedListing]:
    """The same decided listings for the same seed; another seed is another time of one client."""
    rng = np.random.default_rng(seed)
    matcher = BrandMatcher(_CONFIG.brands)
    kinds = rng.choice(len(_KINDS), count, p=[kind.share for kind in _KINDS])
    return [_decided(rng, matcher, _KINDS[kind]) for kind in kinds]


def made_up_examples(seed: int, count: int) -> list[Example]:
    """The signals and decisions of `decided_listings`."""
    return [
        Example(values_of(found_in(decided.comparison)), decided.is_infringing)
        for decided in decided_listings(seed, count)
    ]


def _decided(rng: np.random.Generator, matcher: BrandMatcher, kind: _Kind) -> DecidedListing:
    title = _title(rng, kind.title)
    uses = matcher.find(title)
    is_shown = bool(rng.random() < kind.shows_reference)
    comparison = Comparison(
        _listing(rng, kind, title),
        _CONFIG,
        uses[0] if uses else None,
        _image(rng, shows_reference=is_shown),
        _BRAND.price_floor,
        _sighting(rng, shows_reference=is_shown),
        _seller_record(rng, is_bad=rng.random() < kind.bad_seller),
    )
    is_infringing = rng.random() < kind.infringes
    return DecidedListing(comparison, is_infringing != (rng.random() < _DECIDED_WRONG))


def _title(rng: np.random.Generator, pattern: str) -> str:
    twist = _TWISTS[rng.integers(len(_TWISTS))]
    goods = _GOODS[rng.integers(len(_GOODS))]
    return pattern.format(b=_BRAND.name, m=twist(_BRAND.name, int(rng.integers(2, 7))), g=goods)


def _listing(rng: np.random.Generator, kind: _Kind, title: str) -> Listing:
    listing = Listing("ebay", str(rng.integers(10**12)), title, "https://example.com/item")
    if rng.random() < 0.9:
        amount = Decimal(f"{80 * rng.uniform(*kind.price_of_floor):.2f}")
        listing = replace(listing, price=Price(amount, amount, "USD"))
    if rng.random() < 0.7:
        listing = replace(listing, seller=Seller(kind.seller or f"shop-{rng.integers(10**6)}"))
    if rng.random() < 0.8:
        listing = replace(listing, condition=kind.condition)
    return listing


def _image(rng: np.random.Generator, *, shows_reference: bool) -> HashMatch | Unavailable:
    if rng.random() < 0.08:
        return Unavailable("the listing has no photo")
    centre, spread = (14.0, 12.0) if shows_reference else (112.0, 10.0)
    bits = {"pdq": int(np.clip(rng.normal(centre, spread), 0, 256))}
    return HashMatch(0, similarity_of(bits), bits, "raw")


def _sighting(
    rng: np.random.Generator, *, shows_reference: bool
) -> LocalMatch | Unavailable | None:
    if rng.random() < 0.5:
        return Unavailable("the listing's photos did not earn a look for key points")
    if not shows_reference or rng.random() < 0.05:
        return None
    agreement = Agreement(float(rng.uniform(0.5, 1.0)), 0.9, 2.0)
    inlier_count = int(rng.integers(6, 200))
    similarity = local_match.similarity_of(inlier_count, agreement.gradient)
    return LocalMatch(similarity, inlier_count, agreement, Region(0, 0, 1, 1), 1.0, False)


def _seller_record(rng: np.random.Generator, *, is_bad: bool) -> SellerRecord | None:
    if rng.random() < 0.7:
        return None
    decided = int(rng.integers(0, 8))
    infringing = int(rng.binomial(decided, 0.8 if is_bad else 0.05))
    return SellerRecord(infringing, decided - infringing, int(rng.poisson(8 if is_bad else 2)))
