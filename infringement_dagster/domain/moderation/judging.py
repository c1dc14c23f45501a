"""Whether a rule's conditions hold for a case, each with the value that it was held against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from infringement_dagster.domain.moderation.rules import (
    AtLeast,
    Below,
    Condition,
    FactName,
    IsIn,
    Rule,
)


@dataclass(frozen=True, slots=True)
class Known:
    """A fact of a case; `told` is where it comes from, in words."""

    value: float | str
    told: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A fact that is not known, and why; it satisfies no condition."""

    reason: str


Fact: TypeAlias = Known | Unknown
Facts: TypeAlias = Mapping[FactName, Fact]
_NOT_TOLD = Unknown("nobody told it")


@dataclass(frozen=True, slots=True)
class Judged:
    """A condition of a rule as it was found for one case."""

    condition: Condition
    found: Fact
    holds: bool

    @property
    def said(self) -> str:
        """The condition with the value found, as people read it."""
        return f"{asked_in_words(self.condition)}: {_found_in_words(self.condition, self.found)}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A rule as it was found for one case."""

    rule: Rule
    conditions: tuple[Judged, ...]

    @property
    def holds(self) -> bool:
        """Whether the rule acts: it has conditions, and all of them hold."""
        return bool(self.conditions) and all(judged.holds for judged in self.conditions)

    @property
    def said(self) -> str:
        """All conditions with their values in one line."""
        return "; ".join(judged.said for judged in self.conditions)


def judge(rule: Rule, facts: Facts) -> Judgement:
    """The rule held against the facts of a case; the same facts always give the same."""
    return Judgement(rule, tuple(_judged(condition, facts) for condition in rule.conditions))


def _judged(condition: Condition, facts: Facts) -> Judged:
    found = facts.get(condition.fact, _NOT_TOLD)
    return Judged(condition, found, isinstance(found, Known) and _holds(condition, found.value))


def _holds(condition: Condition, value: float | str) -> bool:
    test = condition.test
    if isinstance(test, IsIn):
        return isinstance(value, str) and value in test.wanted
    if isinstance(value, str):
        return False
    return value >= test.least if isinstance(test, AtLeast) else value < test.limit


_NAMES: Mapping[FactName, str] = {
    "provider": "marketplace",
    "violation_type": "kind",
    "probability": "probability",
    "price_of_floor": "price against the floor",
    "seller_list": "seller's list",
    "listing_list": "listing's list",
    "photo_exact": "exact photo",
    "group_decision": "decision in its group",
    "actor_risk": "risk of the actor",
}
_SHARES: frozenset[FactName] = frozenset({"probability", "price_of_floor", "actor_risk"})


def asked_in_words(condition: Condition) -> str:
    """The condition as people read it: `probability at least 97%`."""
    name, test = _NAMES[condition.fact], condition.test
    if isinstance(test, AtLeast):
        return f"{name} at least {_number(condition.fact, test.least)}"
    if isinstance(test, Below):
        return f"{name} below {_number(condition.fact, test.limit)}"
    return f"{name} {' or '.join(_plain(value) for value in test.wanted)}"


def _found_in_words(condition: Condition, found: Fact) -> str:
    if isinstance(found, Unknown):
        return f"not known, {found.reason}"
    value = found.value
    said = _plain(value) if isinstance(value, str) else _number(condition.fact, value)
    return f"{said} ({found.told})" if found.told else said


def _number(fact: FactName, value: float) -> str:
    return f"{100 * value:.3g}%" if fact in _SHARES else f"{value:g}"


def _plain(value: str) -> str:
    return value.replace("_", " ")
