"""The reference picture that a listing's photo most surely shows, by hashes.

Belongs here: what distances mean together. Not here: counting bits (`hash_index.py`), key points
(`local_features.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.matching.hash_index import HashIndex
from infringement_dagster.matching.hashing import HashedImage, View

# Distance at which an algorithm alone is evenly torn, bits that change its odds e-fold, and its
# ceiling. Among 23,000 pairs of distinct product photos one in a thousand is nearer than 80 (pdq),
# 12 (phash), 4 (dhash) and 1 (ahash) bits; 23 such pairs have the very same ahash.
_EVEN_BITS: Mapping[str, tuple[float, float, float]] = {
    "pdq": (68.0, 6.0, 0.99),
    "phash": (8.0, 1.2, 0.9),
    "dhash": (2.0, 1.0, 0.6),
    "ahash": (0.0, 1.0, 0.3),
}
_QUERY_VIEWS: tuple[View, ...] = ("raw", "trimmed")  # references bring the mirrored ones


@dataclass(frozen=True, slots=True)
class HashMatch:
    """The nearest reference, how surely it is the same picture, and by which distances."""

    reference: int  # position among the references given
    similarity: float  # 0 to 1
    distance_bits: Mapping[str, int]
    view: View  # of the reference


def similarity_of(algorithm: str, distance_bits: NDArray[np.uint16]) -> NDArray[np.float64]:
    """How surely two pictures at this distance are the same, by one algorithm alone; falls."""
    even, scale, ceiling = _EVEN_BITS[algorithm]
    surely = 1 / (1 + np.exp((distance_bits.astype(np.float64) - even) / scale))
    return np.asarray(ceiling * surely)


class ReferenceHashes:
    """All hashes of a client's references, ready to be compared."""

    def __init__(self, references: Sequence[HashedImage]) -> None:
        keys = [
            (h.algorithm, h.view, position, h.hash_hex)
            for position, reference in enumerate(references)
            for h in reference.hashes
            if h.algorithm in _EVEN_BITS
        ]
        self._owners: dict[str, list[tuple[int, View]]] = {}
        hashes: dict[str, list[str]] = {}
        for algorithm, view, position, hash_hex in keys:
            self._owners.setdefault(algorithm, []).append((position, view))
            hashes.setdefault(algorithm, []).append(hash_hex)
        self._indexes = {name: HashIndex(listed) for name, listed in hashes.items()}

    def nearest(self, photo: HashedImage) -> HashMatch | None:
        """The reference that the photo most surely shows; None without references."""
        best: dict[int, tuple[float, View]] = {}
        bits: dict[int, dict[str, int]] = {}
        for h in photo.hashes:
            index = self._indexes.get(h.algorithm)
            if index is None or h.view not in _QUERY_VIEWS:
                continue
            distances = index.distances_bits(h.hash_hex)
            similarity = similarity_of(h.algorithm, distances)
            for row, (position, view) in enumerate(self._owners[h.algorithm]):
                known = bits.setdefault(position, {})
                known[h.algorithm] = min(known.get(h.algorithm, 999), int(distances[row]))
                if similarity[row] > best.get(position, (-1.0, view))[0]:
                    best[position] = (float(similarity[row]), view)
        if not best:
            return None
        position = max(best, key=lambda p: (best[p][0], -p))
        return HashMatch(position, best[position][0], bits[position], best[position][1])
