"""Which references a photo may show, by the cosine of learned descriptors.

How near is near is told by the client's references themselves: most pairs of them are unrelated,
and their cosines say how high chance reaches (docs/decisions/0021).
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.matching.photos.corners.gate import Named
from infringement_dagster.matching.photos.descriptors.copy_descriptor import CopyDescriptor

FALSE_SHARE: Final = 0.01  # of unrelated photos may be named by chance, against all references
REFERENCES_MIN: Final = 8  # 28 pairs; with fewer nothing can be told
COSINE_UNTOLD: Final = 0.75  # where nothing can be told
_COSINE_MAX = 0.99  # a copy is always near enough
_NAMED_MAX = 2
_COMPARED_MAX = 1000  # references; half a million pairs tell enough
_SPREADS = 1.4826  # of a normal distribution, in median absolute deviations


class DescriptorGate:
    """The descriptors of all references that have one, ready to be asked."""

    def __init__(self, references: Sequence[tuple[int, CopyDescriptor]]) -> None:
        """Takes positions of references with their descriptors, all of one version."""
        both = [(at, reference) for at, reference in references if reference.mirrored is not None]
        self._places = [at for at, _ in both]
        self._version = both[0][1].version if both else None
        self._upright = _stacked([item.upright for _, item in both])
        self._mirrored = _stacked([item.mirrored for _, item in both if item.mirrored is not None])
        self.cosine_min = _cosine_min(self._upright, self._mirrored)

    def named(self, photo: CopyDescriptor | None) -> list[Named]:
        """The references that are near enough, the nearest first; mostly none."""
        if photo is None or photo.version != self._version:
            return []
        ways = np.stack((self._upright @ photo.upright, self._mirrored @ photo.upright))
        cosines = ways.max(axis=0)
        nearest = np.argsort(-cosines, kind="stable")[:_NAMED_MAX]
        return [
            Named(self._places[at], bool(ways[1, at] > ways[0, at]), 0, _NO_PAIRS)
            for at in nearest.tolist()
            if cosines[at] >= self.cosine_min
        ]


_NO_PAIRS: Final = np.zeros((0, 2), np.intp)


def _stacked(vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    return np.stack(vectors) if vectors else np.zeros((0, 1), np.float32)


def _cosine_min(upright: NDArray[np.float32], mirrored: NDArray[np.float32]) -> float:
    """Where a normal distribution of unrelated pairs leaves FALSE_SHARE of photos.

    By median and median deviation: references that do show the same thing move neither.
    """
    count = len(upright)
    if count < REFERENCES_MIN:
        return COSINE_UNTOLD
    some = slice(None, None, -(-count // _COMPARED_MAX))
    straight, other = upright[some], mirrored[some]
    above = np.triu_indices(len(straight), 1)
    cosines = np.maximum(straight @ straight.T, straight @ other.T)[above]
    middle = float(np.median(cosines))
    spread = _SPREADS * float(np.median(np.abs(cosines - middle)))
    chance = NormalDist().inv_cdf(1 - FALSE_SHARE / count)
    return min(_COSINE_MAX, middle + chance * spread)
