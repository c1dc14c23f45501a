"""The states of a notice and who may change them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal, get_args

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.event import NoticeState

# Channels answer within days where they answer at all; a week without a word is worth a reminder.
ANSWER_DAYS: Final = 7
NOTICE_STATES: Final[tuple[NoticeState, ...]] = get_args(NoticeState)
PersonsState = Literal["sent", "accepted", "rejected"]  # what a person reports
PERSONS_STATES: Final[tuple[PersonsState, ...]] = get_args(PersonsState)

# Drafting anew leads to held or drafted; a notice that was sent stays as it was sent.
_AFTER: Final[dict[NoticeState, frozenset[NoticeState]]] = {
    "held": frozenset({"held", "drafted"}),
    "drafted": frozenset({"held", "drafted", "sent"}),
    "sent": frozenset({"accepted", "rejected"}),
    "accepted": frozenset(),
    "rejected": frozenset({"held", "drafted"}),
}


class NoticeConflict(PermanentError):
    """The notice is in a state from which the asked one does not follow."""

    problem = ProblemKind(409, "notice-conflict", "Not from this state", "Read the notice again.")


def may_follow(state: NoticeState, wanted: NoticeState) -> bool:
    """Whether the wanted state may come right after the present one."""
    return wanted in _AFTER[state]


def check_follows(state: NoticeState, wanted: NoticeState) -> None:
    """Returns when the wanted state may follow; raises NoticeConflict."""
    if not may_follow(state, wanted):
        possible = ", ".join(sorted(_AFTER[state])) or "nothing"
        raise NoticeConflict(f"the notice is {state}; after that may come {possible}, not {wanted}")


def is_silent(state: NoticeState, since: datetime, now: datetime) -> bool:
    """Whether the channel has had its time to answer; `since` is when the notice took its state."""
    return state == "sent" and since <= silent_before(now)


def silent_before(now: datetime) -> datetime:
    """A notice sent before that moment should have had its answer by now."""
    return now - timedelta(days=ANSWER_DAYS)
