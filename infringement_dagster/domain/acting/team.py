"""Work that a team shares out: who is on a case, until when, under which tags."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from infringement_dagster.domain.errors import PermanentError, ProblemKind

TAGS_MAX: Final = 10  # of a case
TAG_MAX_CHARS: Final = 40
TAG_PATTERN: Final = r"^[^\x00-\x1f,]+$"
COMMENT_MAX_CHARS: Final = 4000
NOBODY: Final = "nobody"  # in filters: cases that are nobody's
WorkChangeKind = Literal["assigned", "due", "tagged", "commented"]
_TAG: Final = re.compile(TAG_PATTERN)


class StaleWork(PermanentError):
    """Somebody has shared the case out otherwise since it was read."""

    problem = ProblemKind(
        409, "stale-work", "The case's work has changed", "Read it again, change what it says now."
    )


class NotAssignable(PermanentError):
    """Who is named is no person of the client that may decide."""

    problem = ProblemKind(
        422, "not-assignable", "Not to this person", "Name a reviewer or admin of the client."
    )


class BadTags(PermanentError):
    """The tags are too many, too long or no words."""

    problem = ProblemKind(422, "bad-tags", "These are no tags", "Give fewer or shorter ones.")


@dataclass(frozen=True, slots=True)
class CaseWork:
    """Who is on a case until when; `version` is named by whoever changes it."""

    assignee: str | None = None  # None: nobody is
    due_on: date | None = None  # None: there is no hurry
    tags: tuple[str, ...] = ()  # in order, each once
    version: int = 0  # 0: nobody has ever shared it out


def tags_of(given: Iterable[str]) -> tuple[str, ...]:
    """The tags as they are kept: in small letters, each once, in order; raises BadTags."""
    tags = sorted({" ".join(tag.lower().split()) for tag in given} - {""})
    bad = [tag for tag in tags if len(tag) > TAG_MAX_CHARS or not _TAG.fullmatch(tag)]
    if bad or len(tags) > TAGS_MAX:
        named = f", among them {bad[0][:60]!r}" if bad else ""
        raise BadTags(
            f"a case has at most {TAGS_MAX} tags of at most {TAG_MAX_CHARS} letters without "
            f"commas and control signs; {len(tags)} were given{named}"
        )
    return tuple(tags)


def retagged(
    present: Iterable[str], added: Iterable[str], removed: Iterable[str]
) -> tuple[str, ...]:
    """The tags with some added, then some taken away, as they are kept; raises BadTags."""
    gone = set(tags_of(removed))
    return tuple(tag for tag in tags_of([*present, *added]) if tag not in gone)


def check_version(case: str, work: CaseWork, expected_version: int) -> None:
    """Returns when the work is as it was read; raises StaleWork, which names the case."""
    if work.version != expected_version:
        raise StaleWork(
            f"the work on {case} is at version {work.version}, not at {expected_version}: "
            "somebody has changed it meanwhile; read it again first"
        )
