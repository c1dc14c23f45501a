"""Which words, and runs of words, mean which brand, and how surely."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from infringement_dagster.domain.client import Brand
from infringement_dagster.matching.text.lexicon import Language, everyday_words
from infringement_dagster.matching.text.normal_text import look_alike, normal
from infringement_dagster.matching.text.spelling import EDITS_MAX, disguise
from infringement_dagster.matching.text.title_words import fits_mask, is_masked, key_of, pieces_of

Kind = Literal[
    "exact", "alias", "known_misspelling", "look_alike", "split", "masked", "misspelt", "model",
]  # fmt: skip
Hit = tuple[int, Kind, float]  # position of the brand, kind, strength from 0 to 1

_EVERYDAY_FACTOR = 0.35  # "cannon" is no misspelt Canon unless more speaks for it
_OTHER_BRAND_FACTOR = 0.2
_STRENGTH_MIN = 0.12  # weaker hits are in most titles and decide nothing
_MODEL, _MASKED, _SPLIT, _SPLIT_SHORT = 0.5, 0.85, 0.9, 0.6
_PART_LENGTH_MIN = 4  # of a word of a longer name that makes its neighbours worth a look
_COMPARED_AT_ONCE = 20_000  # words; times 1,000 brands this takes 40 MB
_KEPT_MAX = 2_000_000  # words; about 400 MB, reached only by files of millions of titles


class Run(NamedTuple):
    """Neighbouring words of a title, joined; `first` counts words from 0."""

    joined: str
    first: int
    words: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    key: str  # normalised, joined without spaces
    words: int
    kind: Kind
    brand: int  # position
    has_allowance: bool


class BrandWords:
    """The words of all brands, and of the titles seen so far."""

    def __init__(
        self,
        brands: Sequence[Brand],
        false_hits: Iterable[str],
        other_brands: Iterable[str],
        languages: Sequence[Language],
    ) -> None:
        patterns = [p for at, brand in enumerate(brands) for p in _patterns(brand, at)]
        self._languages = tuple(languages)
        self._by_key: dict[str, list[_Pattern]] = {}
        for pattern in patterns:
            self._by_key.setdefault(pattern.key, []).append(pattern)
        self._known = frozenset(self._by_key) | frozenset(map(key_of, other_brands))
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
        """What a run of words means to which brands."""
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
        for word in words:
            hits: list[Hit] = []
            if word not in self._false_hits:
                hits = list(self._exact(word, 1)) or self._fuzzy(word, near.get(word, []))
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
        for pattern in self._by_key.get(joined, ()):
            if count <= pattern.words:
                yield pattern.brand, pattern.kind, _MODEL if pattern.kind == "model" else 1.0
            elif pattern.kind != "model":
                yield pattern.brand, "split", _SPLIT if len(joined) > 4 else _SPLIT_SHORT
        if count == 1 and is_masked(joined):
            for pattern in self._single:
                if fits_mask(joined, pattern.key):
                    yield pattern.brand, "masked", _MASKED

    def _fuzzy(self, word: str, near: list[tuple[int, int, int]]) -> list[Hit]:
        found = (self._fuzzy_hit(self._single[at], word, edits, seen) for at, edits, seen in near)
        return [hit for hit in found if hit is not None]

    def _longer_hit(self, pattern: _Pattern, run: Run) -> Hit | None:
        if run.words != pattern.words or abs(len(run.joined) - len(pattern.key)) > EDITS_MAX:
            return None
        edits = OSA.distance(run.joined, pattern.key, score_cutoff=EDITS_MAX)
        if edits > EDITS_MAX:
            return None
        seen = OSA.distance(look_alike(run.joined), look_alike(pattern.key), score_cutoff=1)
        return self._fuzzy_hit(pattern, run.joined, edits, seen)

    def _fuzzy_hit(self, pattern: _Pattern, word: str, edits: int, seen_edits: int) -> Hit | None:
        found = disguise(pattern.key, word, edits, seen_edits)
        if found is None:
            return None
        kind, strength = found
        if word in self._known:
            strength *= _OTHER_BRAND_FACTOR
        elif any(word in everyday_words(language) for language in self._languages):
            strength *= _EVERYDAY_FACTOR
        return (pattern.brand, kind, strength) if strength >= _STRENGTH_MIN else None


def _edits(words: list[str], keys: list[str], limit_edits: int, workers: int) -> NDArray[np.uint8]:
    """Words x keys: optimal string alignment distance, `limit_edits` + 1 for anything farther."""
    return cdist(
        words, keys, scorer=OSA.distance, score_cutoff=limit_edits, dtype=np.uint8, workers=workers
    )


def _parts(names: Iterable[str]) -> set[str]:
    """The longer words of names of several words."""
    several = (words for name in names if len(words := pieces_of(normal(name))) > 1)
    return {word for words in several for word in words if len(word) >= _PART_LENGTH_MIN}


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
            count = len(pieces_of(normal(name)))
            yield _Pattern(key, count, kind, position, kind in ("exact", "alias"))
