"""Exact nearest neighbours of hashes in Hamming space.

Belongs here: packed bits and counting them. Not here: what a distance means (`image_match.py`).
A brute-force scan on purpose: at 150M and more comparisons of 64 bits a CPU second, 100,000
references in four views and 256 bits answer in about 10 ms, exactly, with nothing to rebuild
when one is added.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Distances = NDArray[np.uint16]

_BLOCK = 16_384  # hashes; the block and its counts stay in the second-level cache


def words_of(hashes_hex: Sequence[str]) -> NDArray[np.uint64]:
    """The hashes as rows of 64-bit words, most significant first; all must be equally long."""
    if not hashes_hex:
        return np.zeros((0, 1), dtype=np.uint64)
    joined = np.frombuffer(bytes.fromhex("".join(hashes_hex)), dtype=">u8")
    return joined.astype(np.uint64).reshape(len(hashes_hex), -1)


class HashIndex:
    """All hashes of one algorithm, in the order in which they were given."""

    def __init__(self, hashes_hex: Sequence[str]) -> None:
        self._columns = np.ascontiguousarray(words_of(hashes_hex).T)

    def __len__(self) -> int:
        return int(self._columns.shape[1])

    def distances_bits(self, hash_hex: str) -> Distances:
        """The Hamming distance from one hash to each of the index."""
        return self.scan(words_of([hash_hex])[0])

    def scan(self, query: NDArray[np.uint64]) -> Distances:
        """The same from a hash that is already in words."""
        total = np.empty(len(self), dtype=np.uint16)
        differing = np.empty(min(_BLOCK, len(self)), dtype=np.uint64)
        counts = np.empty(len(differing), dtype=np.uint8)
        for start in range(0, len(self), _BLOCK):
            block = self._columns[:, start : start + _BLOCK]
            size = block.shape[1]
            into = total[start : start + size]
            for position, word in enumerate(query):
                np.bitwise_xor(block[position], word, out=differing[:size])
                np.bitwise_count(differing[:size], out=counts[:size])
                if position == 0:
                    into[:] = counts[:size]
                else:
                    np.add(into, counts[:size], out=into)
        return total
