"""When a listing becomes a case, and what a person's decision does to a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

from infringement_dagster.domain.client import Thresholds
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.score import Score, ViolationType

Decision = Literal["infringing", "not_infringing", "unsure"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
CaseState = Literal["open", "decided", "dropped"]


class StaleCase(PermanentError):
    """Somebody has decided on the case since it was read."""

    problem = ProblemKind(
        409, "stale-case", "The case has changed", "Read it again, decide on what it says now."
    )


def should_flag(score: Score, thresholds: Thresholds) -> bool:
    """Whether a person should look at the listing."""
    return score.probability >= thresholds.review


def decide(
    decision: Decision, *, case: str, version: int, expected_version: int
) -> tuple[CaseState, int]:
    """The state and version of `case` after a decision; `unsure` leaves it open.

    Raises `StaleCase`, which names the case, when the reviewer saw another version.
    """
    if version != expected_version:
        raise StaleCase(
            f"{case} is at version {version}, not at {expected_version}: somebody has decided "
            "meanwhile; read it again first"
        )
    return ("open" if decision == "unsure" else "decided"), version + 1


def undoing(decisions: Sequence[Decision]) -> Decision:
    """The decision that takes the last one back: the one before it, else `unsure`."""
    return decisions[-2] if len(decisions) > 1 else "unsure"


@dataclass(frozen=True, slots=True)
class CaseFlag:
    """A listing that a person should look at, as a scan scored it."""

    listing_id: str
    probability: float  # 0 to 1
    violation_type: ViolationType | None


@dataclass(frozen=True, slots=True)
class FlaggedCase:
    """The case of a flagged listing; `created` is False when an earlier scan opened it."""

    case_id: UUID
    listing_id: str
    created: bool
