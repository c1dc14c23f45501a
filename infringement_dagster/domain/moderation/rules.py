"""Rules of a client: under which conditions a case is decided or flagged as priority."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

FactName = Literal[
    "provider",
    "violation_type",
    "probability",
    "price_of_floor",
    "seller_list",
    "listing_list",
    "photo_exact",
    "group_decision",
    "actor_risk",
]
FACT_NAMES: tuple[FactName, ...] = get_args(FactName)
RuleAction = Literal["decide_infringing", "decide_not_infringing", "flag_priority"]
RULE_ACTIONS: tuple[RuleAction, ...] = get_args(RuleAction)
Verdict = Literal["infringing", "not_infringing"]
# Of a rule's name: it stands in addresses and, behind `rule:`, as the author of decisions.
RULE_NAME: Final = r"^[a-z0-9][a-z0-9-]{0,59}$"
RULE_AUTHOR: Final = "rule:"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """Holds for numbers from this one on."""

    least: float


@dataclass(frozen=True, slots=True)
class Below:
    """Holds for numbers under this one."""

    limit: float


@dataclass(frozen=True, slots=True)
class IsIn:
    """Holds for any of these."""

    wanted: tuple[str, ...]


Test: TypeAlias = AtLeast | Below | IsIn


@dataclass(frozen=True, slots=True)
class Condition:
    """A fact of a case, and what is asked of it."""

    fact: FactName
    test: Test


@dataclass(frozen=True, slots=True)
class Guard:
    """How often people may overturn a rule before it is paused."""

    overturned_at_most: float = 0.05  # share of its decisions, 0 to 1
    at_least: int = 20  # decisions; with fewer a share says nothing


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule acts on a case when all of its conditions hold; it has at least one."""

    name: str
    action: RuleAction
    conditions: tuple[Condition, ...]
    reason: str = ""  # of its decisions; empty: its name says enough
    guard: Guard = Guard()

    @property
    def verdict(self) -> Verdict | None:
        """The decision that it takes; None where it takes none."""
        if self.action == "flag_priority":
            return None
        return "infringing" if self.action == "decide_infringing" else "not_infringing"

    @property
    def author(self) -> str:
        """The author of its decisions, as history names it."""
        return RULE_AUTHOR + self.name

    @property
    def reason_given(self) -> str:
        """The reason of its decisions."""
        return self.reason or f"rule {self.name}"


def is_rule_author(decided_by: str) -> bool:
    """True where a rule decided and no person."""
    return decided_by.startswith(RULE_AUTHOR)


@dataclass(frozen=True, slots=True)
class Tally:
    """The decisions of a rule since it was last resumed, and those that people have overturned."""

    decided: int
    overturned: int

    @property
    def share(self) -> float | None:
        """The share overturned, 0 to 1; None before it has decided anything."""
        return self.overturned / self.decided if self.decided else None

    def exceeds(self, guard: Guard) -> bool:
        """True when people overturn the rule more often than it allows itself."""
        if self.decided < max(1, guard.at_least):
            return False
        return self.overturned / self.decided > guard.overturned_at_most
