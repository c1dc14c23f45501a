"""Which change of a run's state is allowed, and who may write it; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

from infringement_dagster.domain.errors import PermanentError

ScanState = Literal["queued", "running", "succeeded", "partial", "failed", "cancelled"]
RunState = Literal["queued", "admitted", "running", "succeeded", "partial", "failed", "cancelled"]
EndState = Literal["succeeded", "partial", "failed", "cancelled"]

# admission: the sensor that admits. step: a step of the Dagster run that holds the run.
# outcome: the run-status sensors and the reconciliation. person: cancel and retry.
Writer = Literal["admission", "step", "outcome", "person"]

# What put a run back into the queue: its process died, what it works with was away, or a person
# asked for it again.
Interruption = Literal["crash", "outage", "person"]

END_STATES: Final[tuple[EndState, ...]] = get_args(EndState)
RUN_STATES: Final[tuple[RunState, ...]] = get_args(RunState)

RUN_CHANGES: Final[Mapping[tuple[RunState, RunState], frozenset[Writer]]] = {
    ("queued", "admitted"): frozenset({"admission"}),
    ("queued", "running"): frozenset({"step"}),  # an operator's re-execution overtakes the queue
    ("queued", "failed"): frozenset({"outcome"}),  # its deadline passed, its provider is gone
    ("queued", "cancelled"): frozenset({"person", "outcome"}),
    ("admitted", "queued"): frozenset({"outcome"}),  # its Dagster run died before its first step
    ("admitted", "running"): frozenset({"step"}),
    ("admitted", "failed"): frozenset({"outcome"}),
    ("admitted", "cancelled"): frozenset({"person", "outcome"}),
    ("running", "running"): frozenset({"step"}),  # taken over under the next epoch
    ("running", "queued"): frozenset({"outcome"}),  # its process died and tries are left
    ("running", "succeeded"): frozenset({"outcome"}),
    ("running", "partial"): frozenset({"outcome"}),
    ("running", "failed"): frozenset({"outcome"}),
    ("running", "cancelled"): frozenset({"outcome"}),
    ("partial", "queued"): frozenset({"person"}),
    ("partial", "running"): frozenset({"step"}),  # re-executed in Dagster's UI
    ("failed", "queued"): frozenset({"person"}),
    ("failed", "running"): frozenset({"step"}),
}


class ForbiddenChange(PermanentError):
    """The table of changes does not hold this one for this writer."""


def may_change(before: RunState, after: RunState, writer: Writer) -> bool:
    """True when the writer may bring a run from one state to the other."""
    return writer in RUN_CHANGES.get((before, after), frozenset())


def check_change(before: RunState, after: RunState, writer: Writer, what: str) -> None:
    """Returns when the change is allowed; raises `ForbiddenChange`, which names `what`."""
    if not may_change(before, after, writer):
        raise ForbiddenChange(
            f"{what} is {before} and cannot become {after} by {writer}; reload it and look again"
        )


def end_of_scan(states: Iterable[RunState]) -> EndState | None:
    """How a scan ends whose runs are in these states: as all of them, else `partial`.

    None while a run has not ended.
    """
    distinct = set(states)
    if not distinct <= set(END_STATES):
        return None
    return next((state for state in END_STATES if distinct == {state}), "partial")


def state_of_scan(states: Iterable[RunState], before: ScanState) -> ScanState:
    """The state of a scan whose runs are in these states and which was `before`.

    A scan that runs goes on running while a crashed run of it waits for its next try.
    """
    distinct = set(states)
    end = end_of_scan(distinct)
    if end is not None:
        return end
    waits = distinct <= {"queued", "admitted"}
    return "queued" if waits and before != "running" else "running"


Over = Literal["last_scans", "all_history"]  # what a config is tried on or applied to
Trigger = Literal["request", "schedule", "operator", "rescore"]
