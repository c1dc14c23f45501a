"""What a run that has not ended needs, from what Dagster and its own beats say; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from infringement_dagster.domain.scan import EndState, RunState

# A process beats every 5 s; twelve missed beats are a dead process, not a busy one.
BEAT_SECONDS: Final = 5.0
LEASE_SECONDS: Final = 60.0
# An admission that Dagster has no run for was lost with the daemon; it is asked for again first.
LOST_ADMISSION_SECONDS: Final = 90.0
# A run whose process died so often without an item in hand asks for too much memory, or worse.
CRASHES_MAX: Final = 3
# One item takes at most 3 crashes until it is set aside; of several each but the first takes 2.
CRASHES_WITH_ITEMS_MAX: Final = 9
# A Dagster run that was asked to stop and has not is stopped without being asked.
STOP_SECONDS: Final = 8.0

# "crashed": ended without any step having failed, so its process died.
DagsterState = Literal["absent", "waiting", "started", "succeeded", "failed", "crashed", "canceled"]


@dataclass(frozen=True, slots=True)
class Watched:
    """One unended run, as our rows and Dagster show it at this moment."""

    state: RunState
    crashes: int  # before this one, if it is one
    dagster: DagsterState
    silent_seconds: float
    cancel_requested: bool = False
    overdue: bool = False
    holds_items: bool = False


@dataclass(frozen=True, slots=True)
class LeaveAlone:
    """Everything is as it should be, or will be shortly."""


@dataclass(frozen=True, slots=True)
class Requeue:
    """The run is to be tried again from where its snapshots end."""

    reason: str


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
    """What is to be done about the run; the same answer however often it is asked."""
    if run.state == "queued":
        return _overdue() if run.overdue else LeaveAlone()
    if run.dagster == "canceled":
        return _stopped(run)
    if run.dagster == "succeeded":
        return End(None, None)
    if run.dagster == "failed":
        return End("failed", "a step failed in Dagster")
    if run.cancel_requested or run.overdue:
        return _stopping(run)
    return _missing(run)


def after_crash(run: Watched, what: str) -> Requeue | End:
    """Another try while any is left, else the end that sets the run aside."""
    crashes = run.crashes + 1
    crashes_max = CRASHES_WITH_ITEMS_MAX if run.holds_items else CRASHES_MAX
    if crashes >= crashes_max:
        return End("failed", f"{what}; set aside after {crashes} tries, look at its Dagster runs")
    return Requeue(f"{what}; try {crashes} of {crashes_max}")


def _stopping(run: Watched) -> Action:
    gone = run.dagster in ("absent", "crashed") or run.silent_seconds > LEASE_SECONDS
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
        return after_crash(run, "its process died")
    if run.dagster == "absent":
        return _absent(run)
    if run.state == "running" and run.silent_seconds > LEASE_SECONDS:
        return after_crash(run, f"its process was silent for {LEASE_SECONDS:g} s")
    return LeaveAlone()


def _absent(run: Watched) -> Action:
    if run.state == "running":
        return End("failed", "its Dagster run was deleted; retry the scan")
    if run.silent_seconds > LOST_ADMISSION_SECONDS:
        return after_crash(run, "Dagster never started it")
    return LeaveAlone()
