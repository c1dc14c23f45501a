"""Brands glued to other words: "nikeshoes", "xveldorax", "NikonX200", "スミカゼランプ"."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from infringement_dagster.matching.text.brand_patterns import Pattern

_BETWEEN = "\n"  # words hold no white space
_LETTERS_MIN = 4  # "bic" is in "cubic"
_UNSPACED_LETTERS_MIN = 2
UNSPACED = re.compile("[\u0e00-\u0eff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_MODEL_NUMBER = re.compile(r"[a-z]{0,4}\d{1,6}[a-z]{0,4}")
_AFFIXES = frozenset(
    (
        "x", "a", "i", "e", "my", "the", "by", "uk", "us", "usa", "eu", "tv", "pc", "hd", "co",
        "buy", "new", "top", "bag", "cap", "hat", "tee", "men", "kid", "fan", "run", "pro", "max",
    )
)  # fmt: skip
_WORD_LETTERS_MIN = 3
_LONG_WORD_LETTERS = 4
_STRENGTHS = {4: 0.6, 5: 0.8}  # by letters of the brand
_STRENGTH = 0.9
_UNKNOWN_REST_LETTERS_MIN = 6  # of a brand so long that anything may stand beside it
_UNKNOWN_REST = 0.6
_LOCAL_UNKNOWN_REST_SHORT = 0.5
_LOCAL_UNKNOWN_REST = 0.75  # few words of other languages hold a name of five letters by chance
_AMBIGUOUS_FACTOR = 0.35  # "stringbag" is string and bag, not Ring


class Glued(NamedTuple):
    """A brand inside a word, and how surely it is meant, from 0 to 1."""

    pattern: Pattern
    strength: float
    start: int
    end: int


class GluedWords:
    """Finds all brands inside words at once."""

    def __init__(
        self,
        patterns: Iterable[Pattern],
        is_word: Callable[[str], bool],
        is_listed: Callable[[str], bool],
    ) -> None:
        """`is_word` knows words in use, `is_listed` all that a dictionary or client lists."""
        self._patterns = [pattern for pattern in patterns if _is_long_enough(pattern)]
        keys = [pattern.key for pattern in self._patterns]
        self._automaton = AhoCorasick(keys) if keys else None
        self._is_word = is_word
        self._is_listed = is_listed

    def find_many(self, words: Sequence[str]) -> dict[str, list[Glued]]:
        """The brands that words hold beside other words or numbers; all words in one pass."""
        found: dict[str, list[Glued]] = defaultdict(list)
        if self._automaton is None:
            return found
        text = _BETWEEN.join(words)
        ends = list(accumulate(len(word) + 1 for word in words))
        for at, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            place = bisect_right(ends, start)
            word = words[place]
            offset = start - (ends[place] - len(word) - 1)
            glued = self._glued(self._patterns[at], word, offset, offset + end - start)
            if glued.strength > 0:
                found[word].append(glued)
        return found

    def _glued(self, pattern: Pattern, word: str, start: int, end: int) -> Glued:
        strength = self._strength(pattern, word, start, end)
        return Glued(pattern, strength, start + pattern.prefix_chars, end)

    def _strength(self, pattern: Pattern, word: str, start: int, end: int) -> float:
        if UNSPACED.fullmatch(pattern.key):
            return 1.0
        if end - start == len(word) or self._is_listed(word):
            return 0.0
        rests = [rest for rest in (word[:start], word[end:]) if rest]
        letters = len(pattern.key)
        shortest = 4 if letters == _LETTERS_MIN else _WORD_LETTERS_MIN
        if not all(self._reads_as_words(rest, shortest) for rest in rests):
            return _of_unknown_rest(pattern)
        strength = _STRENGTHS.get(letters, _STRENGTH)
        return strength * _AMBIGUOUS_FACTOR if self._cuts_a_word(word, start, end) else strength

    def _reads_as_words(self, text: str, letters_min: int) -> bool:
        """Whether the text is a number, an affix, or everyday words in a row."""
        if not text or text in _AFFIXES or _MODEL_NUMBER.fullmatch(text):
            return True
        reached = {0}
        for end in range(1, len(text) + 1):
            pieces = (text[start:end] for start in reached)
            if any(self._is_piece(piece, letters_min) for piece in pieces):
                reached.add(end)
        return len(text) in reached

    def _is_piece(self, text: str, letters_min: int) -> bool:
        return (
            text in _AFFIXES or text.isdigit() or (len(text) >= letters_min and self._is_word(text))
        )

    def _cuts_a_word(self, text: str, brand_start: int, brand_end: int) -> bool:
        """Whether the text reads as long words of which one goes beyond the brand's edge."""
        return any(
            self._is_word(text[start:end])
            and self._reads_as_words(text[:start], _LONG_WORD_LETTERS)
            and self._reads_as_words(text[end:], _LONG_WORD_LETTERS)
            for edge in (brand_start, brand_end)
            for start in range(edge)
            for end in range(max(edge + 1, start + _LONG_WORD_LETTERS), len(text) + 1)
        )


def _is_long_enough(pattern: Pattern) -> bool:
    if pattern.kind == "inflected" and pattern.key.isascii():
        return False
    is_unspaced = UNSPACED.fullmatch(pattern.key) is not None
    return len(pattern.key) >= (_UNSPACED_LETTERS_MIN if is_unspaced else _LETTERS_MIN)


def _of_unknown_rest(pattern: Pattern) -> float:
    if not pattern.written.isascii():
        is_short = len(pattern.key) == _LETTERS_MIN
        return _LOCAL_UNKNOWN_REST_SHORT if is_short else _LOCAL_UNKNOWN_REST
    return _UNKNOWN_REST if len(pattern.key) >= _UNKNOWN_REST_LETTERS_MIN else 0.0
