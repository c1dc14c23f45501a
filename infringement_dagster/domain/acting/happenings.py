"""Things that become of submitted notices, shared work and test purchases, as events tell them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias
from uuid import UUID

from infringement_dagster.domain.acting.purchases import PurchaseOutcome


@dataclass(frozen=True, slots=True)
class NoticeSubmissionFailed:
    """A notice that was to be submitted by API needs a person: refused, or nobody can tell."""

    type: ClassVar = "notice.submission_failed"
    case_id: UUID
    notice_id: UUID
    channel: str
    state: Literal["refused", "unsure"]
    reason: str


@dataclass(frozen=True, slots=True)
class CaseAssigned:
    """A case is somebody's work now, or nobody's (None)."""

    type: ClassVar = "case.assigned"
    case_id: UUID
    assignee: str | None
    version: int


@dataclass(frozen=True, slots=True)
class CaseDueSet:
    """A case is to be done by a day (YYYY-MM-DD), or has no hurry any more (None)."""

    type: ClassVar = "case.due_set"
    case_id: UUID
    due_on: str | None
    version: int


@dataclass(frozen=True, slots=True)
class CaseTagged:
    """A case has these tags now, and no others."""

    type: ClassVar = "case.tagged"
    case_id: UUID
    tags: list[str]
    version: int


@dataclass(frozen=True, slots=True)
class CaseCommented:
    """A person has written a comment on a case; its words stay with the case."""

    type: ClassVar = "case.commented"
    case_id: UUID
    change_no: int


@dataclass(frozen=True, slots=True)
class PurchaseRecorded:
    """A test purchase was written down at a case; its words stay with the case."""

    type: ClassVar = "case.purchase_recorded"
    case_id: UUID
    purchase_id: UUID


@dataclass(frozen=True, slots=True)
class PurchasePhotoAdded:
    """A photo of what arrived was added to a test purchase."""

    type: ClassVar = "case.purchase_photo_added"
    case_id: UUID
    purchase_id: UUID
    sha256: str
    version: int


@dataclass(frozen=True, slots=True)
class PurchaseConcluded:
    """A person said what came of a test purchase, which is evidence from there on."""

    type: ClassVar = "case.purchase_concluded"
    case_id: UUID
    purchase_id: UUID
    outcome: PurchaseOutcome
    version: int


TeamHappening: TypeAlias = CaseAssigned | CaseDueSet | CaseTagged | CaseCommented
PurchaseHappening: TypeAlias = PurchaseRecorded | PurchasePhotoAdded | PurchaseConcluded
