"""From one listing and what its client told us to an explained probability of infringement.

Belongs here: combining signals. Not here: the signals themselves (`signals.py`), deciding what
becomes a case (`cases.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from infringement_dagster.matching.brand_text import DISGUISES, BrandMatcher, BrandUse
from infringement_dagster.matching.client import ClientConfig, PriceFloor
from infringement_dagster.matching.hashing import CouldNotHash, HashedImage
from infringement_dagster.matching.image_match import HashMatch, ReferenceHashes
from infringement_dagster.matching.lexicon import LANGUAGES, Language
from infringement_dagster.matching.listing import Listing
from infringement_dagster.matching.signals import SIGNALS, Comparison, Signal, Unavailable

__all__ = [
    "Photo",
    "Reference",
    "Score",
    "Scorer",
    "Signal",
    "Unavailable",
    "ViolationType",
]

ViolationType = Literal[
    "counterfeit_suspicion", "keyword_squat", "stolen_photo", "grey_market", "accessory"
]

MODEL = "noisy-or/1"
_LEAK = 0.01  # probability of an infringement that no signal shows


@dataclass(frozen=True, slots=True)
class Score:
    """The probability that a listing infringes, with everything it was made of."""

    probability: float  # 0 to 1
    calibrated: bool
    model: str  # name and version of the combination
    signals: tuple[Signal, ...]
    violation_type: ViolationType | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture of a listing or reference; `photo_id` is the SHA-256 or, without one, the URL."""

    photo_id: str
    hashed: HashedImage | CouldNotHash


@dataclass(frozen=True, slots=True)
class Reference:
    """A product photo that the client owns."""

    reference_id: str
    photo: Photo
    brand: str | None = None


class Scorer:
    """Scores listings of one client; prepared once from its config and references."""

    def __init__(self, config: ClientConfig, references: Iterable[Reference]) -> None:
        self._config = config
        self._brands = BrandMatcher(config.brands, config.false_hits, languages=_languages(config))
        self._floors = {brand.name: brand.price_floor for brand in config.brands}
        self._references = tuple(
            (reference, reference.photo.hashed)
            for reference in references
            if isinstance(reference.photo.hashed, HashedImage)
        )
        self._hashes = ReferenceHashes([hashed for _, hashed in self._references])

    def score(self, listing: Listing, photos: Sequence[Photo]) -> Score:
        """The explained score; never raises for anything a listing may hold."""
        use = self._brand_use(listing)
        image = self._image(photos)
        floor = self._floor(use, image)
        comparison = Comparison(listing, self._config, use, image, floor)
        signals, probability = _combined(comparison)
        return Score(probability, False, MODEL, signals, _violation_type(comparison, signals))

    def _brand_use(self, listing: Listing) -> BrandUse | None:
        uses = self._brands.find(listing.title)
        return uses[0] if uses else None

    def _image(self, photos: Sequence[Photo]) -> HashMatch | Unavailable:
        if not self._references:
            return Unavailable("the client has no readable reference photo")
        hashed = [photo.hashed for photo in photos if isinstance(photo.hashed, HashedImage)]
        if not hashed:
            return Unavailable(_why_no_photo(photos))
        matches = [match for photo in hashed if (match := self._hashes.nearest(photo)) is not None]
        if not matches:
            return Unavailable("no hash in common with the client's references")
        return max(matches, key=lambda match: match.similarity)

    def _floor(self, use: BrandUse | None, image: HashMatch | Unavailable) -> PriceFloor | None:
        if use is not None:
            return self._floors[use.brand]
        if not isinstance(image, Unavailable):
            brand = self._references[image.reference][0].brand
            if brand in self._floors:
                return self._floors[brand]
        return next(iter(self._floors.values())) if len(self._floors) == 1 else None


def _languages(config: ClientConfig) -> tuple[Language, ...]:
    """English, which every marketplace mixes in, and those of the client's marketplaces."""
    local = {search.marketplace.rpartition(".")[2] for search in config.searches.values()}
    return ("en", *(language for language in LANGUAGES if language in local))


def _why_no_photo(photos: Sequence[Photo]) -> str:
    for photo in photos:
        if isinstance(photo.hashed, CouldNotHash):
            return f"no photo could be read: {photo.hashed.reason} ({photo.hashed.detail})"
    return "the listing has no photo"


def _combined(comparison: Comparison) -> tuple[tuple[Signal, ...], float]:
    """Noisy-OR over the causes, then relief in log-odds; unavailable signals stay out of both.

    Contributions add up to the log-odds of the result less those of the leak.
    """
    signals: list[Signal] = []
    causes: list[tuple[int, float]] = []  # position, -log(1 - probability as a cause)
    relief = 0.0
    for position, rule in enumerate(SIGNALS):
        found = rule.compute(comparison)
        if isinstance(found, Unavailable):
            signals.append(Signal(rule.name, found, found.reason))
            continue
        value = min(1.0, max(0.0, found[0]))
        weight = max(0.0, comparison.config.weights.get(rule.name, 1.0))
        contribution = 0.0
        if rule.role == "cause":
            causes.append((position, -weight * math.log1p(-rule.strength * value)))
        else:
            contribution = weight * rule.strength * value
            relief += contribution
        signals.append(Signal(rule.name, value, found[1], contribution))
    evidence = sum(strength for _, strength in causes)
    by_causes = _logit(-math.expm1(math.log1p(-_LEAK) - evidence))
    for position, strength in causes:
        share = (by_causes - _logit(_LEAK)) * strength / evidence if evidence else 0.0
        signals[position] = replace(signals[position], contribution=share)
    return tuple(signals), _logistic(by_causes + relief)


def _logit(probability: float) -> float:
    bounded = min(max(probability, 1e-12), 1 - 1e-12)
    return math.log(bounded) - math.log1p(-bounded)


def _logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(log_odds, -700.0), 700.0)))


def _violation_type(comparison: Comparison, signals: tuple[Signal, ...]) -> ViolationType | None:
    value = {s.name: 0.0 if isinstance(s.value, Unavailable) else s.value for s in signals}
    if comparison.identity < 0.4 and value["nominative"] < 0.5:
        return None
    disguised = comparison.brand_use is not None and comparison.brand_use.kind in DISGUISES
    if value["nominative"] >= 0.5 and comparison.pictured < 0.5:
        return "accessory"
    if value["stolen_photo"] >= 0.5:
        return "stolen_photo"
    if disguised or value["low_price"] >= 0.3 or value["fraud_terms"] >= 0.5:
        return "counterfeit_suspicion"
    return (
        "keyword_squat"
        if value["keyword_squat"] >= 0.5 and comparison.pictured < 0.3
        else "grey_market"
    )
