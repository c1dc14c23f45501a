"""The corner points of all references of a client, asked for those that are like a photo's.

An inverted file: points lie in cells around some of them, chosen by lot, as k-means finds as much
and takes 20 times as long. Which cells are near is asked by way of coarser cells, so that neither
a question nor building takes longer in proportion to the number of cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.matching.photos.corners.faiss_library import loaded_faiss

if TYPE_CHECKING:
    import faiss

_BITS = 256
_CELL_SIZE = 100  # points
_CELLS_MAX = 16_384
_PROBES = 5  # cells looked into
_COARSE_FROM = 64  # cells; fewer are compared one by one
_COARSE_PROBES = 4  # coarser cells looked into by a question
_COARSE_PROBES_OF_POINTS = 2  # by a point that is put into its cell
_SEED = 14

Descriptors = NDArray[np.uint8]


class PointIndex:
    """All points, ready to be asked; 40 bytes each."""

    def __init__(self, parts: Sequence[Descriptors]) -> None:
        """Takes the descriptors of one photo after the other; there must be some."""
        descriptors = np.concatenate(parts)
        count = min(max(1, len(descriptors) // _CELL_SIZE), _CELLS_MAX)
        self._cells = _cells_around(_by_lot(descriptors, count))
        self._index = loaded_faiss().IndexBinaryIVF(self._cells, _BITS, count)
        self._index.is_trained = True
        self._index.nprobe = _PROBES
        self._fill(descriptors, count)
        if isinstance(self._cells, loaded_faiss().IndexBinaryIVF):
            self._cells.nprobe = _COARSE_PROBES

    def nearest(
        self, descriptors: Descriptors, count: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """For each point bits apart and row of its nearest; the row is -1 where there is none."""
        bits, rows = self._index.search(np.ascontiguousarray(descriptors), count)
        return np.asarray(bits, np.int32), np.asarray(rows, np.int64)

    def _fill(self, descriptors: Descriptors, count: int) -> None:
        """Puts each point into its cell; growing by doubling, `add` takes twice the memory."""
        library = loaded_faiss()
        cells = self._cells.search(descriptors, 1)[1][:, 0].clip(0).astype(np.uint16)
        rows = np.argsort(cells, kind="stable").astype(np.int64)
        by_cell = descriptors[rows]
        ends = np.cumsum(np.bincount(cells, minlength=count))
        lists = library.downcast_InvertedLists(self._index.invlists)
        for cell, end in enumerate(ends.tolist()):
            start = int(ends[cell - 1]) if cell else 0
            lists.resize(cell, end - start)
            if end > start:
                parts = library.swig_ptr(rows[start:end]), library.swig_ptr(by_cell[start:end])
                lists.update_entries(cell, 0, end - start, *parts)
        self._index.ntotal = len(descriptors)


def _by_lot(descriptors: Descriptors, count: int) -> Descriptors:
    chosen = np.random.default_rng(_SEED).choice(len(descriptors), count, replace=False)
    return descriptors[np.sort(chosen)]


def _cells_around(centres: Descriptors) -> faiss.IndexBinary:
    """Finds the nearest of the centres; by way of about as many as each of them leads to."""
    library = loaded_faiss()
    flat: faiss.IndexBinaryFlat = library.IndexBinaryFlat(_BITS)
    if len(centres) < _COARSE_FROM:
        flat.add(centres)
        return flat
    coarse_count = round(len(centres) ** 0.5)
    flat.add(_by_lot(centres, coarse_count))
    cells: faiss.IndexBinaryIVF = library.IndexBinaryIVF(flat, _BITS, coarse_count)
    cells.is_trained = True
    cells.nprobe = _COARSE_PROBES_OF_POINTS
    cells.add(centres)
    return cells
