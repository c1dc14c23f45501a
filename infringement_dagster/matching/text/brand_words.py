"""Which words, and runs of words, mean which brand, and how surely."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from infringement_dagster.domain.client import Brand
from infringement_dagster.matching.text.brand_patterns import Kind, Pattern, patterns_of
from infringement_dagster.matching.text.glued_words import UNSPACED, Glued, GluedWords
from infringement_dagster.matching.text.lexicon import Language, words_of_languages
from infringement_dagster.matching.text.normal_text import look_alike, normal
from infringement_dagster.matching.text.spelling import EDITS_MAX, disguise
from infringement_dagster.matching.text.title_words import (
    fits_mask,
    is_masked,
    key_of,
    pieces_of,
    without_mask,
)

_EVERYDAY_FACTOR = 0.35  # "cannon" is no misspelt Canon unless more speaks for it
_RARE_FACTOR, _RARE_MAX = 0.5, 0.38  # "gretsch", one word in ten million, is a name of its own
_RARE_FACTOR_SHORT = 0.9  # most of what is near to four letters is written somewhere
_SHORT_LETTERS_MAX = 4
_OTHER_BRAND_FACTOR = 0.2
_STRENGTH_MIN = 0.12  # weaker hits are in most titles and decide nothing
_MODEL, _INFLECTED, _MASKED, _SPLIT, _SPLIT_SHORT = 0.5, 0.85, 0.85, 0.9, 0.6
_EVERYDAY_LETTERS_MIN = 3
_PART_LENGTH_MIN = 4  # of a word of a longer name that makes its neighbours worth a look
_COMPARED_AT_ONCE = 20_000  # words; times 1,000 brands this takes 40 MB
_KEPT_MAX = 2_000_000  # words; about 400 MB, reached only by files of millions of titles


class Run(NamedTuple):
    """Neighbouring words of a title, joined; `first` counts words from 0."""

    joined: str
    first: int
    words: int


class Hit(NamedTuple):
    """A brand that a run of words means; it stands from `start` to `end` in a single word."""

    brand: int  # position
    kind: Kind
    strength: float  # 0 to 1
    spelling: Pattern  # that was met
    start: int = 0
    end: int | None = None  # None: to the end of the run


class BrandWords:
    """The words of all brands, and of the titles seen so far."""

    def __init__(
        self,
        brands: Sequence[Brand],
        false_hits: Iterable[str],
        other_brands: Iterable[str],
        languages: Sequence[Language],
    ) -> None:
        self._languages = tuple(languages)
        patterns = [
            pattern
            for at, brand in enumerate(brands)
            for pattern in patterns_of(brand, at, self._languages)
        ]
        self._by_key: dict[str, list[Pattern]] = {}
        for pattern in patterns:
            self._by_key.setdefault(pattern.key, []).append(pattern)
        named = (pattern.key for pattern in patterns if pattern.kind != "inflected")
        self._known = frozenset(named) | frozenset(map(key_of, other_brands))
        self._everyday, self._rare = words_of_languages(self._languages)
        self._context = frozenset(word for brand in brands for word in context_of(brand))
        self._glued = GluedWords(patterns, self._is_word, self._is_listed)
        self._false_hits = frozenset(map(key_of, false_hits))
        self._beginnings = frozenset(
            key[:end] for key in self._by_key for end in range(1, len(key))
        )
        fuzzy = [p for p in patterns if p.has_allowance]
        self._single = [p for p in fuzzy if p.words == 1]
        self._longer = [p for p in fuzzy if p.words > 1]
        self._single_keys = [p.key for p in self._single]
        self._single_seen = [look_alike(p.key) for p in self._single]
        names = (name for brand in brands for name in (brand.name, *brand.aliases))
        self._parts = sorted(_parts(names))
        self._lengths = frozenset(p.words for p in self._longer)
        self._hits: dict[str, tuple[Hit, ...]] = {}
        self._telling: set[str] = set()
        self._near_parts: set[str] = set()

    def learn(self, words: Iterable[str], workers: int = 1) -> None:
        """Compares words that were not seen before; `workers` threads do it, -1 for all cores."""
        if len(self._hits) > _KEPT_MAX:
            self._hits.clear()
            self._telling.clear()
            self._near_parts.clear()
        fresh = [word for word in words if word not in self._hits]
        for start in range(0, len(fresh), _COMPARED_AT_ONCE):
            self._compare(fresh[start : start + _COMPARED_AT_ONCE], workers)

    def runs(self, pieces: Sequence[str]) -> Iterator[Run]:
        """The words and runs of a title that may hold a brand; most titles have none.

        The words must have been learnt.
        """
        if not self._telling.isdisjoint(pieces):
            yield from (Run(w, at, 1) for at, w in enumerate(pieces) if w in self._telling)
        if not self._beginnings.isdisjoint(pieces):
            for at in range(len(pieces) - 1):
                yield from self._joined_to_key(pieces, at)
        if not self._near_parts.isdisjoint(pieces):
            yield from self._beside_parts(pieces)

    def hits(self, run: Run) -> Sequence[Hit]:
        """The meaning of a run of words to each brand."""
        if run.words == 1:
            return self._hits[run.joined]
        if run.joined in self._false_hits:
            return ()
        exact = list(self._exact(run.joined, run.words))
        return exact or [
            hit for pattern in self._longer if (hit := self._longer_hit(pattern, run)) is not None
        ]

    def _joined_to_key(self, pieces: Sequence[str], first: int) -> Iterator[Run]:
        joined = pieces[first]
        for count, word in enumerate(pieces[first + 1 :], start=2):
            if joined not in self._beginnings:
                return
            joined += word
            if joined in self._by_key:
                yield Run(joined, first, count)

    def _beside_parts(self, pieces: Sequence[str]) -> Iterator[Run]:
        """Runs as long as a longer name around each word that reads as one of its words."""
        places = [at for at, word in enumerate(pieces) if word in self._near_parts]
        starts = {
            (first, count)
            for count in self._lengths
            for at in places
            for first in range(max(0, at - count + 1), min(at, len(pieces) - count) + 1)
        }
        for first, count in sorted(starts):
            yield Run("".join(pieces[first : first + count]), first, count)

    def _compare(self, words: list[str], workers: int) -> None:
        near = self._near(words, workers)
        glued = self._glued.find_many(words)
        for word in words:
            hits: Sequence[Hit] = ()
            if word not in self._false_hits:
                hits = list(self._exact(word, 1)) or self._inexact(
                    word, near.get(word, ()), glued.get(word, ())
                )
            self._hits[word] = tuple(hits)
            if hits:
                self._telling.add(word)
        if self._parts:
            edits = _edits(words, self._parts, 1, workers)
            self._near_parts.update(words[row] for row in np.flatnonzero((edits <= 1).any(axis=1)))

    def _near(self, words: list[str], workers: int) -> dict[str, list[tuple[int, int, int]]]:
        """For each word the patterns within reach: position, edits, look-alike edits."""
        near: dict[str, list[tuple[int, int, int]]] = {}
        if not self._single or not words:
            return near
        seen_words = [look_alike(word) for word in words]
        edits = _edits(words, self._single_keys, EDITS_MAX, workers)
        seen = _edits(seen_words, self._single_seen, 1, workers)
        for row, column in zip(*np.nonzero((edits <= EDITS_MAX) | (seen <= 1)), strict=True):
            found = (int(column), int(edits[row, column]), int(seen[row, column]))
            near.setdefault(words[row], []).append(found)
        return near

    def _exact(self, joined: str, count: int) -> Iterator[Hit]:
        patterns = self._by_key.get(joined, [])
        named = [pattern for pattern in patterns if pattern.kind != "inflected"]
        for pattern in named or patterns:
            hit = self._exact_hit(pattern, count)
            if hit is not None:
                yield hit
        if count == 1 and is_masked(joined):
            yield from self._masked(joined)

    def _exact_hit(self, pattern: Pattern, count: int) -> Hit | None:
        brand, kind, key = pattern.brand, pattern.kind, pattern.key
        if kind == "inflected":
            if count > 1 or key in self._known or key in self._everyday:
                return None
            return Hit(brand, kind, _INFLECTED, pattern, pattern.prefix_chars)
        if count <= pattern.words or UNSPACED.fullmatch(key):
            return Hit(brand, kind, _MODEL if kind == "model" else 1.0, pattern)
        if kind == "model":
            return None
        return Hit(brand, "split", _SPLIT if len(key) > 4 else _SPLIT_SHORT, pattern)

    def _masked(self, word: str) -> Iterator[Hit]:
        bare = without_mask(word)
        for pattern in self._single:
            if bare == pattern.key or fits_mask(word, pattern.key):
                yield Hit(pattern.brand, "masked", _MASKED, pattern)

    def _inexact(
        self, word: str, near: Iterable[tuple[int, int, int]], glued: Iterable[Glued]
    ) -> Sequence[Hit]:
        """Disguises of the brands, and brands glued to other words; each brand's surest hit."""
        hits = [
            hit
            for at, edits, seen in near
            if (hit := self._fuzzy_hit(self._single[at], word, edits, seen)) is not None
        ]
        hits += map(_glued_hit, glued)
        if len(hits) < 2:
            return hits
        surest = {hit.brand: hit for hit in sorted(hits, key=lambda hit: hit.strength)}
        return tuple(surest.values())

    def is_possessive(self, text: str) -> bool:
        """Whether this is a word or name in the genitive: "king richard's" is no Richards."""
        stem = text.removesuffix("'s").removesuffix("\u2019s")
        return stem != text and (stem in self._everyday or stem in self._rare)

    def are_everyday(self, words: Sequence[str]) -> bool:
        """Whether these are several words of everyday use."""
        return len(words) > 1 and all(
            len(word) >= _EVERYDAY_LETTERS_MIN and word in self._everyday for word in words
        )

    def _is_word(self, text: str) -> bool:
        return text in self._everyday or text in self._context or text in self._known

    def _is_listed(self, text: str) -> bool:
        return text in self._rare or self._is_word(text)

    def _longer_hit(self, pattern: Pattern, run: Run) -> Hit | None:
        if run.words != pattern.words or abs(len(run.joined) - len(pattern.key)) > EDITS_MAX:
            return None
        edits = OSA.distance(run.joined, pattern.key, score_cutoff=EDITS_MAX)
        if edits > EDITS_MAX:
            return None
        seen = OSA.distance(look_alike(run.joined), look_alike(pattern.key), score_cutoff=1)
        return self._fuzzy_hit(pattern, run.joined, edits, seen)

    def _fuzzy_hit(self, pattern: Pattern, word: str, edits: int, seen_edits: int) -> Hit | None:
        found = disguise(pattern.key, word, edits, seen_edits)
        if found is None:
            return None
        kind, strength = found
        if word in self._known:
            strength *= _OTHER_BRAND_FACTOR
        elif word in self._everyday:
            strength *= _EVERYDAY_FACTOR
        elif word in self._rare:
            is_short = len(pattern.key) <= _SHORT_LETTERS_MAX
            strength = (
                strength * _RARE_FACTOR_SHORT
                if is_short
                else min(_RARE_MAX, strength * _RARE_FACTOR)
            )
        return Hit(pattern.brand, kind, strength, pattern) if strength >= _STRENGTH_MIN else None


def context_of(brand: Brand) -> frozenset[str]:
    """The words that give a brand its context: its categories and models."""
    texts = (*brand.categories, *brand.models)
    return frozenset(word for text in texts for word in pieces_of(normal(text)))


def _glued_hit(glued: Glued) -> Hit:
    pattern = glued.pattern
    is_model = pattern.kind == "model"
    is_own_word = pattern.kind in ("exact", "inflected") or (
        pattern.kind == "alias" and pattern.written.isascii()
    )
    kind: Kind = "glued" if is_own_word else pattern.kind
    strength = glued.strength * (_MODEL if is_model else 1.0)
    return Hit(pattern.brand, kind, strength, pattern, glued.start, glued.end)


def _edits(words: list[str], keys: list[str], limit_edits: int, workers: int) -> NDArray[np.uint8]:
    """Words x keys: optimal string alignment distance, `limit_edits` + 1 for anything farther."""
    return cdist(
        words, keys, scorer=OSA.distance, score_cutoff=limit_edits, dtype=np.uint8, workers=workers
    )


def _parts(names: Iterable[str]) -> set[str]:
    """The longer words of names of several words."""
    several = (words for name in names if len(words := pieces_of(normal(name))) > 1)
    return {word for words in several for word in words if len(word) >= _PART_LENGTH_MIN}
