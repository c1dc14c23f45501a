"""Titles of one scan by their sellers: which repeat each other, and which follow one template.

Kept as numbers: of 100,000 titles 6 MB, where sets of words would be 100.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np

from infringement_dagster.matching.elsewhere import words_of_offer

_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")
_TEMPLATE_SHARE = 0.7  # of all words of two titles; sizes and colours make the rest
_COMPARED_MAX = 500  # titles of one seller
_WORD = "I"  # a word by 32 bits of its checksum: two of the 8,000 compared words meet in 0.7%
_COUNT = "H"


@dataclass(slots=True)
class _Templates:
    """The first titles of one seller, each as distinct words without numbers."""

    words: array[int] = field(default_factory=lambda: array(_WORD))
    counts: array[int] = field(default_factory=lambda: array(_COUNT))  # of words, a title each


class SellerTitles:
    """The titles of a scan's sellers."""

    def __init__(self) -> None:
        self._templates: defaultdict[str, _Templates] = defaultdict(_Templates)
        self._offers: Counter[int] = Counter()

    def add(self, seller: str, title: str) -> None:
        """Guarantees that the title counts beside the seller's others."""
        self._offers[_offer(seller, title)] += 1
        known, words = self._templates[seller], _template(title)
        if words and len(known.counts) < _COMPARED_MAX:
            known.words.extend(words)
            known.counts.append(len(words))

    def repeated(self, seller: str, title: str) -> int:
        """How many other titles of the seller have the same words."""
        return max(0, self._offers[_offer(seller, title)] - 1)

    def alike(self, seller: str, title: str) -> int:
        """How many other titles of the seller follow the template but for a word or two."""
        known, own = self._templates.get(seller), _template(title)
        if known is None or not known.counts or not own:
            return 0
        counts = np.array(known.counts, np.int64)
        firsts = np.concatenate(([0], np.cumsum(counts)[:-1]))
        is_own = np.isin(np.array(known.words, np.uint32), np.array(own, np.uint32))
        shared = np.add.reduceat(is_own, firsts, dtype=np.int64)
        near = shared >= _TEMPLATE_SHARE * (counts + len(own) - shared)
        return max(0, int(near.sum()) - 1)


def _template(title: str) -> list[int]:
    return sorted({crc32(word.encode()) for word in _NUMBERS.sub("#", title).casefold().split()})


def _offer(seller: str, title: str) -> int:
    return hash((seller, words_of_offer(title)))
