"""Exact nearest references of a picture in Hamming space.

Belongs here: packed bits and counting them. Not here: what a distance means (`image_match.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]


def words_of(hash_hex: str) -> Words:
    """The hash as 64-bit words, most significant first."""
    return np.frombuffer(bytes.fromhex(hash_hex), dtype=">u8").astype(np.uint64)


class HashIndex:
    """All hashes of one algorithm, in the order in which they were given."""

    def __init__(self, hashes_hex: Sequence[str]) -> None:
        rows = [words_of(hash_hex) for hash_hex in hashes_hex]
        self._columns = np.ascontiguousarray(np.stack(rows).T) if rows else None

    def distances_bits(self, hash_hex: str) -> NDArray[np.uint16]:
        """The Hamming distance from one hash to each of the index."""
        if self._columns is None:
            return np.zeros(0, dtype=np.uint16)
        total = np.zeros(self._columns.shape[1], dtype=np.uint16)
        for column, word in zip(self._columns, words_of(hash_hex), strict=True):
            total += np.bitwise_count(column ^ word)
        return total
