"""The facts that mails tell: of a client since the last digest, or at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from infringement_dagster.domain.case import Decision
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import ViolationType


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case as a mail shows it."""

    case_id: UUID
    provider: Provider
    title: str
    price_low: Decimal | None
    price_high: Decimal | None
    currency: str | None
    seller_name: str | None
    probability: float
    violation_type: ViolationType | None
    first_flagged_at: datetime


@dataclass(frozen=True, slots=True)
class FailedRun:
    """One provider's part of a scan that has failed."""

    provider: Provider
    scan_id: UUID | None  # None: it failed before it took a scan
    reason: str | None
    failed_at: datetime


@dataclass(frozen=True, slots=True)
class CreditUse:
    """Credits of a span, charged or reserved; without a limit there is no end to them."""

    span: str  # "today"
    used: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """A client from one digest to the next; lists are cut, numbers are not."""

    since: datetime
    until: datetime
    new_cases: int
    best: tuple[CaseFacts, ...]  # of the new ones that are open, the most probable first
    open_cases: int
    decided: Mapping[Decision, int]
    removed: int  # infringing listings that a scan no longer found
    waiting: tuple[CaseFacts, ...]  # of the open ones, the oldest first
    failed_runs: int
    failed: tuple[FailedRun, ...]  # the newest first
    credits: tuple[CreditUse, ...]

    @property
    def is_empty(self) -> bool:
        """True when there is nothing to tell."""
        told = self.new_cases, self.open_cases, self.removed, self.failed_runs
        return not any(told) and not any(self.decided.values())


@dataclass(frozen=True, slots=True)
class PriorityFacts:
    """Open cases that are probable enough for a notice; `cases` are the most probable ones."""

    number: int
    cases: tuple[CaseFacts, ...]


@dataclass(frozen=True, slots=True)
class FailedRunFacts:
    """Runs that have failed; `failed` are the newest ones."""

    number: int
    failed: tuple[FailedRun, ...]


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """A provider that has answered none of the last questions of anybody."""

    provider: Provider


AlertFacts = DigestFacts | PriorityFacts | FailedRunFacts | ProviderFacts
