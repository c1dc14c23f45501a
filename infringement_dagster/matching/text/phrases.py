"""Phrases of all languages, sought in a text in one pass."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick

from infringement_dagster.matching.text.normal_text import as_written, normal

Meaning = TypeVar("Meaning")

_JOINERS = str.maketrans("-_‐‑–—'’`", " " * 9)  # "pre-owned" is "pre owned"
# Scripts that put no space between words: a phrase may stand inside a run of letters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
_LATIN = re.compile(r"[\x00-\u024f]*")


@dataclass(frozen=True, slots=True)
class FoundPhrase(Generic[Meaning]):
    """A phrase in a text, with everything that it may mean; places count characters."""

    start: int
    end: int
    phrase: str  # as it was given, before folding
    meanings: tuple[Meaning, ...]


class PhraseFinder(Generic[Meaning]):
    """Finds whole phrases; the longest where several begin together, none inside another."""

    def __init__(
        self, meanings: Iterable[tuple[str, Meaning]], fold: Callable[[str], str] = normal
    ) -> None:
        """Of phrases, which `fold` folds as the texts are."""
        self._meanings: dict[str, list[Meaning]] = defaultdict(list)
        self._spellings: dict[str, str] = {}
        for spelling, meaning in meanings:
            phrase = fold(spelling).translate(_JOINERS)
            if phrase:
                self._meanings[phrase].append(meaning)
                self._spellings.setdefault(phrase, spelling)
        self._phrases = sorted(self._meanings)
        self._automaton = AhoCorasick(self._phrases) if self._phrases else None

    def find(self, text: str) -> list[FoundPhrase[Meaning]]:
        """The phrases of a text that is already folded, in order."""
        if self._automaton is None:
            return []
        even = text.translate(_JOINERS)
        matches = self._automaton.find_matches_as_indexes(even, overlapping=True)
        whole = [(start, -end, at) for at, start, end in matches if _is_whole(even, start, end)]
        return list(self._longest(sorted(whole)))

    def _longest(self, whole: list[tuple[int, int, int]]) -> Iterator[FoundPhrase[Meaning]]:
        taken = 0
        for start, minus_end, at in whole:
            if start >= taken:
                taken = -minus_end
                phrase = self._phrases[at]
                yield FoundPhrase(
                    start, taken, self._spellings[phrase], tuple(self._meanings[phrase])
                )


class TextPhrases(Generic[Meaning]):
    """Finds phrases in a raw text: Latin ones as it looks, all others as it is written.

    Russian "б/у" looks like "6/y", a size: only letters of its own script may mean it. Latin
    words are sought behind look-alike letters too, since sellers hide "rерlica" so.
    """

    def __init__(self, meanings: Iterable[tuple[str, Meaning]]) -> None:
        given = list(meanings)
        latin = [(phrase, meaning) for phrase, meaning in given if _LATIN.fullmatch(phrase)]
        others = [(phrase, meaning) for phrase, meaning in given if not _LATIN.fullmatch(phrase)]
        self._latin = PhraseFinder(latin)
        self._others = PhraseFinder(others, as_written)

    def find(self, text: str) -> list[FoundPhrase[Meaning]]:
        """The phrases of a text, Latin ones first; two scripts count places each for itself."""
        found = self._latin.find(normal(text))
        if not text.isascii():
            found = list(chain(found, self._others.find(as_written(text))))
        return found


def _is_whole(text: str, start: int, end: int) -> bool:
    return _is_edge(text, start, start - 1) and _is_edge(text, end - 1, end)


def _is_edge(text: str, inside: int, outside: int) -> bool:
    """Whether no word goes on between two neighbouring places."""
    if not 0 <= outside < len(text) or not text[outside].isalnum():
        return True
    if not text[inside].isalnum() or _UNSPACED.match(text[inside]):
        return True
    return _UNSPACED.match(text[outside]) is not None
