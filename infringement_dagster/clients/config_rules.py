"""The rules of a config document: under which conditions a case is decided or flagged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from infringement_dagster.clients.config_part import Few, Line, Part
from infringement_dagster.domain.moderation.lists import ListName
from infringement_dagster.domain.moderation.rules import (
    RULE_NAME,
    AtLeast,
    Below,
    Condition,
    FactName,
    Guard,
    IsIn,
    Rule,
    RuleAction,
    Verdict,
)
from infringement_dagster.domain.score import ViolationType

RULES_MAX = 50
Share = Annotated[float, Field(ge=0, le=1)]
PriceShare = Annotated[float, Field(ge=0, le=100)]
RuleName = Annotated[str, StringConstraints(pattern=RULE_NAME, max_length=60)]


class ConditionsDocument(Part):
    """Conditions that must all hold, such as `{"seller_list": "allow"}`; what is unknown fails."""

    seller_list: ListName | None = None
    """The list that the seller is on. Score: none."""
    listing_list: ListName | None = None
    """The list that the listing itself is on. Score: none."""
    price_of_floor_at_least: PriceShare | None = None
    """The lowest price as a share of your floor, where it was compared. Score: none."""
    price_of_floor_below: PriceShare | None = None
    """The share of your floor that the price stays under. Score: none."""
    probability_at_least: Share | None = None
    """The lowest probability. Score: none."""
    probability_below: Share | None = None
    """The probability that it stays under. Score: none."""
    photo_exact: Literal[True] | None = None
    """The photo equals yours, or one decided in its group, bit by bit. Score: none."""
    group_decision: Verdict | None = None
    """The decision that people's decisions in its group agree on. Score: none."""
    actor_risk_at_least: Share | None = None
    """The lowest risk of the actor behind the seller, where one is known. Score: none."""
    providers: Few = ()
    """Any of these marketplaces. Score: none."""
    violation_types: Annotated[tuple[ViolationType, ...], Field(max_length=10)] = ()
    """Any of these kinds. Score: none."""

    @model_validator(mode="after")
    def _sensible(self) -> ConditionsDocument:
        if not self.to_conditions():
            raise ValueError("a rule needs a condition, or it would act on every case")
        for name, least, limit in (
            ("price_of_floor", self.price_of_floor_at_least, self.price_of_floor_below),
            ("probability", self.probability_at_least, self.probability_below),
        ):
            if least is not None and limit is not None and least >= limit:
                raise ValueError(f"{name}_at_least must be less than {name}_below")
        return self

    def to_conditions(self) -> tuple[Condition, ...]:
        """The same in the domain's words."""
        return tuple(self._conditions())

    def _conditions(self) -> Iterator[Condition]:
        either: dict[FactName, tuple[str, ...]] = {
            "provider": self.providers,
            "violation_type": self.violation_types,
            "seller_list": () if self.seller_list is None else (self.seller_list,),
            "listing_list": () if self.listing_list is None else (self.listing_list,),
            "photo_exact": ("yes",) if self.photo_exact else (),
            "group_decision": () if self.group_decision is None else (self.group_decision,),
        }
        for fact, wanted in either.items():
            if wanted:
                yield Condition(fact, IsIn(wanted))
        least: dict[FactName, float | None] = {
            "price_of_floor": self.price_of_floor_at_least,
            "probability": self.probability_at_least,
            "actor_risk": self.actor_risk_at_least,
        }
        for fact, number in least.items():
            if number is not None:
                yield Condition(fact, AtLeast(number))
        below: dict[FactName, float | None] = {
            "price_of_floor": self.price_of_floor_below,
            "probability": self.probability_below,
        }
        for fact, number in below.items():
            if number is not None:
                yield Condition(fact, Below(number))


class GuardDocument(Part):
    """How often people may overturn the rule before it is paused."""

    overturned_at_most: Share = 0.05
    """The share of its decisions that people may overturn. Score: none."""
    at_least: int = Field(20, ge=1, le=100_000)
    """With fewer decisions it is not paused. Score: none."""


class RuleDocument(Part):
    """One rule, such as `{"name": "dealers", "then": "decide_not_infringing", "when": {...}}`."""

    name: RuleName
    """Its name: small letters, digits and hyphens. Score: none."""
    then: RuleAction
    """The act where all conditions hold. Score: none; what it decides teaches the score nothing."""
    when: ConditionsDocument
    """The conditions, all of which must hold. Score: none."""
    reason: Line = ""
    """The reason that its decisions give. Score: none."""
    guard: GuardDocument = GuardDocument()
    """The limit at which it is paused. Score: none."""

    def to_rule(self) -> Rule:
        """The same in the domain's words."""
        guard = Guard(self.guard.overturned_at_most, self.guard.at_least)
        return Rule(self.name, self.then, self.when.to_conditions(), self.reason, guard)


def named_once(rules: tuple[RuleDocument, ...]) -> tuple[RuleDocument, ...]:
    """The rules; refused where two have one name, by which decisions are told apart."""
    names = [rule.name for rule in rules]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two rules are named {', '.join(twice)}; each needs a name of its own")
    return rules


Rules = Annotated[
    tuple[RuleDocument, ...],
    Field(max_length=RULES_MAX, fail_fast=True),
    AfterValidator(named_once),
]
