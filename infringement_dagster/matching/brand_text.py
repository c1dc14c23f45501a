"""Whether a title uses a brand, or a disguise of it, and where.

Belongs here: looking up the words of titles among the words of brands. Not here: how surely a
single word is a disguise (`spelling.py`), lawful mention (`nominative.py`), what a use means for
the score (`signals.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from infringement_dagster.matching.client import Brand
from infringement_dagster.matching.lexicon import Language, everyday_words
from infringement_dagster.matching.nominative import nominative_strength
from infringement_dagster.matching.normal_text import look_alike
from infringement_dagster.matching.spelling import EDITS_MAX, disguise
from infringement_dagster.matching.title_words import (
    PIECES_MAX,
    TitleWords,
    Window,
    fits_mask,
    is_masked,
    key_of,
    words_of,
)

Kind = Literal[
    "exact", "alias", "known_misspelling", "look_alike", "split", "masked", "misspelt", "model",
]  # fmt: skip
DISGUISES: frozenset[Kind] = frozenset(
    {"known_misspelling", "look_alike", "split", "masked", "misspelt"}
)

_EVERYDAY_FACTOR = 0.35  # "cannon" is no misspelt Canon unless more speaks for it
_OTHER_BRAND_FACTOR = 0.2
_OUT_OF_CONTEXT_FACTOR = 0.4  # an everyday word on its own names no brand
_DOUBTFUL_MAX = 0.4  # an everyday word gains nothing from its place
_LEADING_SHARE = 0.3  # sellers lead with the brand: this share of the doubt goes
_COMPARED_AT_ONCE = 20_000  # words; times 1,000 brands this takes 40 MB
_CACHED_MAX = 2_000_000  # words; about 400 MB, reached only by files of millions of titles


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
class _Pattern:
    key: str  # normalised, joined without spaces
    words: int
    kind: Kind
    brand: int  # position
    has_allowance: bool


_Hit = tuple[int, Kind, float]  # position of the brand, kind, strength


class BrandMatcher:
    """Finds brands in titles; prepared once, and faster when many titles are announced."""

    def __init__(
        self,
        brands: Sequence[Brand],
        false_hits: Iterable[str] = (),
        other_brands: Iterable[str] = (),
        languages: Sequence[Language] = ("en",),
    ) -> None:
        self._languages = tuple(languages)
        self._brands = tuple(brands)
        self._false_hits = frozenset(map(key_of, false_hits))
        patterns = [p for at, brand in enumerate(self._brands) for p in _patterns(brand, at)]
        self._by_key: dict[str, list[_Pattern]] = {}
        for pattern in patterns:
            self._by_key.setdefault(pattern.key, []).append(pattern)
        self._fuzzy = [p for p in patterns if p.has_allowance]
        self._fuzzy_keys = [p.key for p in self._fuzzy]
        self._fuzzy_seen = [look_alike(p.key) for p in self._fuzzy]
        self._words_max = max([PIECES_MAX, *(p.words for p in patterns)])
        self._known = frozenset(self._by_key) | frozenset(map(key_of, other_brands))
        self._context = [_context(brand) for brand in self._brands]
        self._hits: dict[tuple[str, int], tuple[_Hit, ...]] = {}

    def announce(self, titles: Iterable[str], workers: int = 1) -> None:
        """Compares the distinct words of many titles at once; `find` then only looks them up.

        `workers` threads do it; -1 is one for each core.
        """
        fresh = {
            (window.joined, window.words)
            for title in titles
            for window in self._windows(words_of(title))
        }
        unknown = [item for item in fresh if item not in self._hits]
        for start in range(0, len(unknown), _COMPARED_AT_ONCE):
            self._compare(unknown[start : start + _COMPARED_AT_ONCE], workers)

    def find_one(self, title: str, brand: str) -> BrandUse | None:
        """The strongest use of one brand, by its name as configured; None without one."""
        return next((use for use in self.find(title) if use.brand == brand), None)

    def find(self, title: str) -> list[BrandUse]:
        """The strongest use of each brand that the title uses, strongest first."""
        words = words_of(title)
        windows = list(self._windows(words))
        seen = {(window.joined, window.words) for window in windows}
        missing = [item for item in seen if item not in self._hits]
        if missing:
            self._compare(missing)
        best: dict[int, tuple[float, Window, Kind]] = {}
        for window in windows:
            for hit in self._hits[window.joined, window.words]:
                brand, kind, _ = hit
                weighed = self._weighed(words, window, hit)
                if brand not in best or weighed > best[brand][0]:
                    best[brand] = (weighed, window, kind)
        uses = [self._use(words, brand, *found) for brand, found in best.items()]
        return sorted(uses, key=lambda use: (-use.strength, use.start))

    def _windows(self, words: TitleWords) -> Iterator[Window]:
        """Single words, and the runs that join to a key or are as long as a fuzzy pattern."""
        yield from words.words
        lengths = {p.words for p in self._fuzzy if p.words > 1}
        for run in words.runs(self._words_max):
            if run.joined in self._by_key or run.words in lengths:
                yield run

    def _weighed(self, words: TitleWords, window: Window, hit: _Hit) -> float:
        brand, kind, strength = hit
        if self._brands[brand].common_word and kind != "model":
            others = {w.joined for w in words.words if not window.start <= w.start < window.end}
            return strength if others & self._context[brand] else strength * _OUT_OF_CONTEXT_FACTOR
        if strength > _DOUBTFUL_MAX and _leads(words, window):
            return strength + (1 - strength) * _LEADING_SHARE
        return strength

    def _use(
        self, words: TitleWords, brand: int, strength: float, window: Window, kind: Kind
    ) -> BrandUse:
        nominative, phrase = nominative_strength(words.text, window.start, window.end)
        name, shown = self._brands[brand].name, words.shown(window)
        if kind in ("exact", "alias") and not words.is_plain(window.joined):
            kind = "look_alike"  # letters of other scripts: no owner writes like that
        return BrandUse(name, kind, strength, shown, window.start, nominative, phrase)

    def _compare(self, items: list[tuple[str, int]], workers: int = 1) -> None:
        if len(self._hits) > _CACHED_MAX:
            self._hits.clear()
        near = self._near([word for word, _ in items], workers)
        for item in items:
            word, count = item
            if word in self._false_hits:
                self._hits[item] = ()
                continue
            hits = list(self._exact_hits(word, count))
            if not hits:
                hits = [
                    h for at, e, s in near.get(word, ()) if (h := self._fuzzy_hit(at, item, e, s))
                ]
            self._hits[item] = tuple(hits)

    def _near(self, words: list[str], workers: int) -> dict[str, list[tuple[int, int, int]]]:
        """For each word the fuzzy patterns within reach: position, edits, look-alike edits."""
        if not self._fuzzy or not words:
            return {}
        seen_words = [look_alike(word) for word in words]
        edits = _edits(words, self._fuzzy_keys, EDITS_MAX, workers)
        seen = _edits(seen_words, self._fuzzy_seen, 1, workers)
        near: dict[str, list[tuple[int, int, int]]] = {}
        for row, column in zip(*np.nonzero((edits <= EDITS_MAX) | (seen <= 1)), strict=True):
            found = (int(column), int(edits[row, column]), int(seen[row, column]))
            near.setdefault(words[row], []).append(found)
        return near

    def _exact_hits(self, word: str, count: int) -> Iterator[_Hit]:
        for pattern in self._by_key.get(word, ()):
            if count <= pattern.words:
                yield pattern.brand, pattern.kind, 0.5 if pattern.kind == "model" else 1.0
            elif pattern.kind != "model":
                yield pattern.brand, "split", 0.9 if len(word) > 4 else 0.6
        if count == 1 and is_masked(word):
            for pattern in self._fuzzy:
                if fits_mask(word, pattern.key):
                    yield pattern.brand, "masked", 0.85

    def _fuzzy_hit(
        self, at: int, item: tuple[str, int], edits: int, seen_edits: int
    ) -> _Hit | None:
        word, count = item
        pattern = self._fuzzy[at]
        found = disguise(pattern.key, word, edits, seen_edits) if count == pattern.words else None
        if found is None:
            return None
        kind, strength = found
        if word in self._known:
            strength *= _OTHER_BRAND_FACTOR
        elif any(word in everyday_words(language) for language in self._languages):
            strength *= _EVERYDAY_FACTOR
        return pattern.brand, kind, strength


def _edits(words: list[str], keys: list[str], limit_edits: int, workers: int) -> NDArray[np.uint8]:
    """Words x keys: optimal string alignment distance, `limit_edits` + 1 for anything farther."""
    return cdist(
        words, keys, scorer=OSA.distance, score_cutoff=limit_edits, dtype=np.uint8, workers=workers
    )


def _leads(words: TitleWords, window: Window) -> bool:
    """Whether the window opens the title, or comes right after a word such as "new"."""
    first = words.words[0]
    after = words.words[1].start if len(words.words) > 1 else -1
    return window.start == first.start or (first.joined == "new" and window.start == after)


def _context(brand: Brand) -> frozenset[str]:
    return frozenset(
        word.joined for text in (*brand.categories, *brand.models) for word in words_of(text).words
    )


def _patterns(brand: Brand, position: int) -> Iterator[_Pattern]:
    named: list[tuple[str, Kind]] = [(brand.name, "exact")]
    named += [(alias, "alias") for alias in brand.aliases]
    named += [(spelling, "known_misspelling") for spelling in brand.misspellings]
    named += [(model, "model") for model in brand.models]
    seen: set[str] = set()
    for name, kind in named:
        key = key_of(name)
        if key and key not in seen:
            seen.add(key)
            count = len(words_of(name).words)
            yield _Pattern(key, count, kind, position, kind in ("exact", "alias"))
