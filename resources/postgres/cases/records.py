"""Rows of cases, decisions and evidence, as the stores take and give them.

All times are aware; SHA-256 is 64 lower-case hex digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from infringement_dagster.domain.case import (
    CaseOrigin,
    CaseState,
    Decision,
    PastDecision,
    RuleMark,
    origin_of,
)
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import Signal, ViolationType
from infringement_dagster.evidence.manifest import EvidenceKind


@dataclass(frozen=True, slots=True)
class CaseColumns:
    """A case with its listing as last seen."""

    case_id: UUID
    provider: Provider
    listing_id: str
    state: CaseState
    decision: Decision | None
    version: int  # to be named by whoever decides
    probability: float
    violation_type: ViolationType | None
    scan_id: UUID
    config_version: int
    first_flagged_at: datetime
    last_flagged_at: datetime
    title: str
    url: str
    price_low: Decimal | None
    price_high: Decimal | None
    currency: str | None
    seller_name: str | None
    image_url: str | None
    sampled_chance: float | None  # of being drawn below the threshold; None: it was not
    flagged_by: str | None  # who made a case of it by hand; None: its score or the draw did
    decided_by_rule: str | None  # whose decision stands; None: a person's, or it is open
    priority_rule: str | None  # that flags it as priority; None: none does

    @property
    def origin(self) -> CaseOrigin:
        """Why a person gets to see it."""
        return origin_of(self.sampled_chance, self.flagged_by)


@dataclass(frozen=True, slots=True)
class CaseRow(CaseColumns):
    """The same with the signals of the scan that last flagged it."""

    client_id: str
    signals: tuple[Signal, ...] = ()  # empty where the scan's scores are gone


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision on a case; `decision_no` counts from 1 within the case.

    `rule` is the rule whose decision it is or, where it takes one back, restores.
    """

    decision_no: int
    decision: Decision
    reason: str
    decided_by: str
    decided_at: datetime
    sets_aside: bool  # leaves the case open but out of the way
    takes_back: bool  # the decision before it: what stood before that stands again
    rule: str | None  # None: a person's
    rule_version: int | None  # of the config that had the rule

    @property
    def past(self) -> PastDecision:
        """The decision itself, without who took it when."""
        mark = mark_of(self.rule, self.rule_version)
        return PastDecision(self.decision, self.reason, self.sets_aside, mark)


def mark_of(rule: str | None, config_version: int | None) -> RuleMark | None:
    """The rule that decided; None where a person did."""
    return None if rule is None or config_version is None else RuleMark(rule, config_version)


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One frozen copy that belongs to a case."""

    case_id: UUID
    kind: EvidenceKind
    object_key: str
    sha256: str
    size_bytes: int
    media_type: str
    scan_id: UUID
    captured_at: datetime
