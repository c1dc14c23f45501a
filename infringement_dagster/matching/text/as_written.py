"""Where words that were read in a folded text stand in the text as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from infringement_dagster.matching.text.normal_text import normal

_WORDS_MAX = 4  # of a brand that is split or has several words
_WORD = re.compile(r"\S+")


def as_written(text: str, read: str, read_at: int) -> tuple[int, int]:
    """Start and end of what reads so at about that place; 0 and 0 where nothing does.

    `read_at` counts in the folded text. Most titles fold without moving a letter, and their words
    are found there at once; of the others the shortest run of whole words is taken.
    """
    end = read_at + len(read)
    if text[read_at:end].casefold() == read:
        return read_at, end
    wanted = "".join(read.split())
    folded = [(span, "".join(normal(text[slice(*span)]).split())) for span in _runs(text)]
    exact = (span for span, said in folded if said == wanted)
    within = (span for span, said in folded if wanted in said)
    return next(exact, None) or next(within, (0, 0))


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Where each run of one to four words stands, the shorter ones first."""
    words = [match.span() for match in _WORD.finditer(text)]
    for count in range(1, _WORDS_MAX + 1):
        for first in range(len(words) - count + 1):
            yield words[first][0], words[first + count - 1][1]
