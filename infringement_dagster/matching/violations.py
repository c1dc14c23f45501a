"""The kind of violation that a listing would be: one decision table, read from the top."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infringement_dagster.domain.score import ViolationType
from infringement_dagster.matching.combination import Values
from infringement_dagster.matching.signals.comparison import Comparison
from infringement_dagster.matching.text.brand_text import DISGUISES

_EVEN = 0.5
_NAMED_MIN = 0.45  # an everyday word used out of its context names no brand
_DISGUISED_MIN = 0.15
_PHOTOD_MIN = 0.3  # the client's photo in other colours still tells whose product it copies


@dataclass(frozen=True, slots=True)
class _Facts:
    """Questions of the rules, so that each rule is one short sentence."""

    value: Mapping[str, float]
    comparison: Comparison

    def is_seen(self, signal: str, least: float = _EVEN) -> bool:
        """Whether the signal found what it looks for."""
        return self.value.get(signal, 0.0) >= least

    @property
    def is_named(self) -> bool:
        """Whether the title holds the brand, in whatever role.

        A doubtful disguise counts once the photo is the client's: both together are no accident.
        """
        use, strength = self.comparison.brand_use, self.comparison.strength
        is_disguise = use is not None and use.kind in DISGUISES
        return strength >= (_DISGUISED_MIN if is_disguise and self.is_photod else _NAMED_MIN)

    @property
    def is_photod(self) -> bool:
        """Whether a photo is the client's."""
        return self.comparison.photod >= _PHOTOD_MIN

    @property
    def is_reference(self) -> bool:
        """Whether the brand is only referred to."""
        return self.comparison.reference >= _EVEN

    @property
    def is_original_part(self) -> bool:
        """Whether a third party's part is called original."""
        return self.is_seen("false_reference") and not self.comparison.covers_copy

    @property
    def is_copy(self) -> bool:
        """Whether spelling, price, words or a denied brand say that the product is a copy."""
        use = self.comparison.brand_use
        is_disguised = use is not None and use.kind in DISGUISES
        marks = ("low_price", "fraud_terms", "copy_hints", "brand_denied", "false_reference")
        return is_disguised or any(self.is_seen(mark, 0.3) for mark in marks)


@dataclass(frozen=True, slots=True)
class TypeRule:
    """One row of the table: when it holds, the violation is of this kind."""

    kind: ViolationType | None
    meaning: str
    holds: Callable[[_Facts], bool]


RULES: tuple[TypeRule, ...] = (
    TypeRule(
        "keyword_squat",
        "the name stands in a hashtag, a list of makers or search words, or beside 'dupe'",
        lambda f: f.is_seen("keyword_squat") and not f.is_seen("fraud_terms", 0.8),
    ),
    TypeRule("accessory", "a third party's part is called original", lambda f: f.is_original_part),
    TypeRule(
        "grey_market",
        "the words tell of goods meant for another market",
        lambda f: f.is_seen("grey_market", 0.2) and not f.is_seen("fraud_terms"),
    ),
    TypeRule(
        "accessory",
        "an accessory or a thing about the brand",
        lambda f: f.is_named and f.is_reference,
    ),
    TypeRule(
        "counterfeit_suspicion",
        "the brand is claimed in description or brand field instead of the title",
        lambda f: not f.is_named and f.is_seen("hidden_brand", 0.3),
    ),
    TypeRule(
        "stolen_photo",
        "the client's photo sells something without its name",
        lambda f: not f.is_named and f.is_photod,
    ),
    TypeRule(
        "counterfeit_suspicion",
        "the name is claimed, and disguise, price or words say that it is a copy",
        lambda f: f.is_named and f.is_copy,
    ),
    TypeRule(
        "counterfeit_suspicion",
        "the name is claimed by a seller whom nothing proves to be a dealer",
        lambda f: f.is_named,
    ),
    TypeRule(None, "nothing links the listing to the client", lambda _: True),
)


def violation_type_of(comparison: Comparison, values: Values) -> ViolationType | None:
    """The kind of violation that the signals point to; None when nothing links to the client."""
    facts = _Facts({name: given or 0.0 for name, given in values.items()}, comparison)
    return next(rule.kind for rule in RULES if rule.holds(facts))
