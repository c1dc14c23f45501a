"""Which few of a client's references a photo may show, asked for every photo.

All references stand in one index of points, each also in a mirror. Near pairs of points vote for
their reference where they agree on turn and scale, and the references with most votes are named
where their pairs lie on one map, too. How many pairs must agree is told by the photo itself, by
what it has in common with most references: the share of photos that are admitted then stays the
same among few references and among many.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.matching.photos.corners.cells import centres_among, gathered
from infringement_dagster.matching.photos.corners.consensus import (
    PAIRS_MAX,
    Rows,
    agreeing,
    place_count,
)
from infringement_dagster.matching.photos.corners.map_fit import places_on_map
from infringement_dagster.matching.photos.corners.point_index import PointIndex
from infringement_dagster.matching.photos.corners.points import BothWays, CornerPoints

_NEAR_A_POINT = 5
_BITS_MAX = 52  # chance pairs are at 70 and more, those of a re-encoded copy at 40 and less
_VOTES_MIN = 4
_VERIFIED_MAX = 8  # references whose pairs are asked for one place
_NAMED_MAX = 4
_PLACES_MIN = 6  # at up to 200 references; one more for each further factor of 5
_ON_MAP_MIN = 7  # places; 1 in 100 copies has fewer, and half of what agrees by chance
_STANDING_OUT = 3  # references may show the same thing; what the next one has is chance
_CLEARLY_MORE = 1.25
_PLACES_TELLING = 15  # not by chance, whatever others have: a line of products shares more
_TURN_BINS, _SCALE_BINS = 12, 18


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A reference that the photo may show, and the points that say so."""

    reference: int  # position among the references given
    is_mirrored: bool
    place_count: int
    pairs: Rows  # rows of points, the reference's and the photo's


@dataclass(frozen=True, slots=True)
class _Hits:
    """Near pairs of one photo's points with the references', one a point and reference."""

    point: NDArray[np.intp]
    row: NDArray[np.intp]  # of the index
    owner: NDArray[np.intp]


class PhotoGate:
    """The corner points of all references, ready to be asked."""

    def __init__(self, references: Sequence[BothWays]) -> None:
        self._entries = [
            way for reference in references for way in (reference.upright, reference.mirrored)
        ]
        counts = [len(entry) for entry in self._entries]
        self._first = np.concatenate(([0], np.cumsum(counts, dtype=np.intp)))
        self._turns = _joined([entry.turns for entry in self._entries])
        self._octaves = _joined([entry.octaves for entry in self._entries])
        self._index = _indexed(references) if sum(counts) else None
        further = math.log(max(1.0, len(references) / 200), 5)
        self._places_min = _PLACES_MIN + math.ceil(further)

    def named(self, photo: CornerPoints) -> list[Named]:
        """The references worth verifying, the likeliest first; mostly none."""
        hits = self._hits(photo)
        if hits is None:
            return []
        entries, votes = self._votes(photo, hits)
        likely = np.argsort(-votes, kind="stable")[:_VERIFIED_MAX]
        agreed = [
            self._agreeing(photo, hits, entry)
            for entry, count in zip(entries[likely].tolist(), votes[likely].tolist(), strict=True)
            if count >= _VOTES_MIN
        ]
        agreed.sort(key=lambda item: -item.place_count)
        enough = self._enough(agreed)
        named = [self._mapped(photo, item) for item in agreed if item.place_count >= enough]
        return [item for item in named if item.place_count >= _ON_MAP_MIN][:_NAMED_MAX]

    def _enough(self, agreed: Sequence[Named]) -> float:
        """How many places must agree in this photo: clearly more than on most references.

        A grainy photo agrees on eight places with anything.
        """
        best_of_reference: dict[int, int] = {}
        for candidate in agreed:
            best_of_reference.setdefault(candidate.reference, candidate.place_count)
        of_most = list(best_of_reference.values())[_STANDING_OUT:]
        by_chance = of_most[0] if of_most else 0
        return max(self._places_min, min(_PLACES_TELLING, _CLEARLY_MORE * by_chance))

    def _hits(self, photo: CornerPoints) -> _Hits | None:
        if self._index is None or len(photo) < self._places_min:
            return None
        bits, rows = self._index.nearest(photo.descriptors, _NEAR_A_POINT)
        point, column = np.nonzero((bits <= _BITS_MAX) & (rows >= 0))
        row = rows[point, column]
        owner = np.searchsorted(self._first, row, side="right") - 1
        once = np.unique(point * len(self._entries) + owner, return_index=True)[1]
        return _Hits(point[once], row[once], owner[once])

    def _votes(self, photo: CornerPoints, hits: _Hits) -> tuple[Rows, NDArray[np.int64]]:
        """Entries with any votes, and how many points agree on turn and scale, the lesser count.

        Bins of 30 degrees and of octaves, each with its neighbour.
        """
        entries, owner = np.unique(hits.owner, return_inverse=True)
        turns, octaves = (
            of_photo[hits.point].astype(np.int32) - of_references[hits.row]
            for of_photo, of_references in (
                (photo.turns, self._turns),
                (photo.octaves, self._octaves),
            )
        )
        by_turn = _tally(owner, turns % 256 * _TURN_BINS // 256, (len(entries), _TURN_BINS))
        by_scale = _tally(owner, octaves + 8, (len(entries), _SCALE_BINS))
        turn = (by_turn + np.roll(by_turn, 1, axis=1)).max(axis=1, initial=0)
        scale = (by_scale[:, :-1] + by_scale[:, 1:]).max(axis=1, initial=0)
        return entries, np.asarray(np.minimum(turn, scale), np.int64)

    def _agreeing(self, photo: CornerPoints, hits: _Hits, entry: int) -> Named:
        """The pairs that agree on one map."""
        own = np.flatnonzero(hits.owner == entry)[:PAIRS_MAX]
        pairs: Rows = np.stack((hits.row[own] - self._first[entry], hits.point[own]), axis=1)
        reference = self._entries[entry]
        kept = pairs[agreeing(reference, photo, pairs, self._places_min)]
        places = 0
        if len(kept) >= self._places_min:
            sides = reference.positions[kept[:, 0]], photo.positions[kept[:, 1]]
            places = min(place_count(side) for side in sides)
        return Named(entry // 2, bool(entry % 2), places, kept)

    def _mapped(self, photo: CornerPoints, named: Named) -> Named:
        """The same, its places counted on the one map that fits best."""
        entry = self._entries[2 * named.reference + named.is_mirrored]
        return replace(named, place_count=places_on_map(entry, photo, named.pairs))


def _indexed(references: Sequence[BothWays]) -> PointIndex:
    ways = (way for both in references for way in (both.upright, both.mirrored))
    descriptors = np.concatenate([way.descriptors for way in ways])
    kept = gathered([both.places for both in references])
    return PointIndex(descriptors, kept or centres_among(descriptors).sorted(descriptors))


def _joined(parts: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.concatenate(parts) if parts else np.zeros(0, np.uint8)


def _tally(owner: Rows, column: NDArray[np.int32], shape: tuple[int, int]) -> NDArray[np.intp]:
    flat = np.bincount(owner * shape[1] + column, minlength=shape[0] * shape[1])
    return flat.reshape(shape)
