"""Which of a client's references a picture may contain, by its key points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.matching.pictures.local_features import (
    LocalFeatures,
    mirrored,
    unit_descriptors,
)
from infringement_dagster.matching.pictures.local_match import LocalMatch, match_features
from infringement_dagster.matching.pictures.matrix_product import product

_CELL_SIZE = 350  # descriptors; cells and their number then cost about the same per query
_PROBES = 6  # cells looked into; the true neighbour is in the nearest one in 2 of 3 cases
_ROUNDS = 5  # of k-means; cells need balance, not an optimum
_SAMPLE_PER_CELL = 40
_ALIKE_MIN = 0.88  # cosine; chance pairs reach 0.85, those of a re-encoded copy 0.9 and more
_VOTES_PER_POINT = 3  # a logo on many references must not drown the rest
_SHORTLIST = 6

Floats = NDArray[np.float32]
Scores = NDArray[np.floating[Any]]


class LocalIndex:
    """Key points of all references; finds and verifies the best sighting of any of them."""

    def __init__(self, references: Sequence[LocalFeatures]) -> None:
        self._references = tuple(references)
        counts = [len(features.positions) for features in self._references]
        owners = np.repeat(np.arange(len(counts)), counts)
        units = [unit_descriptors(features) for features in self._references]
        descriptors = np.concatenate(units) if units else np.zeros((0, 128), np.float32)
        self._centres = _centres(descriptors)
        cells = product(descriptors, self._centres.T).argmax(axis=1)
        order = np.argsort(cells, kind="stable")
        self._descriptors, self._owners = descriptors[order], owners[order]
        self._starts = np.searchsorted(cells[order], np.arange(len(self._centres) + 1))

    def nearest(self, candidate: LocalFeatures) -> tuple[int, LocalMatch] | None:
        """The reference most surely seen in the picture, by position, and the sighting."""
        sightings = [
            (position, match)
            for position in self.shortlist(candidate)
            if (match := match_features(self._references[position], candidate)) is not None
        ]
        return max(sightings, key=lambda sighting: sighting[1].similarity, default=None)

    def shortlist(self, candidate: LocalFeatures) -> list[int]:
        """Positions of the references worth verifying, most promising first."""
        if not len(self._descriptors) or not len(candidate.positions):
            return []
        votes = np.maximum(self._votes(candidate), self._votes(mirrored(candidate)))
        best = np.argsort(-votes, kind="stable")[:_SHORTLIST]
        return [int(position) for position in best if votes[position] > 0]

    def _votes(self, candidate: LocalFeatures) -> NDArray[np.float64]:
        points = unit_descriptors(candidate)
        near = product(points, self._centres.T)
        probes = min(_PROBES, near.shape[1])
        probed = np.argpartition(-near, probes - 1, axis=1)[:, :probes]
        hits = [self._hits(cell, points, probed) for cell in np.unique(probed)]
        point, owner, alike = (np.concatenate(part) for part in zip(*hits, strict=True))
        order = np.lexsort((-alike, point))
        point, owner, alike = point[order], owner[order], alike[order]
        rank = np.arange(len(point)) - np.searchsorted(point, point)
        kept = rank < _VOTES_PER_POINT
        weights = (alike[kept] - _ALIKE_MIN).astype(np.float64)
        votes = np.bincount(owner[kept], weights, minlength=len(self._references))
        return votes.astype(np.float64, copy=False)

    def _hits(
        self, cell: int, points: Floats, probed: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], Scores]:
        """Points, owners and likeness of all near pairs within one cell."""
        rows = np.flatnonzero((probed == cell).any(axis=1))
        inside = slice(int(self._starts[cell]), int(self._starts[cell + 1]))
        alike = product(points[rows], self._descriptors[inside].T)
        which, column = np.nonzero(alike >= _ALIKE_MIN)
        return rows[which], self._owners[inside][column], alike[which, column]


def _centres(descriptors: Floats) -> Floats:
    """Centres of cells of about `_CELL_SIZE` descriptors, by k-means on a fixed sample."""
    count = max(1, len(descriptors) // _CELL_SIZE)
    step = max(1, len(descriptors) // (count * _SAMPLE_PER_CELL))
    sample = descriptors[::step]
    if count == 1:
        return np.ones((1, 128), np.float32)
    centres = sample[np.linspace(0, len(sample) - 1, count).astype(np.intp)]
    for _ in range(_ROUNDS):
        cells = product(sample, centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, cells, sample)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-6), centres)
    return np.asarray(centres, np.float32)
