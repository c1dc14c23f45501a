"""Rows of scans and runs, as the stores take and give them.

All times are aware; SHA-256 is 64 lower-case hex digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.scan import RunState, ScanState, Trigger


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
    """A scan that a client asked for or a schedule started, with its runs in order of provider."""

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
    over_history: bool = False  # a re-score of every listing that a kept snapshot shows
    runs: tuple[RunRow, ...] = ()


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
