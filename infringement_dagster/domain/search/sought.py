"""A search as typed, read as words and as the ids that it may be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args
from uuid import UUID

FoundKind = Literal["cases", "listings", "sellers", "notices", "references", "scans"]
FOUND_KINDS: Final[tuple[FoundKind, ...]] = get_args(FoundKind)

# The index holds runs of three characters; fewer are sought title by title, 0.9 s among 200,000.
# Two are a word in Chinese and Japanese.
SOUGHT_CHARS_MIN: Final = 3
_SOUGHT_CHARS_MIN_BEYOND_ASCII: Final = 2
_WORDS_MAX: Final = 40  # of a pasted address; an id is one of its first
_ID_DIGITS_MIN: Final = 8  # as many as tables of the command line show
_SEPARATORS: Final = re.compile(r"[^\w.|-]+")


@dataclass(frozen=True, slots=True)
class IdRange:
    """All ids that begin with the same digits, both ends included."""

    low: UUID
    high: UUID


@dataclass(frozen=True, slots=True)
class Sought:
    """A text, the listing ids that it may name, and the ids that may begin so."""

    text: str
    listing_ids: tuple[str, ...]
    ids: IdRange | None  # None where the text is no beginning of one

    @property
    def is_enough(self) -> bool:
        """Whether there is enough to search for."""
        least = SOUGHT_CHARS_MIN if self.text.isascii() else _SOUGHT_CHARS_MIN_BEYOND_ASCII
        return len(self.text) >= least


def read_sought(typed: str) -> Sought:
    """The search that was typed or pasted; an address of a listing names its id among others."""
    text = " ".join(typed.split())
    words = [word for word in _SEPARATORS.split(text) if len(word) >= SOUGHT_CHARS_MIN]
    named = dict.fromkeys([text, *words[:_WORDS_MAX]])
    return Sought(text, tuple(named), _ids_from(text))


def _ids_from(text: str) -> IdRange | None:
    digits = text.rstrip(".\N{HORIZONTAL ELLIPSIS}").replace("-", "").lower()
    if not _ID_DIGITS_MIN <= len(digits) <= 32 or set(digits) - set("0123456789abcdef"):
        return None
    return IdRange(UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f")))
