"""The documents that the API answers with, as a program reads them.

States and types are plain text: a later release may know more of them. Members that this client
does not know are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Document(BaseModel):
    """A document that never changes once it is read."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Run(Document):
    """One provider's part of a scan."""

    provider: str
    state: str
    attempt: int
    counts: Mapping[str, Any]
    credits_charged: int
    error: str | None
    wait_reason: str | None


class Scan(Document):
    """A scan with one run for each provider."""

    scan_id: UUID
    state: str
    trigger: str
    config_version: int
    requested_by_name: str
    requested_at: datetime
    finished_at: datetime | None
    runs: list[Run]

    @property
    def has_ended(self) -> bool:
        """True when nothing of it waits or runs."""
        return self.finished_at is not None


class Fault(Document):
    """A row of a file that is no listing."""

    line: int
    reason: str
    detail: str


class ListingImport(Document):
    """A file of listings: `row_count` is the sum of `stored`, `skipped` and `failed`."""

    import_id: UUID
    name: str
    row_count: int
    stored: int
    skipped: int
    failed: int
    is_searched: bool  # by the newest config
    faults: list[Fault]  # the first 100


class Case(Document):
    """A listing flagged for review, or drawn below the threshold, which accuses nobody."""

    case_id: UUID
    provider: str
    listing_id: str
    state: str
    decision: str | None
    version: int
    probability: float
    violation_type: str | None
    scan_id: UUID
    first_flagged_at: datetime
    title: str
    url: str
    price_low: Decimal | None
    price_high: Decimal | None
    currency: str | None
    seller_name: str | None
    photo_sha256: str | None
    origin: str = "flagged"  # or "sampled", "by_hand"
    sampled_chance: float | None = None


class Signal(Document):
    """One explained comparison."""

    name: str
    value: float | None
    unavailable: str | None
    explanation: str
    contribution: float


class CaseDetail(Case):
    """A case with everything that a decision needs."""

    signals: list[Signal]
    decisions: list[Mapping[str, Any]]
    evidence: list[Mapping[str, Any]]


class WorkChange(Document):
    """A change of the work on a case, or a comment; what it did not touch is None."""

    change_no: int
    kind: str
    assignee: str | None
    due_on: date | None
    tags: list[str] | None
    comment: str | None
    changed_by: str
    changed_by_name: str
    changed_at: datetime


class CaseWork(Document):
    """Who is on a case until when, its tags, and how that came about."""

    version: int
    assignee: str | None  # `user:` and an id
    assignee_name: str | None
    due_on: date | None
    tags: list[str]
    changes: list[WorkChange]


class User(Document):
    """A person of the client."""

    user_id: UUID
    email: str
    role: str
    created_at: datetime
    disabled_at: datetime | None


class Config(Document):
    """One version of a client's config."""

    version: int
    document: Mapping[str, Any]
    created_at: datetime
    created_by_name: str
    comment: str | None


class SavedConfig(Config):
    """A version that was saved, and the scan that applies it if that was asked for."""

    rescore_scan_id: UUID | None


class Reference(Document):
    """A photo or logo that the client owns."""

    reference_id: UUID
    sha256: str
    file_name: str
    brand: str | None
    kind: str  # photo or logo
    added_at: datetime


class Event(Document):
    """Something that happened; `reset` says that numbers up to this one are gone."""

    event_no: int
    scan_id: UUID | None = None
    type: str
    body: Mapping[str, Any] = {}
    created_at: datetime | None = None


class Webhook(Document):
    """An end point of the client."""

    webhook_id: UUID
    url: str
    event_types: list[str]
    created_at: datetime
    previous_secret_until: datetime | None


class FreshWebhook(Webhook):
    """The same with its secret, which is shown this once."""

    secret: str


class Delivery(Document):
    """One event on its way to a web-hook, or there, or given up."""

    event_no: int
    type: str
    state: str
    attempts: int
    last_status: int | None
    last_error: str | None
    last_milliseconds: int | None
