"""The references that a photo is nearest to by the further hashes of a client's config."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.domain.photo import HashedPhoto, View
from infringement_dagster.matching.photos.hashes.further import segments_of, stored_as
from infringement_dagster.matching.photos.hashes.hash_index import HashIndex
from infringement_dagster.matching.photos.hashes.hash_match import QUERY_VIEWS, chances_of

_WORD_CHARS = 16  # the index compares whole words of 64 bits
_SEGMENT_SHARE_MAX = 0.25  # bits of a segment's that may differ, the library's own rule
# Distance, as a share, at which an algorithm alone is evenly torn, the share that changes its odds
# e-fold, and its ceiling. Of 23,650 pairs of distinct product photos one in a thousand is nearer
# than .109 (dhash_vertical) and .062 (crop_resistant_hash, of 11,175 pairs) or has the very same
# phash_simple, three the same whash, fifty the same colorhash.
_Odds = tuple[float, float, float]
_AT_OWN_SIZE: Mapping[str, _Odds] = {
    "average_hash": (0.0, 0.016, 0.3),
    "phash": (0.125, 0.019, 0.9),
    "phash_simple": (0.0, 0.016, 0.3),
    "dhash": (0.031, 0.016, 0.6),
    "dhash_vertical": (0.05, 0.016, 0.6),
    "whash": (0.0, 0.016, 0.2),
    "colorhash": (0.0, 0.02, 0.1),
    "crop_resistant_hash": (0.05, 0.015, 0.6),
}
# More bits tell more apart: one in a thousand is nearer than .036 (average_hash_16), .305
# (phash_16), .127 (dhash_32), .047 (whash_16).
_LARGE_MIN, _SMALL_MAX = 12, 7  # sides
_AT_LARGE_SIZE: Mapping[str, _Odds] = {
    "average_hash": (0.024, 0.012, 0.6),
    "phash": (0.2, 0.03, 0.9),
    "phash_simple": (0.0, 0.016, 0.3),
    "dhash": (0.08, 0.02, 0.6),
    "dhash_vertical": (0.08, 0.02, 0.6),
    "whash": (0.03, 0.012, 0.5),
}
_SMALL_CEILING = 0.1  # of 16 to 49 bits


@dataclass(frozen=True, slots=True)
class FurtherMatch:
    """The reference that a photo is nearest to by one further hash."""

    hash: FurtherHash
    reference: int  # position among the references given
    distance: float  # 0 to 1: of the bits, or of segments as the library counts them
    similarity: float  # 0 to 1: how surely it is the same photo
    view: View  # of the reference
    photo_id: str = ""

    @property
    def said(self) -> str:
        """The distance with its unit, for people."""
        if self.hash.has_segments:
            return f"{self.distance:.3f} of 1 by segments"
        bits = round(self.distance * self.hash.length_bits)
        return f"{bits} of {self.hash.length_bits} bits ({self.distance:.3f})"


def further_similarity(wanted: FurtherHash, distance: float, chances: float = 0.0) -> float:
    """How surely two photos this far apart are the same; less with more `chances`, in log-odds."""
    even, scale, ceiling = _odds(wanted)
    return ceiling / (1 + math.exp(min(700.0, (distance - even) / scale + chances)))


def _odds(wanted: FurtherHash) -> _Odds:
    at_own = _AT_OWN_SIZE[wanted.algorithm]
    if wanted.size is None or wanted.algorithm not in _AT_LARGE_SIZE:
        return at_own
    if wanted.size >= _LARGE_MIN:
        return _AT_LARGE_SIZE[wanted.algorithm]
    return at_own if wanted.size > _SMALL_MAX else (*at_own[:2], min(_SMALL_CEILING, at_own[2]))


class FurtherReferences:
    """One further hash of all references, ready to be compared."""

    def __init__(self, wanted: FurtherHash, references: Sequence[HashedPhoto]) -> None:
        self.hash = wanted
        self._chances = chances_of(len(references))
        stored = [
            (position, view, segments)
            for position, reference in enumerate(references)
            for view, segments in _own(wanted, reference, every_view=True)
        ]
        self._places = [(position, view) for position, view, _ in stored]
        self._starts = np.cumsum([0, *(len(segments) for _, _, segments in stored)])[:-1]
        self._index = HashIndex(
            _padded(segment for _, _, segments in stored for segment in segments)
        )

    def __len__(self) -> int:
        return len(self._places)

    def nearest(self, photo: HashedPhoto) -> FurtherMatch | None:
        """The nearest reference; None where either side has no such hash."""
        own = _own(self.hash, photo)
        if not own or not self._places:
            return None
        shares = np.min([self._distances(segments) for _, segments in own], axis=0)
        at = int(shares.argmin())
        distance = float(shares[at])
        similarity = further_similarity(self.hash, distance, self._chances)
        reference, view = self._places[at]
        return FurtherMatch(self.hash, reference, distance, similarity, view)

    def _distances(self, segments: Sequence[str]) -> NDArray[np.float64]:
        """From one view of the photo to each view of each reference, 0 to 1."""
        bits = self._index.distances_many(_padded(segments))
        nearest = np.minimum.reduceat(bits, self._starts, axis=1).astype(np.float64)
        if not self.hash.has_segments:
            return np.asarray(nearest[0] / self.hash.length_bits)
        return _of_segments(nearest, self.hash.length_bits)


def distance_between(
    wanted: FurtherHash, reference: HashedPhoto, candidate: HashedPhoto
) -> float | None:
    """The distance from 0 to 1 between the nearest views; None where one has no such hash."""
    found = FurtherReferences(wanted, [reference]).nearest(candidate)
    return None if found is None else found.distance


def _of_segments(nearest_bits: NDArray[np.float64], length_bits: int) -> NDArray[np.float64]:
    """As the library subtracts: segments that match, less by how many bits they are apart.

    A row for each segment of the photo. The library's count of segments is divided by their number.
    """
    matches = nearest_bits <= _SEGMENT_SHARE_MAX * length_bits
    count = matches.sum(axis=0)
    apart = np.where(matches, nearest_bits, 0.0).sum(axis=0)
    ties = apart / np.maximum(count * length_bits, 1)
    return np.asarray(1 - np.where(count > 0, count - ties, 0.0) / len(nearest_bits))


def _own(
    wanted: FurtherHash, photo: HashedPhoto, *, every_view: bool = False
) -> list[tuple[View, Sequence[str]]]:
    """The views of the photo that have the hash; mirrored ones are the references' to bring."""
    return [
        (h.view, segments_of(h.hash_hex, wanted))
        for h in photo.hashes
        if (h.algorithm, h.algorithm_version) == stored_as(wanted)
        and (every_view or h.view in QUERY_VIEWS)
    ]


def _padded(hashes_hex: Iterable[str]) -> list[str]:
    """Each with leading zeros to whole words, which changes no distance."""
    return [item.zfill(-(-len(item) // _WORD_CHARS) * _WORD_CHARS) for item in hashes_hex]
