"""The corner points of all references of a client, asked for those that are like a photo's.

An inverted file: which cells are near is asked by way of coarser cells, so that neither a question
nor building takes longer in proportion to the number of cells.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.matching.photos.corners.cells import (
    DESCRIPTOR_BITS,
    Cells,
    Descriptors,
    SortedPoints,
)
from infringement_dagster.matching.photos.corners.faiss_library import loaded_faiss

_PROBES = 5  # cells looked into
_COARSE_PROBES = 4  # coarser cells looked into for them


class PointIndex:
    """All points, ready to be asked; 40 bytes each."""

    def __init__(self, descriptors: Descriptors, places: SortedPoints) -> None:
        """Takes the points with the cell of each; there must be some."""
        count = len(places.centres)
        self._cells = places.centres.finder(_COARSE_PROBES)
        self._index = loaded_faiss().IndexBinaryIVF(self._cells, DESCRIPTOR_BITS, count)
        self._index.is_trained = True
        self._index.nprobe = _PROBES
        self._fill(descriptors, places.cells, count)

    def nearest(
        self, descriptors: Descriptors, count: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """For each point bits apart and row of its nearest; the row is -1 where there is none."""
        bits, rows = self._index.search(np.ascontiguousarray(descriptors), count)
        return np.asarray(bits, np.int32), np.asarray(rows, np.int64)

    def _fill(self, descriptors: Descriptors, cells: Cells, count: int) -> None:
        """Puts each point into its cell; growing by doubling, `add` takes twice the memory."""
        library = loaded_faiss()
        rows = np.argsort(cells, kind="stable").astype(np.int64)
        by_cell = np.take(descriptors, rows, axis=0, mode="clip")  # a fifth of `descriptors[rows]`
        ends = [0, *np.cumsum(np.bincount(cells, minlength=count)).tolist()]
        lists = library.downcast_InvertedLists(self._index.invlists)
        for cell, (start, end) in enumerate(pairwise(ends)):
            if end > start:
                parts = library.swig_ptr(rows[start:end]), library.swig_ptr(by_cell[start:end])
                lists.add_entries(cell, end - start, *parts)
        self._index.ntotal = len(descriptors)
