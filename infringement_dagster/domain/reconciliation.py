"""Reconciliation of a run that has not ended with Dagster's word and its own beats; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from infringement_dagster.domain.scan import EndState, Interruption, RunState

# A process beats every 5 s; twelve missed beats are a dead process, not a busy one.
BEAT_SECONDS: Final = 5.0
LEASE_SECONDS: Final = 60.0
# An admission that Dagster has no run for was lost with the daemon; it is asked for again first.
LOST_ADMISSION_SECONDS: Final = 90.0
# How long a run waits after its first, second and third interruption: whatever fails for less than
# the two minutes that these add up to is back before the last try begins.
PAUSES_SECONDS: Final = (0.0, 30.0, 90.0)
# A run interrupted so often without an item in hand asks for too much memory, or worse.
CRASHES_MAX: Final = len(PAUSES_SECONDS) + 1
# One item takes at most 3 crashes until it is set aside; of several each but the first takes 2.
CRASHES_WITH_ITEMS_MAX: Final = 9
# A Dagster run that was asked to stop and has not is stopped without being asked.
STOP_SECONDS: Final = 8.0

# "crashed": ended without any step having failed, so its process died. "interrupted": a step failed
# because database or object store were away.
DagsterState = Literal[
    "absent", "waiting", "started", "succeeded", "failed", "crashed", "interrupted", "canceled"
]


@dataclass(frozen=True, slots=True)
class Watched:
    """One unended run, as our rows and Dagster show it at this moment."""

    state: RunState
    crashes: int  # interruptions before this one, if it is one
    dagster: DagsterState
    silent_seconds: float
    cancel_requested: bool = False
    overdue: bool = False
    holds_items: bool = False
    provider_gone: bool = False  # no installed package brings it


@dataclass(frozen=True, slots=True)
class LeaveAlone:
    """Everything is as it should be, or will be shortly."""


@dataclass(frozen=True, slots=True)
class Requeue:
    """The run is to be tried again from where its snapshots end, after a pause."""

    reason: str
    cause: Interruption = "crash"
    pause_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class End:
    """The run has ended; a `state` of None is told by what its steps counted."""

    state: EndState | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Stop:
    """Its Dagster run is to be stopped; it ends once that has happened."""


Action = LeaveAlone | Requeue | End | Stop


def reconcile(run: Watched) -> Action:
    """The action that the run needs; the same answer however often it is asked."""
    if run.state == "queued":
        return _queued(run)
    if run.dagster == "canceled":
        return _stopped(run)
    if run.dagster == "succeeded":
        return End(None, None)
    if run.dagster == "failed":
        return End("failed", "a step failed in Dagster")
    if run.cancel_requested or run.overdue:
        return _stopping(run)
    return _missing(run)


def _queued(run: Watched) -> Action:
    if run.overdue:
        return _overdue()
    return _gone() if run.provider_gone else LeaveAlone()


def _gone() -> End:
    return End(
        "failed",
        "its provider is not installed any more; install its package and retry the scan, or leave "
        "the provider out",
    )


def after_interruption(run: Watched, what: str, cause: Interruption = "crash") -> Requeue | End:
    """Another try while any is left, else the end that sets the run aside.

    A crash with items in hand is theirs until they are set aside, so nothing is waited for.
    """
    crashes = run.crashes + 1
    crashes_max = CRASHES_WITH_ITEMS_MAX if run.holds_items else CRASHES_MAX
    if crashes >= crashes_max:
        return End("failed", f"{what}; set aside after {crashes} tries, look at its Dagster runs")
    is_of_items = run.holds_items and cause == "crash"
    pause_seconds = (
        0.0 if is_of_items else PAUSES_SECONDS[min(run.crashes, len(PAUSES_SECONDS) - 1)]
    )
    return Requeue(_said(what, crashes, crashes_max, pause_seconds), cause, pause_seconds)


def _said(what: str, tries: int, tries_max: int, pause_seconds: float) -> str:
    pause = f", the next in {pause_seconds:g} s" if pause_seconds else ""
    return f"{what}; try {tries} of {tries_max}{pause}"


def _stopping(run: Watched) -> Action:
    gone = run.dagster in ("absent", "crashed", "interrupted") or run.silent_seconds > LEASE_SECONDS
    if not gone:
        return Stop()
    return End("cancelled", "cancelled") if run.cancel_requested else _overdue()


def _stopped(run: Watched) -> End:
    if run.overdue and not run.cancel_requested:
        return _overdue()  # nobody but the deadline stopped it
    return End("cancelled", "cancelled in Dagster")


def _overdue() -> End:
    return End("failed", "the scan's deadline has passed; retry it, or give it less to search")


def _missing(run: Watched) -> Action:
    if run.dagster == "crashed":
        return after_interruption(run, "its process died")
    if run.dagster == "interrupted":
        return after_interruption(run, "database or object store were away", "outage")
    if run.dagster == "absent":
        return _absent(run)
    if run.state == "running" and run.silent_seconds > LEASE_SECONDS:
        return after_interruption(run, f"its process was silent for {LEASE_SECONDS:g} s")
    return LeaveAlone()


def _absent(run: Watched) -> Action:
    if run.state == "running":
        return End("failed", "its Dagster run was deleted; retry the scan")
    if run.provider_gone:
        return _gone()
    if run.silent_seconds > LOST_ADMISSION_SECONDS:
        return after_interruption(run, "Dagster never started it")
    return LeaveAlone()
