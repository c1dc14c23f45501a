"""The signals: each one explained comparison of a listing with what its client told us.

One pure function for each, in modules by what they look at; the table here is their list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.combination import NoisyOr
from infringement_dagster.matching.global_model import global_model
from infringement_dagster.matching.signals import marks, naming, photos, price, sellers, wording
from infringement_dagster.matching.signals.comparison import Comparison, Found, SellerRecord
from infringement_dagster.matching.signals.further import FURTHER_STRENGTH, further_found

__all__ = [
    "COLD_START",
    "SIGNALS",
    "STRENGTHS",
    "Comparison",
    "Found",
    "SellerRecord",
    "SignalRule",
    "with_further",
]


@dataclass(frozen=True, slots=True)
class SignalRule:
    """How one signal enters the score before there are decisions to learn from.

    A `cause` explains an infringement by itself with probability `strength` at value 1; a
    `relief` adds `strength` (negative log-odds) at value 1. Context changes other signals.
    """

    compute: Callable[[Comparison], Found]
    role: Literal["cause", "relief", "context"]
    strength: float

    @property
    def name(self) -> str:
        """The signal's name, as weights and scores spell it."""
        return self.compute.__name__


SIGNALS: tuple[SignalRule, ...] = (
    SignalRule(naming.brand_use, "cause", 0.03),
    SignalRule(naming.misspelling, "cause", 0.8),
    SignalRule(naming.keyword_squat, "cause", 0.75),
    SignalRule(naming.hidden_brand, "cause", 0.75),
    SignalRule(naming.brand_denied, "cause", 0.7),
    SignalRule(naming.false_reference, "cause", 0.75),
    SignalRule(photos.image_hash, "cause", 0.05),
    SignalRule(photos.image_local, "cause", 0.05),
    SignalRule(photos.stolen_photo, "cause", 0.8),
    SignalRule(photos.photo_of_accessory, "cause", 0.35),
    SignalRule(photos.shared_photo, "cause", 0.3),
    SignalRule(marks.brand_in_photo, "cause", 0.45),
    SignalRule(marks.logo_in_photo, "cause", 0.45),
    SignalRule(price.low_price, "cause", 0.85),
    SignalRule(wording.fraud_terms, "cause", 0.85),
    SignalRule(wording.copy_hints, "cause", 0.6),
    SignalRule(wording.grey_market, "cause", 0.7),
    SignalRule(sellers.seller_history, "cause", 0.8),
    SignalRule(sellers.relisting, "cause", 0.8),
    SignalRule(sellers.batch_template, "cause", 0.4),
    SignalRule(naming.nominative, "relief", -2.0),
    SignalRule(price.used_condition, "context", 0.0),
    SignalRule(sellers.fair_dealer, "relief", -1.5),
    SignalRule(sellers.clean_history, "relief", -1.5),
    SignalRule(sellers.allowed, "relief", -8.0),
)
STRENGTHS = NoisyOr(
    causes={rule.name: rule.strength for rule in SIGNALS if rule.role == "cause"},
    relief={rule.name: rule.strength for rule in SIGNALS if rule.role == "relief"},
    name="noisy-or/5",
)
COLD_START = global_model().of(STRENGTHS)


def found_in(comparison: Comparison) -> dict[str, Found]:
    """The finding of every signal, by its name; those of the config's further hashes last."""
    return {rule.name: rule.compute(comparison) for rule in SIGNALS} | further_found(comparison)


def with_further(model: NoisyOr, hashes: Iterable[FurtherHash]) -> NoisyOr:
    """The model with a cause for each further hash of a config."""
    further = {hashed.name: FURTHER_STRENGTH for hashed in hashes}
    return replace(model, causes={**model.causes, **further})


def values_of(found: Mapping[str, Found]) -> dict[str, float | None]:
    """The values that signals found, held from 0 to 1; None where unavailable."""
    return {
        name: None if isinstance(given, Unavailable) else min(1.0, max(0.0, given[0]))
        for name, given in found.items()
    }
