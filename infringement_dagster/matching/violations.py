"""The kind of violation that a listing would be: one decision table, read from the top.

The first row whose conditions all hold decides. Rows that hold further down, or that lack one
condition which is nearly met, are told to the reviewer with what would have to be true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from infringement_dagster.domain.score import OtherType, ViolationType
from infringement_dagster.matching.combination import Values
from infringement_dagster.matching.signals.comparison import Comparison
from infringement_dagster.matching.text.brand_text import DISGUISES

_EVEN = 0.5
_NAMED_MIN = 0.45  # an everyday word used out of its context names no brand
_NAMED_NEAR, _NAMED_SURELY = 0.25, 0.75
_DISGUISED_MIN = 0.15
_PHOTO_SHOWN_MIN = 0.3  # the client's photo in other colours still tells whose product it copies
_MARK_MIN = 0.3  # of price, spelling and words that say a copy
_NEAR = 0.4  # of what a condition takes makes it worth a reviewer's look


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
        return strength >= (_DISGUISED_MIN if is_disguise and self.is_photo_shown else _NAMED_MIN)

    @property
    def is_photo_shown(self) -> bool:
        """Whether a photo is the client's."""
        return self.comparison.photo_shown >= _PHOTO_SHOWN_MIN

    @property
    def is_reference(self) -> bool:
        """Whether the brand is only referred to."""
        return self.comparison.reference >= _EVEN

    @property
    def is_original_part(self) -> bool:
        """Whether a third party's part is called original."""
        return self.is_seen("false_reference") and not self.comparison.covers_copy

    def is_copy(self, least: float = _MARK_MIN) -> bool:
        """Whether spelling, price, words or a denied brand say that the product is a copy."""
        use = self.comparison.brand_use
        is_disguised = use is not None and use.kind in DISGUISES
        marks = ("low_price", "fraud_terms", "copy_hints", "brand_denied", "false_reference")
        return is_disguised or any(self.is_seen(mark, least) for mark in marks)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a rule; `if_met` completes "it would be that kind if ..."."""

    if_met: str
    holds: Callable[[_Facts], bool]
    is_near: Callable[[_Facts], bool]  # not met, but by so little that a person should think of it


@dataclass(frozen=True, slots=True)
class TypeRule:
    """One row of the table: when all its conditions hold, the violation is of this kind.

    `otherwise` completes "it would be a kind further down if ...".
    """

    kind: ViolationType | None
    meaning: str
    conditions: tuple[Condition, ...] = ()
    otherwise: str = ""

    def holds(self, facts: _Facts) -> bool:
        """Whether the listing is of this kind, unless a row above says another."""
        return all(condition.holds(facts) for condition in self.conditions)

    def lacking(self, facts: _Facts) -> Condition | None:
        """The only condition that does not hold, where it is nearly met."""
        lacking = [condition for condition in self.conditions if not condition.holds(facts)]
        return lacking[0] if len(lacking) == 1 and lacking[0].is_near(facts) else None


def _signal(name: str, least: float, if_met: str) -> Condition:
    return Condition(
        if_met, lambda f: f.is_seen(name, least), lambda f: f.is_seen(name, _NEAR * least)
    )


def _no_confession(least: float) -> Condition:
    return Condition(
        "no word admitted a copy",
        lambda f: not f.is_seen("fraud_terms", least),
        lambda _: True,
    )


_NAMED = Condition(
    "the words in the title surely meant the brand",
    lambda f: f.is_named,
    lambda f: f.comparison.strength >= _NAMED_NEAR,
)
_UNNAMED = Condition(
    "the words in the title did not mean the brand",
    lambda f: not f.is_named,
    lambda f: f.comparison.strength < _NAMED_SURELY,
)
# Under the client's name too its photo is a ground of its own, once the goods are no genuine ones.
_PHOTO_ALONE = Condition(
    "the photo were the ground: it is yours, and the seller may not show it",
    lambda f: not f.is_named,
    lambda f: f.comparison.strength < _NAMED_SURELY or f.is_copy(),
)
_PHOTO_SHOWN = Condition(
    "the photo were surely yours",
    lambda f: f.is_photo_shown,
    lambda f: f.comparison.photo_shown >= _NEAR * _PHOTO_SHOWN_MIN,
)
_REFERENCE = Condition(
    "it were an accessory, and the name only said what it fits",
    lambda f: f.is_reference,
    lambda f: f.comparison.reference >= _NEAR * _EVEN or f.comparison.covers_copy,
)
_ORIGINAL_PART = Condition(
    "it were another maker's part that is called original",
    lambda f: f.is_original_part,
    lambda f: f.is_seen("false_reference", _NEAR * _EVEN) and not f.comparison.covers_copy,
)
_COPY = Condition(
    "price, spelling or words said that it is a copy",
    lambda f: f.is_copy(),
    lambda f: f.is_copy(_NEAR * _MARK_MIN),
)

_MARK_IN_PHOTO = Condition(
    "a photo showed your brand's words or your logo",
    lambda f: f.is_seen("brand_in_photo", 0.3) or f.is_seen("logo_in_photo"),
    lambda f: f.is_seen("brand_in_photo", _NEAR * 0.3) or f.is_seen("logo_in_photo", 0.3),
)

RULES: tuple[TypeRule, ...] = (
    TypeRule(
        "keyword_squat",
        "the name stands in a hashtag, a list of makers or search words, or beside 'dupe'",
        (
            _signal("keyword_squat", _EVEN, "the name only drew searches to another product"),
            _no_confession(0.8),
        ),
        otherwise="the name claimed what is sold, and did not only draw searches to it",
    ),
    TypeRule(
        "accessory",
        "a third party's part is called original",
        (_ORIGINAL_PART,),
        otherwise="it were the product itself, and no part for it",
    ),
    TypeRule(
        "grey_market",
        "the words tell of goods meant for another market",
        (
            _signal("grey_market", 0.2, "it were genuine, but meant for another market"),
            _no_confession(_EVEN),
        ),
        otherwise="the goods were not genuine",
    ),
    TypeRule(
        "accessory",
        "an accessory or a thing about the brand",
        (_NAMED, _REFERENCE),
        otherwise="it were the product itself, and no accessory",
    ),
    TypeRule(
        "counterfeit_suspicion",
        "the brand is claimed in description or brand field instead of the title",
        (
            _UNNAMED,
            _signal("hidden_brand", 0.3, "description or brand field claimed your brand"),
        ),
        otherwise="nothing outside the title claimed your brand",
    ),
    TypeRule(
        "stolen_photo",
        "the client's photo sells something without its name",
        (_PHOTO_ALONE, _PHOTO_SHOWN),
        otherwise="the photo were not yours",
    ),
    TypeRule(
        "counterfeit_suspicion",
        "a photo shows the brand or its logo, of which the title keeps quiet",
        (_UNNAMED, _MARK_IN_PHOTO),
    ),
    TypeRule(
        "counterfeit_suspicion",
        "the name is claimed, and disguise, price or words say that it is a copy",
        (_NAMED, _COPY),
    ),
    TypeRule(
        "counterfeit_suspicion",
        "the name is claimed by a seller whom nothing proves to be a dealer",
        (_NAMED,),
    ),
    TypeRule(None, "nothing links the listing to the client"),
)


def violation_type_of(comparison: Comparison, values: Values) -> ViolationType | None:
    """The kind of violation that the signals point to; None when nothing links to the client."""
    return _deciding(_facts(comparison, values)).kind


def other_types_of(comparison: Comparison, values: Values) -> tuple[OtherType, ...]:
    """The kinds that come close, each once, with what else would have to be true for it.

    None where nothing links the listing to the client.
    """
    facts = _facts(comparison, values)
    decided = _deciding(facts)
    if decided.kind is None:
        return ()
    close: dict[ViolationType, str] = {}
    for kind, needed in _close_to(decided, facts):
        close.setdefault(kind, needed)
    return tuple(OtherType(kind, needed) for kind, needed in close.items())


def _close_to(decided: TypeRule, facts: _Facts) -> Iterator[tuple[ViolationType, str]]:
    """Those that hold as well first, then those that lack one condition."""
    others = [rule for rule in RULES if rule.kind not in (None, decided.kind)]
    for rule in others:
        if rule.kind is not None and rule.holds(facts):
            yield rule.kind, decided.otherwise
    for rule in others:
        if rule.kind is not None and (lacking := rule.lacking(facts)) is not None:
            yield rule.kind, lacking.if_met


def _facts(comparison: Comparison, values: Values) -> _Facts:
    return _Facts({name: given or 0.0 for name, given in values.items()}, comparison)


def _deciding(facts: _Facts) -> TypeRule:
    return next(rule for rule in RULES if rule.holds(facts))
