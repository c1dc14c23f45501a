"""The rows that the stores take and give, as frozen values.

Belongs here: what a row says, where no word of the core says it already. Not here: SQL (the
stores), `Listing`, `Score` and `PerceptualHash` (the core's own words).
All times are aware; SHA-256 is 64 lower-case hex digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias
from uuid import UUID

from infringement_dagster import scan_states
from infringement_dagster.evidence import manifest
from infringement_dagster.matching.listing import Listing, Provider
from infringement_dagster.matching.scoring import Signal, ViolationType
from resources.image_answers import LastAnswer

Trigger = Literal["request", "schedule", "operator", "retroaction"]
ScanState: TypeAlias = scan_states.ScanState
RunState: TypeAlias = scan_states.RunState
EndState: TypeAlias = scan_states.EndState
CaseState = Literal["open", "decided", "dropped"]
Decision = Literal["infringing", "not_infringing", "unsure"]
EvidenceKind: TypeAlias = manifest.EvidenceKind


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A tenant; `last_event_no` is the number of its newest event, 0 before the first."""

    client_id: str
    display_name: str
    state: Literal["active", "suspended"]
    last_event_no: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ConfigVersion:
    """One saved document of a client's settings, as it was written."""

    client_id: str
    version: int
    document: dict[str, object]
    created_at: datetime
    created_by: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class ImageRow:
    """A picture whose bytes are in the object store under `object_key`."""

    sha256: str
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    object_key: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class ReferenceImageRow:
    """A product photo that the client owns and has not removed."""

    reference_id: UUID
    sha256: str
    file_name: str
    brand: str | None
    added_at: datetime
    media_type: str
    object_key: str


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """The picture's bytes are kept."""

    sha256: str
    answer: LastAnswer | None = None


@dataclass(frozen=True, slots=True)
class MissingPicture:
    """Why the picture is not kept."""

    outcome: Literal["skipped", "failed"]
    reason: str


@dataclass(frozen=True, slots=True)
class ListingImageRow:
    """What became of one picture URL of a listing when `scan_id` last looked at it."""

    provider: Provider
    listing_id: str
    url: str
    position: int  # 0 is the main picture
    picture: StoredPicture | MissingPicture
    scan_id: UUID
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class RunRow:
    """One provider's part of a scan.

    `epoch` rises with each takeover: who holds an older one may no longer write. `attempt` counts
    the Dagster runs spent on it. `wait_reason` says why a queued run was not admitted yet.
    """

    client_id: str
    scan_id: UUID
    provider: Provider
    state: RunState
    attempt: int
    epoch: int
    dagster_run_id: str | None
    queued_at: datetime
    admitted_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    counts: dict[str, object]
    credits_charged: int
    error: str | None
    wait_reason: str | None


@dataclass(frozen=True, slots=True)
class ScanRow:
    """What a client asked for or a schedule started, with its runs in order of provider."""

    client_id: str
    scan_id: UUID
    trigger: Trigger
    state: ScanState
    config_version: int
    requested_by: str
    idempotency_key: str | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    deadline_at: datetime
    cancel_requested_at: datetime | None
    runs: tuple[RunRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """Why one item of an asset was not stored."""

    item_key: str
    outcome: Literal["skipped", "failed"]
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ListingRow:
    """A listing as it was last seen, with when it was."""

    listing: Listing
    first_seen_at: datetime
    last_seen_at: datetime
    first_scan_id: UUID
    last_scan_id: UUID


@dataclass(frozen=True, slots=True)
class ListingCounts:
    """How many listings a write added and how many it found again."""

    inserted: int
    updated: int


@dataclass(frozen=True, slots=True)
class CaseFlag:
    """What a scan says about a listing that a person should look at."""

    listing_id: str
    probability: float  # 0 to 1
    violation_type: ViolationType | None


@dataclass(frozen=True, slots=True)
class FlaggedCase:
    """The case of a flagged listing; `created` is False when an earlier scan opened it."""

    case_id: UUID
    listing_id: str
    created: bool


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case with its listing as last seen, and the signals of the scan that last flagged it."""

    client_id: str
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
    signals: tuple[Signal, ...] = ()  # empty where the scan's scores are gone


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What a person decided on a case; `decision_no` counts from 1 within the case."""

    decision_no: int
    decision: Decision
    reason: str
    decided_by: str
    decided_at: datetime


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


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened, before it has a number; `type` is "noun.verb"."""

    type: str
    body: Mapping[str, object] = field(default_factory=dict)
    scan_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened to a client; numbers have no gaps."""

    event_no: int
    scan_id: UUID | None
    type: str
    body: dict[str, object]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One request to a vendor and what it charged."""

    request_id: UUID
    provider: Provider
    vendor: str
    endpoint: str
    status: int
    credits: int
    charged_at: datetime


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """An immutable hand-over file of one asset of one run."""

    snapshot_id: UUID
    scan_id: UUID
    provider: Provider
    asset: str
    dagster_run_id: str
    object_key: str
    sha256: str
    row_count: int
    size_bytes: int
    created_at: datetime
