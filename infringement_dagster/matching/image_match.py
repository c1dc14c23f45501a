"""The reference picture that a listing's photo most surely shows, by hashes.

Belongs here: what distances mean together. Not here: counting bits (`hash_index.py`), key points
(`local_features.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.matching.hash_index import HashIndex
from infringement_dagster.matching.hashing import ALGORITHMS, HashedImage, View

# Distance at which an algorithm alone is evenly torn, bits that change its odds e-fold, and its
# ceiling. Among 23,000 pairs of distinct product photos one in a thousand is nearer than 80 (pdq),
# 12 (phash), 4 (dhash) and 1 (ahash) bits; 23 such pairs have the very same ahash.
_EVEN_BITS: Mapping[str, tuple[float, float, float]] = {
    "pdq": (68.0, 6.0, 0.99),
    "phash": (8.0, 1.2, 0.9),
    "dhash": (2.0, 1.0, 0.6),
    "ahash": (0.0, 1.0, 0.3),
}
_VERSIONS = {algorithm.name: algorithm.version for algorithm in ALGORITHMS}
QUERY_VIEWS: tuple[View, ...] = ("raw", "trimmed")  # references bring the mirrored ones


@dataclass(frozen=True, slots=True)
class HashMatch:
    """The nearest reference, how surely it is the same picture, and by which distances."""

    reference: int  # position among the references given
    similarity: float  # 0 to 1
    distance_bits: Mapping[str, int]
    view: View  # of the reference
    photo_id: str = ""  # of the photo that was compared, where there were several


def similarity_of(distance_bits: Mapping[str, int]) -> float:
    """How surely two pictures at these distances are the same, by the surest algorithm.

    From 0 to 1; never rises with a distance.
    """
    known = (_similarity_at(name, bits) for name, bits in distance_bits.items())
    return max(known, default=0.0)


def _similarity_at(algorithm: str, distance_bits: int) -> float:
    even, scale, ceiling = _EVEN_BITS[algorithm]
    return ceiling / (1 + math.exp((distance_bits - even) / scale))


@dataclass(frozen=True, slots=True)
class _Indexed:
    """One algorithm's hashes of all references and views."""

    index: HashIndex
    owners: NDArray[np.intp]
    views: tuple[View, ...]


class ReferenceHashes:
    """All hashes of a client's references, ready to be compared."""

    def __init__(self, references: Sequence[HashedImage]) -> None:
        self._indexed: dict[str, _Indexed] = {}
        for algorithm in _EVEN_BITS:
            rows = [
                (position, h.view, h.hash_hex)
                for position, reference in enumerate(references)
                for h in reference.hashes
                if h.algorithm == algorithm and h.algorithm_version == _VERSIONS.get(algorithm)
            ]
            if rows:
                owners, views, hashes = zip(*rows, strict=True)
                self._indexed[algorithm] = _Indexed(
                    HashIndex(hashes), np.array(owners, dtype=np.intp), tuple(views)
                )

    def nearest(self, photo: HashedImage) -> HashMatch | None:
        """The reference that the photo most surely shows; None without a hash in common."""
        distances = {
            name: np.minimum.reduce([indexed.index.distances_bits(h) for h in own])
            for name, indexed in self._indexed.items()
            if (own := _own_hashes(photo, name))
        }
        if not distances:
            return None
        surest = max(distances, key=lambda name: _similarity_at(name, int(distances[name].min())))
        row = int(distances[surest].argmin())
        reference = int(self._indexed[surest].owners[row])
        bits = {
            name: int(found[self._indexed[name].owners == reference].min())
            for name, found in distances.items()
            if (self._indexed[name].owners == reference).any()
        }
        similarity = _similarity_at(surest, int(distances[surest][row]))
        return HashMatch(reference, similarity, bits, self._indexed[surest].views[row])


def _own_hashes(photo: HashedImage, algorithm: str) -> list[str]:
    return [
        h.hash_hex
        for h in photo.hashes
        if h.algorithm == algorithm
        and h.view in QUERY_VIEWS
        and h.algorithm_version == _VERSIONS.get(algorithm)
    ]
