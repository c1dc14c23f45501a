"""The reference photo that a listing's photo most surely shows, by hashes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from infringement_dagster.domain.photo import HashedPhoto
from infringement_dagster.domain.score import Region
from infringement_dagster.matching.photos.hashes.hash_index import Distances, HashIndex
from infringement_dagster.matching.photos.hashes.hashing import ALGORITHMS, View

# The most telling first: of equally sure ones the first is named.
_LIKENESS = {algorithm.name: algorithm.likeness for algorithm in reversed(ALGORITHMS)}
OWN_NAMES = frozenset(_LIKENESS)
# Light and dark exchanged, every bit of these turns; flat places turn none of dhash and ahash.
_TURNING = ("pdq", "phash")
_MOST_TELLING = "pdq"
_BEYOND_TELLING_BITS = 108  # of _MOST_TELLING; of 10 copies under letters one is farther
# Each photo is compared with all references: at 200 of them an accident is 7 times as likely.
_REFERENCES_OF_NO_CHANCE = 30
_VERSIONS = {algorithm.name: algorithm.version for algorithm in ALGORITHMS}
_LENGTHS_BITS = {algorithm.name: algorithm.length_bits for algorithm in ALGORITHMS}
WEAK_HASH_MIN: Final = 0.02  # at however many references, of 100 other photos one is that near
_PAIRS_AT_ONCE = 2**19  # of hashes; their distances take 1 MB an algorithm
QUERY_VIEWS: tuple[View, ...] = ("raw", "trimmed")  # references bring the mirrored ones


@dataclass(frozen=True, slots=True)
class HashMatch:
    """The nearest reference, how surely it is the same photo, and by which distances."""

    reference: int  # position among the references given
    similarity: float  # 0 to 1
    distance_bits: Mapping[str, int]
    view: View  # of the reference
    photo_view: View = "raw"  # of the photo; trimmed only where that is nearer
    region: Region | None = None  # of the photo, where it was compared without its border
    photo_id: str = ""  # of the photo that was compared, where there were several
    is_contradicted: bool = False  # corner points were compared and agree on nothing
    likeliest: Likeliest | None = None
    negative: Likeliest | None = None


@dataclass(frozen=True, slots=True)
class Likeliest:
    """The reference that a photo, or its negative, is next to; only pixels can tell whether it is.

    By the hash that tells most photos apart, however far it is.
    """

    reference: int
    view: View  # of the reference
    photo_view: View


def similarity_of(distance_bits: Mapping[str, int]) -> float:
    """How surely two photos at these distances are the same, by the surest algorithm.

    From 0 to 1; never rises with a distance.
    """
    known = (_similarity_at(name, bits) for name, bits in distance_bits.items())
    return max(known, default=0.0)


def _similarity_at(algorithm: str, distance_bits: int, chances: float = 0.0) -> float:
    """Less with more `chances` to be near by accident, in log-odds."""
    likeness = _LIKENESS[algorithm]
    exponent = (distance_bits - likeness.even_bits) / likeness.scale_bits + chances
    return likeness.ceiling / (1 + math.exp(exponent))


def chances_of(references: int) -> float:
    """How much likelier an accident is among so many references, in log-odds."""
    return math.log(max(1.0, references / _REFERENCES_OF_NO_CHANCE))


@dataclass(frozen=True, slots=True, eq=False)
class _Nearest:
    """One algorithm's distances of some photos, and the index's hash that is nearest to each."""

    each: Distances  # the photos' hashes x the index's
    starts: Sequence[int]  # of each photo's among them, and where the last one's end
    distances: Distances  # photos x the index's hashes
    bits: Sequence[int]
    rows: Sequence[int]  # of the index

    def asked(self, photo: int) -> int:
        """Which of the photo's hashes is that near, the first of several."""
        return int(self._own(photo)[:, self.rows[photo]].argmin())

    def farthest(self, photo: int) -> tuple[int, int]:
        """Bits apart and row of the index's hash that is farthest from one of the photo's."""
        farthest = self._own(photo).max(axis=0)
        row = int(farthest.argmax())
        return int(farthest[row]), row

    def _own(self, photo: int) -> Distances:
        return self.each[self.starts[photo] : self.starts[photo + 1]]


class _Indexed:
    """One algorithm's hashes of all references and views."""

    def __init__(self, rows: Sequence[tuple[int, View, str]]) -> None:
        """Takes rows of reference, view and hash, one reference after the other."""
        owners, self.views, hashes = zip(*rows, strict=True)
        self.owners: tuple[int, ...] = owners
        self._index = HashIndex(hashes)
        first = [at for at, owner in enumerate(owners) if at == 0 or owner != owners[at - 1]]
        ends = [*first[1:], len(owners)]
        self._of_reference = {
            owners[start]: slice(start, end) for start, end in zip(first, ends, strict=True)
        }

    def __len__(self) -> int:
        return len(self._index)

    def nearest(self, photos: Sequence[Sequence[str]]) -> _Nearest:
        """The references nearest to any of each photo's hashes; each must have one."""
        each = self._index.distances_many([h for hashes in photos for h in hashes])
        starts = np.cumsum([0, *(len(hashes) for hashes in photos)])
        distances = np.minimum.reduceat(each, starts[:-1], axis=0)
        rows = distances.argmin(axis=1)
        bits = distances[np.arange(len(rows)), rows]
        return _Nearest(each, starts.tolist(), distances, bits.tolist(), rows.tolist())

    def bits_of(self, reference: int, found: _Nearest, photo: int) -> int | None:
        """How far the photo is from a reference; None where that has no such hash."""
        own = self._of_reference.get(reference)
        return None if own is None else int(found.distances[photo, own].min())


class ReferenceHashes:
    """All hashes of a client's references, ready to be compared."""

    def __init__(self, references: Sequence[HashedPhoto]) -> None:
        self._indexed: dict[str, _Indexed] = {}
        self._chances = chances_of(len(references))
        for algorithm in _LIKENESS:
            rows = [
                (position, h.view, h.hash_hex)
                for position, reference in enumerate(references)
                for h in reference.hashes
                if h.algorithm == algorithm and h.algorithm_version == _VERSIONS.get(algorithm)
            ]
            if rows:
                self._indexed[algorithm] = _Indexed(rows)

    def nearest(self, photo: HashedPhoto) -> HashMatch | None:
        """The reference that the photo most surely shows; None without a hash in common."""
        return self.nearest_many([photo])[0]

    def nearest_many(self, photos: Sequence[HashedPhoto]) -> list[HashMatch | None]:
        """The same for each of many photos, which are compared together."""
        step = max(1, _PAIRS_AT_ONCE // max(map(len, self._indexed.values()), default=1))
        portions = (photos[start : start + step] for start in range(0, len(photos), step))
        return [match for some in portions for match in self._portion(some)]

    def _portion(self, photos: Sequence[HashedPhoto]) -> list[HashMatch | None]:
        known = [_own_hashes(photo) for photo in photos]
        found: list[dict[str, tuple[_Nearest, int]]] = [{} for _ in photos]
        for name, indexed in self._indexed.items():
            having = [at for at, own in enumerate(known) if name in own]
            if not having:
                continue
            nearest = indexed.nearest([list(known[at][name].values()) for at in having])
            for row, at in enumerate(having):
                found[at][name] = nearest, row
        return [
            self._match(by_name, own) if by_name else None
            for by_name, own in zip(found, known, strict=True)
        ]

    def _match(
        self, found: Mapping[str, tuple[_Nearest, int]], own: Mapping[str, Mapping[View, str]]
    ) -> HashMatch:
        sure = {
            name: _similarity_at(name, item.bits[row], self._chances)
            for name, (item, row) in found.items()
        }
        surest = max(sure, key=sure.__getitem__)
        nearest, at = found[surest]
        row, indexed = nearest.rows[at], self._indexed[surest]
        reference = indexed.owners[row]
        bits = {
            name: apart
            for name, (item, row) in found.items()
            if (apart := self._indexed[name].bits_of(reference, item, row)) is not None
        }
        photo_view = list(own[surest])[nearest.asked(at)]
        return HashMatch(
            reference,
            sure[surest],
            bits,
            indexed.views[row],
            photo_view,
            likeliest=self._likeliest(found, own),
            negative=self._negative(found),
        )

    def _likeliest(
        self, found: Mapping[str, tuple[_Nearest, int]], own: Mapping[str, Mapping[View, str]]
    ) -> Likeliest | None:
        if _MOST_TELLING not in found:
            return None
        nearest, at = found[_MOST_TELLING]
        if nearest.bits[at] > _BEYOND_TELLING_BITS:
            return None
        row, indexed = nearest.rows[at], self._indexed[_MOST_TELLING]
        photo_view = list(own[_MOST_TELLING])[nearest.asked(at)]
        return Likeliest(indexed.owners[row], indexed.views[row], photo_view)

    def _negative(self, found: Mapping[str, tuple[_Nearest, int]]) -> Likeliest | None:
        """The reference from which nearly all bits of a hash differ, as those of a negative do."""
        for name in _TURNING:
            if name not in found:
                continue
            nearest, at = found[name]
            farthest_bits, row = nearest.farthest(at)
            bits, indexed = _LENGTHS_BITS[name] - farthest_bits, self._indexed[name]
            if _similarity_at(name, bits, self._chances) >= WEAK_HASH_MIN:
                return Likeliest(indexed.owners[row], indexed.views[row], "raw")
        return None


def _own_hashes(photo: HashedPhoto) -> dict[str, dict[View, str]]:
    """The hashes that references are asked for, by algorithm and view, as it is first."""
    own: dict[str, dict[View, str]] = {}
    for h in sorted(photo.hashes, key=lambda h: h.view != "raw"):
        if h.view in QUERY_VIEWS and h.algorithm_version == _VERSIONS.get(h.algorithm):
            own.setdefault(h.algorithm, {})[h.view] = h.hash_hex
    return own
