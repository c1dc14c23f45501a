"""Everything that may happen to a client, with the body that its readers get.

Streams, polls and web-hooks send these bodies as JSON; ids are text there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import ClassVar, Final, Literal, TypeAlias, get_args
from uuid import UUID

from infringement_dagster.domain.acting.happenings import (
    NoticeSubmissionFailed,
    PurchaseHappening,
    TeamHappening,
)
from infringement_dagster.domain.actors.happenings import (
    ActorGrew,
    ActorMade,
    ActorMerged,
    ActorShrank,
    ActorSplit,
)
from infringement_dagster.domain.case import Decision
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.moderation.happenings import (
    CasePrioritised,
    CaseUnprioritised,
    RulePaused,
    RuleResumed,
)
from infringement_dagster.domain.scan import EndState, Trigger
from infringement_dagster.domain.score import ViolationType

NoticeState = Literal["held", "drafted", "sent", "accepted", "rejected"]
Presence = Literal["gone", "listed"]


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened, before it has a number; `type` is "noun.verb"."""

    type: str
    body: Mapping[str, object] = field(default_factory=dict)
    scan_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ScanRequested:
    """A scan was asked for and waits."""

    type: ClassVar = "scan.requested"
    trigger: Trigger
    providers: list[Provider]
    config_version: int


@dataclass(frozen=True, slots=True)
class ScanQueued:
    """All runs of the scan wait again."""

    type: ClassVar = "scan.queued"


@dataclass(frozen=True, slots=True)
class ScanStarted:
    """The first run of the scan runs."""

    type: ClassVar = "scan.started"


@dataclass(frozen=True, slots=True)
class ScanFinished:
    """The last run of the scan has ended."""

    type: ClassVar = "scan.finished"
    state: EndState


@dataclass(frozen=True, slots=True)
class ScanCancelRequested:
    """A person has cancelled the scan; its runs stop within ten seconds."""

    type: ClassVar = "scan.cancel_requested"


@dataclass(frozen=True, slots=True)
class ScanRetried:
    """A person has asked for the failed and partial runs to be tried again."""

    type: ClassVar = "scan.retried"
    providers: list[Provider]


@dataclass(frozen=True, slots=True)
class RunAdmitted:
    """A run may start."""

    type: ClassVar = "run.admitted"
    provider: Provider
    credits_reserved: int


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A process has taken the run."""

    type: ClassVar = "run.started"
    provider: Provider
    attempt: int


@dataclass(frozen=True, slots=True)
class RunProgressed:
    """How far one phase of a run has come; `total` is None while nobody knows."""

    type: ClassVar = "run.progress"
    provider: Provider
    phase: str
    done: int
    total: int | None
    per_second: float | None
    found: int
    flagged: int


@dataclass(frozen=True, slots=True)
class RunRequeued:
    """The run's process died; it waits for its next try."""

    type: ClassVar = "run.requeued"
    provider: Provider
    attempt: int
    reason: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A run has ended."""

    type: ClassVar = "run.finished"
    provider: Provider
    state: EndState
    error: str | None


@dataclass(frozen=True, slots=True)
class ProviderDrifted:
    """A provider fills fields much less often than it did; each with its rate and its usual one."""

    type: ClassVar = "provider.drifted"
    provider: Provider
    fields: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class CheckFailed:
    """A check of what a step left failed: what is shown of the scan may be wrong or out of date."""

    type: ClassVar = "check.failed"
    provider: Provider
    phase: str
    check: str
    reason: str


@dataclass(frozen=True, slots=True)
class CaseFlagged:
    """A listing became a case."""

    type: ClassVar = "case.flagged"
    case_id: UUID
    provider: Provider
    listing_id: str
    probability: float
    violation_type: ViolationType | None


@dataclass(frozen=True, slots=True)
class CaseSampled:
    """A listing below the threshold was drawn for review; it accuses nobody."""

    type: ClassVar = "case.sampled"
    case_id: UUID
    provider: Provider
    listing_id: str
    probability: float
    violation_type: ViolationType | None
    sampled_chance: float


@dataclass(frozen=True, slots=True)
class CaseFlaggedByHand:
    """A person made a case of a listing that its score does not flag."""

    type: ClassVar = "case.flagged_by_hand"
    case_id: UUID
    provider: Provider
    listing_id: str
    probability: float
    violation_type: ViolationType | None


@dataclass(frozen=True, slots=True)
class CaseDropped:
    """A newer config no longer flags an open case's listing."""

    type: ClassVar = "case.dropped"
    case_id: UUID
    provider: Provider
    listing_id: str
    probability: float


@dataclass(frozen=True, slots=True)
class CaseDecided:
    """A person, or a rule of the client, has decided on a case."""

    type: ClassVar = "case.decided"
    case_id: UUID
    decision: Decision
    version: int
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class CaseGone:
    """A scan no longer finds a case's listing."""

    type: ClassVar = "case.gone"
    case_id: UUID


@dataclass(frozen=True, slots=True)
class CaseListed:
    """A scan finds a case's listing again."""

    type: ClassVar = "case.listed"
    case_id: UUID


@dataclass(frozen=True, slots=True)
class CaseRelisted:
    """A case's listing seems to be an earlier one under a new id."""

    type: ClassVar = "case.relisted"
    case_id: UUID
    earlier_case_id: UUID
    kind: str


@dataclass(frozen=True, slots=True)
class CaseGrouped:
    """A new case is near-identical to those of a group; `proposed` is what people decided there."""

    type: ClassVar = "case.grouped"
    case_id: UUID
    group_id: UUID
    proposed: Decision | None


@dataclass(frozen=True, slots=True)
class GroupMerged:
    """Two groups are one: a person said so, or a new case is near-identical to both."""

    type: ClassVar = "group.merged"
    group_id: UUID
    merged_group_id: UUID
    by_person: bool


@dataclass(frozen=True, slots=True)
class GroupSplit:
    """A person took cases out of a group, which are a group of their own now."""

    type: ClassVar = "group.split"
    group_id: UUID
    new_group_id: UUID
    cases: int


@dataclass(frozen=True, slots=True)
class GroupDecided:
    """A person decided on the open cases of a group; each also has its own `case.decided`."""

    type: ClassVar = "group.decided"
    group_id: UUID
    decision: Decision
    cases: int
    exceptions: int


@dataclass(frozen=True, slots=True)
class GroupTakenBack:
    """A person took back what they had decided on a group; each case has its own event too."""

    type: ClassVar = "group.taken_back"
    group_id: UUID
    cases: int


@dataclass(frozen=True, slots=True)
class ReportMade:
    """The report of a week is there; a later one of the same week replaces it."""

    type: ClassVar = "report.made"
    week: str


@dataclass(frozen=True, slots=True)
class NoticeChanged:
    """A notice was drafted, or a person has reported its new state."""

    state: NoticeState
    case_id: UUID
    notice_id: UUID
    channel: str
    version: int

    @property
    def type(self) -> str:
        """The event's type, which names the state."""
        return f"notice.{self.state}"


@dataclass(frozen=True, slots=True)
class WebhookTested:
    """Somebody asked for a test message to one web-hook; no other one gets this event."""

    type: ClassVar = "webhook.tested"
    webhook_id: UUID


Happening: TypeAlias = (
    ScanRequested
    | ScanQueued
    | ScanStarted
    | ScanFinished
    | ScanCancelRequested
    | ScanRetried
    | RunAdmitted
    | RunStarted
    | RunProgressed
    | RunRequeued
    | RunFinished
    | ProviderDrifted
    | CheckFailed
    | CaseFlagged
    | CaseSampled
    | CaseFlaggedByHand
    | CaseDropped
    | CaseDecided
    | CasePrioritised
    | CaseUnprioritised
    | CaseGone
    | CaseListed
    | CaseRelisted
    | CaseGrouped
    | GroupMerged
    | GroupSplit
    | GroupDecided
    | GroupTakenBack
    | ReportMade
    | RulePaused
    | RuleResumed
    | ActorMade
    | ActorGrew
    | ActorShrank
    | ActorSplit
    | ActorMerged
    | NoticeChanged
    | NoticeSubmissionFailed
    | TeamHappening
    | PurchaseHappening
    | WebhookTested
)
HAPPENINGS: Final[tuple[type[Happening], ...]] = get_args(Happening)


def types_of(kind: type[Happening]) -> tuple[str, ...]:
    """The types under which events of the kind are told; a notice has one for each state."""
    if kind is NoticeChanged:
        return tuple(f"notice.{state}" for state in get_args(NoticeState))
    return (str(kind.type),)


EVENT_TYPES: Final = tuple(name for kind in HAPPENINGS for name in types_of(kind))


def new_event(happened: Happening, scan_id: UUID | None = None) -> NewEvent:
    """The event that tells of it, as it is stored and sent."""
    told = asdict(happened)
    if isinstance(happened, NoticeChanged):
        del told["state"]  # its type says it
    body = {name: str(value) if isinstance(value, UUID) else value for name, value in told.items()}
    return NewEvent(happened.type, body, scan_id)
