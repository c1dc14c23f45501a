"""The decision that the decided cases of a group propose for those that are still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from infringement_dagster.domain.case import Decision


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision of a person that stands on a case of the group."""

    decision: Decision
    reason: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """The decision that a group proposes for its open cases, and whose it was; never taken itself.

    `cases` are decided so. The reason is the last that was given; None where nobody gave one.
    """

    decision: Decision
    reason: str | None
    decided_by: str
    decided_at: datetime
    cases: int


def proposal(standing: Sequence[Standing]) -> Proposal | None:
    """The decision that all decided cases share; None where none is decided or they disagree."""
    if len({taken.decision for taken in standing}) != 1:
        return None
    by_time = sorted(standing, key=lambda taken: taken.decided_at)
    given = [taken for taken in by_time if taken.reason]
    last = given[-1] if given else by_time[-1]
    return Proposal(
        last.decision, last.reason or None, last.decided_by, last.decided_at, len(standing)
    )
