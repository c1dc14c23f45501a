"""A title cut into words, and into runs of words that may hide one.

Belongs here: where words begin and end. Not here: comparing them with a brand (`brand_text.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from infringement_dagster.matching.normal_text import normal, plainly_written

_WORD = re.compile(r"[^\W_]+(?:[*•·●×][^\W_]*)*")
_MASK = re.compile(r"[*•·●×]")
PIECES_MAX = 5  # "n.i.k.e"; more pieces than this join by chance


@dataclass(frozen=True, slots=True)
class Window:
    """A run of words of a title; `start` and `end` count in the normalised title."""

    joined: str  # without what stands between the words
    start: int
    end: int
    words: int


@dataclass(frozen=True, slots=True)
class TitleWords:
    """A normalised title and its words in order."""

    text: str
    words: tuple[Window, ...]
    plain: str | None  # what is plainly written, where the normalised title may hide something

    def runs(self, words_max: int) -> Iterator[Window]:
        """All runs of two to `words_max` words."""
        for first, word in enumerate(self.words):
            joined = word.joined
            for count, other in enumerate(self.words[first + 1 : first + words_max], start=2):
                joined += other.joined
                yield Window(joined, word.start, other.end, count)

    def is_plain(self, key: str) -> bool:
        """Whether the key is written in ordinary letters, not in look-alikes of them."""
        return self.plain is None or key in self.plain

    def shown(self, window: Window) -> str:
        """The window as the title has it."""
        return self.text[window.start : window.end]


def words_of(title: str) -> TitleWords:
    """The words of a title; letters and digits of any script, masks such as `*` kept inside."""
    text = normal(title)
    found = (Window(m.group(), m.start(), m.end(), 1) for m in _WORD.finditer(text))
    return TitleWords(text, tuple(found), None if title.isascii() else plainly_written(title))


def key_of(name: str) -> str:
    """A brand's name as titles are compared with it: its words joined."""
    return "".join(word.joined for word in words_of(name).words)


def is_masked(word: str) -> bool:
    """Whether letters are hidden behind signs, as in `pr*da`."""
    return _MASK.search(word) is not None


def fits_mask(word: str, key: str) -> bool:
    """Whether the masked word is the key with single letters hidden; half must be left."""
    if len(word) != len(key) or 2 * len(_MASK.findall(word)) > len(key):
        return False
    return all(_MASK.match(seen) or seen == meant for seen, meant in zip(word, key, strict=True))
