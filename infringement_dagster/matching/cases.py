"""When a listing becomes a case, and what a person's decision does to a case.

Belongs here: the rules, as pure functions. Not here: keeping cases (`resources/postgres`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from infringement_dagster.matching.client import Thresholds
from infringement_dagster.matching.errors import PermanentError
from infringement_dagster.matching.scoring import Score

Decision = Literal["infringing", "not_infringing", "unsure"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
CaseState = Literal["open", "decided"]


class CaseConflictError(PermanentError):
    """The case has changed since the reviewer read it; read it again and decide again."""


def should_flag(score: Score, thresholds: Thresholds) -> bool:
    """Whether a person should look at the listing."""
    return score.probability >= thresholds.review


def is_notice_ready(score: Score, thresholds: Thresholds) -> bool:
    """Whether a notice may be drafted before a person has decided; only calibrated scores may."""
    return score.calibrated and score.probability >= thresholds.notice_ready


def decide(decision: Decision, *, version: int, expected_version: int) -> tuple[CaseState, int]:
    """The case's state and version after a decision; `unsure` leaves it open.

    Raises CaseConflictError when the reviewer saw another version than the present one.
    """
    if version != expected_version:
        raise CaseConflictError(
            f"the case is at version {version}, the decision was made on version "
            f"{expected_version}: read the case again and decide again"
        )
    return ("open" if decision == "unsure" else "decided"), version + 1


def undoing(decisions: Sequence[Decision]) -> Decision:
    """The decision that takes the last one back: the one before it, else `unsure`."""
    return decisions[-2] if len(decisions) > 1 else "unsure"
