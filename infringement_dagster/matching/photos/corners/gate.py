"""Which few of a client's references a photo may show, asked for every photo.

An inverted file over the corner points of all references, each also in a mirror. Near pairs of
points vote for their reference where they agree on turn and scale, and the references with most
votes are named where their pairs agree on one place, too. How many pairs must agree is told by the
photo itself, by what it has in common with most references: the share of photos that are admitted
then stays the same among few references and among many.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.matching.photos.corners.consensus import (
    PAIRS_MAX,
    Rows,
    agreeing,
    place_count,
)
from infringement_dagster.matching.photos.corners.faiss_library import loaded_faiss
from infringement_dagster.matching.photos.corners.points import BothWays, CornerPoints

if TYPE_CHECKING:
    import faiss

_BITS = 256
_CELL_SIZE = 300  # points; cells and their number then cost about the same per question
_CELLS_MAX = 2048
_PROBES = 4  # cells looked into
_NEAR_A_POINT = 5
_BITS_MAX = 52  # chance pairs are at 70 and more, those of a re-encoded copy at 40 and less
_VOTES_MIN = 4
_VERIFIED_MAX = 8  # references whose pairs are asked for one place
_NAMED_MAX = 4
_PLACES_MIN = 6  # at up to 200 references; one more for each further factor of 5
_STANDING_OUT = 3  # references may show the same thing; what the next one has is chance
_CLEARLY_MORE = 1.25
_PLACES_TELLING = 15  # not by chance, whatever others have: a line of products shares more
_SEED = 14
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
        self._owners = np.repeat(np.arange(len(counts)), counts)
        self._first = np.concatenate(([0], np.cumsum(counts, dtype=np.intp)))
        self._turns = _joined([entry.turns for entry in self._entries]).astype(np.int32)
        self._octaves = _joined([entry.octaves for entry in self._entries]).astype(np.int32)
        self._index = _index_of(self._entries) if sum(counts) else None
        further = math.log(max(1.0, len(references) / 200), 5)
        self._places_min = _PLACES_MIN + math.ceil(further)

    def named(self, photo: CornerPoints) -> list[Named]:
        """The references worth verifying, the likeliest first; mostly none."""
        hits = self._hits(photo)
        if hits is None:
            return []
        votes = self._votes(photo, hits)
        likely = np.argsort(-votes, kind="stable")[:_VERIFIED_MAX]
        agreed = [
            self._agreeing(photo, hits, entry)
            for entry in likely.tolist()
            if votes[entry] >= _VOTES_MIN
        ]
        agreed.sort(key=lambda item: -item.place_count)
        return [candidate for candidate in agreed if candidate.place_count >= self._enough(agreed)][
            :_NAMED_MAX
        ]

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
        bits, rows = self._index.search(np.ascontiguousarray(photo.descriptors), _NEAR_A_POINT)
        point, column = np.nonzero((bits <= _BITS_MAX) & (rows >= 0))
        row = rows[point, column]
        owner = self._owners[row]
        once = np.unique(point * len(self._entries) + owner, return_index=True)[1]
        return _Hits(point[once], row[once], owner[once])

    def _votes(self, photo: CornerPoints, hits: _Hits) -> NDArray[np.int64]:
        """By entry, the points that agree on turn (bins of 30 degrees) and scale, with neighbours.

        The lesser of both counts.
        """
        count = len(self._entries)
        turned = (photo.turns[hits.point].astype(np.int32) - self._turns[hits.row]) % 256
        scaled = photo.octaves[hits.point].astype(np.int32) - self._octaves[hits.row] + 8
        by_turn = _tally(hits.owner, turned * _TURN_BINS // 256, (count, _TURN_BINS))
        by_scale = _tally(hits.owner, scaled, (count, _SCALE_BINS))
        turn = (by_turn + np.roll(by_turn, 1, axis=1)).max(axis=1)
        scale = (by_scale[:, :-1] + by_scale[:, 1:]).max(axis=1)
        return np.asarray(np.minimum(turn, scale), np.int64)

    def _agreeing(self, photo: CornerPoints, hits: _Hits, entry: int) -> Named:
        """The pairs that agree on one map."""
        own = np.flatnonzero(hits.owner == entry)[:PAIRS_MAX]
        pairs: Rows = np.stack((hits.row[own] - self._first[entry], hits.point[own]), axis=1)
        reference = self._entries[entry]
        kept = pairs[agreeing(reference, photo, pairs)]
        places = 0
        if len(kept) >= self._places_min:
            sides = reference.positions[kept[:, 0]], photo.positions[kept[:, 1]]
            places = min(place_count(side) for side in sides)
        return Named(entry // 2, bool(entry % 2), places, kept)


def _joined(parts: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.concatenate(parts) if parts else np.zeros(0, np.uint8)


def _tally(owner: Rows, column: NDArray[np.int32], shape: tuple[int, int]) -> NDArray[np.intp]:
    flat = np.bincount(owner * shape[1] + column, minlength=shape[0] * shape[1])
    return flat.reshape(shape)


def _index_of(entries: Sequence[CornerPoints]) -> faiss.IndexBinaryIVF:
    """Cells around points chosen by lot: k-means finds as much, 20 times as slowly."""
    library = loaded_faiss()
    descriptors = np.concatenate([entry.descriptors for entry in entries])
    cells = min(max(1, len(descriptors) // _CELL_SIZE), _CELLS_MAX)
    chosen = np.random.default_rng(_SEED).choice(len(descriptors), cells, replace=False)
    centres = library.IndexBinaryFlat(_BITS)
    centres.add(descriptors[np.sort(chosen)])
    index: faiss.IndexBinaryIVF = library.IndexBinaryIVF(
        centres, _BITS, cells
    )  # faiss's wrapper keeps the centres alive
    index.is_trained = True
    index.nprobe = _PROBES
    index.add(descriptors)
    return index
