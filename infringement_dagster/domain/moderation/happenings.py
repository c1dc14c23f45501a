"""Things that rules do to cases, and people to rules, as events tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CasePrioritised:
    """A rule of the client flags an open case as priority."""

    type: ClassVar = "case.prioritised"
    case_id: UUID
    rule: str
    config_version: int


@dataclass(frozen=True, slots=True)
class CaseUnprioritised:
    """The rule that flagged an open case as priority holds no longer."""

    type: ClassVar = "case.unprioritised"
    case_id: UUID
    rule: str
    config_version: int


@dataclass(frozen=True, slots=True)
class RulePaused:
    """A rule acts no more until it is resumed: people overturned too much of it, or one said so."""

    type: ClassVar = "rule.paused"
    rule: str
    by_guard: bool
    decided: int
    overturned: int


@dataclass(frozen=True, slots=True)
class RuleResumed:
    """A person has resumed a rule that was paused."""

    type: ClassVar = "rule.resumed"
    rule: str
