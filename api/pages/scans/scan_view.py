"""Each run of a scan as its page tells of it; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.pages.languages.words import gettext, translated
from api.pages.scans.reason_wording import (
    REPEATED,
    ReasonWording,
    items_in_words,
    reason_in_words,
)
from infringement_dagster.domain.scan import END_STATES
from resources.postgres.scans.progress_query import RunProgress
from resources.postgres.scans.records import RunRow, ScanRow

PHASES: Final = {
    "raw_listings": "Reading the marketplace",
    "image_hashes": "Comparing photos",
    "scores": "Scoring",
    "flagged_cases": "Flagging cases",
}
WAITS: Final = {
    "client_runs": "this client is running as many scans as its limit allows",
    "provider_runs": "as many scans are reading this marketplace as its limit allows",
    "credits_day": "today's credits are used up or reserved",
    "credits_month": "this month's credits are used up or reserved",
    "capacity": "all workers are busy",
    "interrupted": "a pause before the next try, as the last ones were interrupted",
}
TONES: Final = {"succeeded": "good", "partial": "warn", "failed": "bad", "running": "open"}


@dataclass(frozen=True, slots=True)
class NotStored:
    """Items of one step that were left out for one reason."""

    asset: str
    outcome: str  # skipped or failed
    reason: str  # as it is counted
    items: int

    @property
    def noun(self) -> str:
        """The noun for the items."""
        return items_in_words(self.asset, self.outcome, self.items)

    @property
    def words(self) -> ReasonWording:
        """The reason in words, and what to do."""
        return reason_in_words(self.asset, self.outcome, self.reason)

    @property
    def is_repeat(self) -> bool:
        """Whether they are the same listings again; nothing of them is lost."""
        return self.reason == REPEATED


@dataclass(frozen=True, slots=True)
class StepView:
    """A step that has ended, with all that it was given."""

    noun: str
    found: int
    stored: int
    not_stored: list[NotStored]


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as the page shows it."""

    run: RunRow
    phase: str  # empty when nothing is at work
    done: int
    total: int | None
    per_second: float | None
    found: int
    flagged: int
    waits_for: str  # empty when it does not wait
    steps: list[StepView]  # that have counted, in their order

    @property
    def not_stored(self) -> list[NotStored]:
        """All that was left out, of all steps."""
        return [left_out for step in self.steps for left_out in step.not_stored]

    @property
    def repeats(self) -> int:
        """How many of those not stored were the same listing again; nothing of them is lost."""
        return sum(left_out.items for left_out in self.not_stored if left_out.is_repeat)

    @property
    def lost(self) -> int:
        """How many were left out and not stored otherwise."""
        return sum(left_out.items for left_out in self.not_stored) - self.repeats

    @property
    def share(self) -> float | None:
        """How much of the phase is done, 0 to 1; None while the total is unknown."""
        return min(self.done / self.total, 1.0) if self.total else None


@dataclass(frozen=True, slots=True)
class ScanView:
    """A scan as its page shows it; `event_no` is the last event that it knows."""

    scan: ScanRow
    runs: list[RunView]
    event_no: int

    @property
    def is_over(self) -> bool:
        """Whether nothing of the scan waits or runs."""
        return self.scan.state in END_STATES

    @property
    def may_retry(self) -> bool:
        """Whether some part of the ended scan can be asked for again."""
        return self.is_over and any(run.state in ("failed", "partial") for run in self.scan.runs)


def run_views(scan: ScanRow, progress: Mapping[str, RunProgress]) -> list[RunView]:
    """The scan's runs in order of provider."""
    return [_view(run, progress.get(run.provider)) for run in scan.runs]


def _view(run: RunRow, told: RunProgress | None) -> RunView:
    is_at_work = run.state == "running" and told is not None
    return RunView(
        run=run,
        phase=translated(PHASES.get(told.phase, told.phase)) if told and is_at_work else "",
        done=told.done if told and is_at_work else 0,
        total=told.total if told and is_at_work else None,
        per_second=told.per_second if told and is_at_work else None,
        found=_stored(run, "raw_listings", told.found if told else 0),
        flagged=_stored(run, "flagged_cases", told.flagged if told else 0),
        waits_for=_wait(run),
        steps=[_step(run, asset) for asset in PHASES if _counted(run, asset)],
    )


def _wait(run: RunRow) -> str:
    if run.state == "admitted":
        return gettext("it starts within seconds")
    if run.state != "queued":
        return ""
    if not run.wait_reason:
        return gettext("earlier scans go first")
    return translated(WAITS.get(run.wait_reason, run.wait_reason))


def _counted(run: RunRow, asset: str) -> Mapping[str, Any]:
    counted = run.counts.get(asset)
    return counted if isinstance(counted, dict) else {}


def _stored(run: RunRow, asset: str, so_far: int) -> int:
    return int(_counted(run, asset).get("stored", so_far))


def _step(run: RunRow, asset: str) -> StepView:
    counted = _counted(run, asset)
    left_out = [
        NotStored(asset, *_outcome_and_reason(text), items)
        for text, items in dict(counted.get("reasons") or {}).items()
    ]
    found = int(counted.get("found", 0))
    return StepView(
        items_in_words(asset, "stored", found),
        found,
        int(counted.get("stored", 0)),
        sorted(left_out, key=lambda item: (item.outcome, -item.items)),
    )


def _outcome_and_reason(text: str) -> tuple[str, str]:
    outcome, _, reason = text.partition(": ")
    return outcome, reason
