"""The root of every error this product raises on purpose.

Errors of one adapter live beside that adapter and derive from these.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final

_NAME_CHARS_MAX: Final = 100  # a name may be as long as the document that holds it


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of error as people and programs meet it; its slug never changes."""

    status: int  # as HTTP counts: 404 unknown, 409 conflict, 412 stale, 422 invalid
    slug: str
    title: str
    hint: str  # what to do about it


class InfringementError(Exception):
    """Says what happened, to which client, scan or listing, and what to do about it."""

    problem: ClassVar[ProblemKind | None] = None  # None: a failure of ours or of a part


class PermanentError(InfringementError):
    """Trying again without a change cannot help (bad input, refused key, unknown client)."""


class TransientError(InfringementError):
    """Trying again later may help (time-out, too many requests, the database restarts)."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like it, as the next words of a message; else nothing."""
    import difflib  # noqa: PLC0415 - decoding workers, whose memory is counted, never need it

    close = difflib.get_close_matches(name[:_NAME_CHARS_MAX], list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
