"""Whether a title uses a brand, or a disguise of it, and where.

Belongs here: token windows and edit distance between a title and a brand's words. Not here: what
a character looks like (`normal_text.py`), lawful mention (`nominative.py`), what a use means for
the score (`signals.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import OSA

from infringement_dagster.matching.client import Brand
from infringement_dagster.matching.nominative import nominative_strength
from infringement_dagster.matching.normal_text import look_alike, normal

Kind = Literal["exact", "alias", "known_misspelling", "look_alike", "split", "misspelt"]
DISGUISES: frozenset[Kind] = frozenset({"known_misspelling", "look_alike", "split", "misspelt"})

_WORD = re.compile(r"[^\W_]+")
_SPLIT_PIECES_MAX = 4  # "n.i.k.e": more pieces than this and ordinary text joins by chance


@dataclass(frozen=True, slots=True)
class BrandUse:
    """One use of a brand in a title; `start` counts in the normalised title."""

    brand: str
    kind: Kind
    strength: float  # 0 to 1: how surely these words mean this brand
    matched_text: str
    start: int
    nominative: float  # 0 to 1: how surely it is only referred to
    phrase: str  # the words that make it nominative


@dataclass(frozen=True, slots=True)
class _Window:
    joined: str
    text: str
    start: int
    words: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    key: str  # normalised, joined without spaces
    words: int
    kind: Kind
    allowance_edits: int


def allowance_edits(key: str) -> int:
    """How many edits still read as the same word: none below 5 letters, one up to 8, else two."""
    return 0 if len(key) < 5 else 1 if len(key) <= 8 else 2


class BrandText:
    """Finds one brand in titles; prepared once from its configuration."""

    def __init__(self, brand: Brand, false_hits: Iterable[str] = ()) -> None:
        self.brand = brand
        self._false_hits = frozenset("".join(_WORD.findall(normal(word))) for word in false_hits)
        self._patterns = tuple(_patterns(brand))
        self._words_max = max((pattern.words for pattern in self._patterns), default=1)
        context = (*brand.categories, *brand.models)
        self._context = frozenset(w for text in context for w in _WORD.findall(normal(text)))

    def find(self, title: str) -> BrandUse | None:
        """The strongest use of the brand in a title, the first of equals; None without one."""
        text = normal(title)
        windows = _windows(text, self._words_max)
        uses = (use for window in windows for use in self._uses(text, window))
        return max(uses, key=lambda use: (use.strength, -use.start), default=None)

    def _uses(self, text: str, window: _Window) -> Iterator[BrandUse]:
        if window.joined in self._false_hits:
            return
        for pattern in self._patterns:
            found = _compare(pattern, window)
            if found is None:
                continue
            kind, strength = found
            if self.brand.common_word and not self._in_context(text, window):
                strength *= 0.4  # an everyday word on its own names no brand
            nominative, phrase = nominative_strength(text, window.start)
            yield BrandUse(
                self.brand.name, kind, strength, window.text, window.start, nominative, phrase
            )

    def _in_context(self, text: str, window: _Window) -> bool:
        others = set(_WORD.findall(text[: window.start] + text[window.start + len(window.text) :]))
        return bool(others & self._context)


def _patterns(brand: Brand) -> Iterator[_Pattern]:
    named: list[tuple[str, Kind]] = [(brand.name, "exact")]
    named += [(alias, "alias") for alias in brand.aliases]
    named += [(spelling, "known_misspelling") for spelling in brand.misspellings]
    seen: set[str] = set()
    for name, kind in named:
        words = _WORD.findall(normal(name))
        key = "".join(words)
        if key and key not in seen:
            seen.add(key)
            edits = 0 if kind == "known_misspelling" else allowance_edits(key)
            yield _Pattern(key, len(words), kind, edits)


def _windows(text: str, words_max: int) -> Iterator[_Window]:
    words = list(_WORD.finditer(text))
    for first, word in enumerate(words):
        for count in range(1, max(words_max, _SPLIT_PIECES_MAX) + 1):
            pieces = words[first : first + count]
            if len(pieces) < count:
                break
            start, end = word.start(), pieces[-1].end()
            yield _Window("".join(p.group() for p in pieces), text[start:end], start, count)


def _compare(pattern: _Pattern, window: _Window) -> tuple[Kind, float] | None:
    if abs(len(window.joined) - len(pattern.key)) > max(2, pattern.allowance_edits):
        return None
    whole = window.words <= pattern.words
    if window.joined == pattern.key:
        return (pattern.kind, 1.0) if whole else ("split", _split_strength(window))
    if not whole:
        return None
    if look_alike(window.joined) == look_alike(pattern.key):
        return "look_alike", 0.95
    edits = OSA.distance(window.joined, pattern.key, score_cutoff=pattern.allowance_edits)
    if edits <= pattern.allowance_edits:
        return "misspelt", 0.9 - 0.1 * edits
    return None


def _split_strength(window: _Window) -> float:
    """Joined by hyphen or dots is a disguise; two plain words that happen to join are less so."""
    return 0.9 if " " not in window.text else 0.7
