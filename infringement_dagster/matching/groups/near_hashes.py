"""Hashes that are nearly the same, found without comparing each with all others.

A hash of 256 bits is cut into 16 bands. Of two hashes that differ in at most 31 bits, some band
differs in at most one; so looking each band up as it is and with each bit turned misses none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from infringement_dagster.domain.groups.likeness import SAME_PHOTO_BITS

_BANDS, _BAND_BITS = 16, 16
_MASK = (1 << _BAND_BITS) - 1
_TURNS = (0, *(1 << bit for bit in range(_BAND_BITS)))


class NearHashes:
    """Hashes of 256 bits, and which of them are within `SAME_PHOTO_BITS` of each other."""

    def __init__(self) -> None:
        self._by_band: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        self._near: dict[int, list[int]] = {}

    def add(self, hashed: int) -> None:
        """Guarantees that the hash is known; each is looked up once, whatever number have it."""
        if hashed in self._near:
            return
        near = self._found(hashed)
        for known in near:
            self._near[known].append(hashed)
        self._near[hashed] = [hashed, *near]
        for band in _bands(hashed):
            self._by_band[band].append(hashed)

    def near(self, hashed: int) -> Sequence[int]:
        """The known hashes within `SAME_PHOTO_BITS` of a known one, itself among them."""
        return self._near[hashed]

    def _found(self, hashed: int) -> list[int]:
        candidates = {
            known
            for place, band in _bands(hashed)
            for turn in _TURNS
            for known in self._by_band.get((place, band ^ turn), ())
        }
        return [known for known in candidates if (hashed ^ known).bit_count() <= SAME_PHOTO_BITS]


def _bands(hashed: int) -> Iterator[tuple[int, int]]:
    for place in range(_BANDS):
        yield place, (hashed >> place * _BAND_BITS) & _MASK
