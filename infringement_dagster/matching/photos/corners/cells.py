"""The cells into which the corner points of a client's references are sorted.

Each cell lies around one of the points, chosen by lot, as k-means finds as much and takes 20 times
as long. Sorting takes 0.9 us a point, 4 s for those of 5,000 references: where there are many, the
centres and the cells of each reference are kept.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.matching.photos.corners.faiss_library import loaded_faiss

if TYPE_CHECKING:
    import faiss

DESCRIPTOR_BITS: Final = 256
_CELL_SIZE = 100  # points
_CELLS_MAX = 16_384
_OUTGROWN = 2  # times as many cells as there are would be chosen today
_COARSE_FROM = 64  # centres; fewer are compared one by one
_PROBES_OF_POINTS = 2  # coarser cells looked into for a point that is put into its cell
_SEED = 14
_HEAD = struct.Struct("!I")

Descriptors = NDArray[np.uint8]
Cells = NDArray[np.uint16]


class Centres:
    """The centres of all cells; `version` names them."""

    def __init__(self, descriptors: Descriptors) -> None:
        self.descriptors = descriptors
        self.version = zlib.crc32(descriptors.tobytes())

    def __len__(self) -> int:
        return len(self.descriptors)

    def sorted(self, descriptors: Descriptors) -> SortedPoints:
        """The points with the cell of each."""
        found = self.finder(_PROBES_OF_POINTS).search(descriptors, 1)[1][:, 0]
        return SortedPoints(self, np.asarray(found, np.int64).clip(0).astype(np.uint16))

    def finder(self, probes: int) -> faiss.IndexBinary:
        """Finds the cells near a point; looks into so many of about as many coarser cells."""
        library = loaded_faiss()
        flat: faiss.IndexBinaryFlat = library.IndexBinaryFlat(DESCRIPTOR_BITS)
        if len(self) < _COARSE_FROM:
            flat.add(self.descriptors)
            return flat
        coarse_count = round(len(self) ** 0.5)
        flat.add(_by_lot(self.descriptors, coarse_count))
        cells: faiss.IndexBinaryIVF = library.IndexBinaryIVF(flat, DESCRIPTOR_BITS, coarse_count)
        cells.is_trained = True
        cells.add(self.descriptors)
        cells.nprobe = probes
        return cells

    def are_outgrown_by(self, points: int) -> bool:
        """Whether so many points fill the cells so full that others should be chosen."""
        return _count_for(points) > _OUTGROWN * len(self)

    def packed(self) -> bytes:
        """The centres as bytes that `unpacked_centres` reads."""
        return self.descriptors.tobytes()


@dataclass(frozen=True, slots=True, eq=False)
class SortedPoints:
    """The cells of some points; of a reference's, those as it is before those in a mirror."""

    centres: Centres
    cells: Cells

    def packed(self) -> bytes:
        """The cells, and around which centres they lie, as bytes that `unpacked_cells` reads."""
        return _HEAD.pack(self.centres.version) + self.cells.astype("<u2").tobytes()


def centres_among(descriptors: Descriptors) -> Centres:
    """Centres for these points, chosen from them by lot; there must be some."""
    return Centres(_by_lot(descriptors, _count_for(len(descriptors))))


def gathered(parts: Sequence[SortedPoints | None]) -> SortedPoints | None:
    """The cells of all of them; None where not all lie around the same centres."""
    first = parts[0] if parts else None
    if first is None or any(p is None or p.centres is not first.centres for p in parts):
        return None
    cells = np.concatenate([part.cells for part in parts if part is not None])
    return SortedPoints(first.centres, cells)


def unpacked_centres(content: bytes) -> Centres:
    """The packed centres; raises PermanentError where these bytes are none."""
    size_bytes = DESCRIPTOR_BITS // 8
    count, rest = divmod(len(content), size_bytes)
    if rest or not 0 < count <= _CELLS_MAX:
        raise PermanentError(f"{len(content)} bytes are no centres of cells, choose them again")
    return Centres(np.frombuffer(content, np.uint8).reshape(count, size_bytes))


def version_of_cells(packed: bytes) -> int | None:
    """The version of the centres around which packed cells lie; None where the bytes are none."""
    return _HEAD.unpack_from(packed)[0] if len(packed) >= _HEAD.size else None


def unpacked_cells(packed: bytes, centres: Centres, points: int) -> SortedPoints | None:
    """The packed cells of so many points; None where they are not, or lie around other centres."""
    if version_of_cells(packed) != centres.version or len(packed) != _HEAD.size + 2 * points:
        return None
    cells = np.frombuffer(packed, "<u2", offset=_HEAD.size)
    return SortedPoints(centres, cells) if (cells < len(centres)).all() else None


def _count_for(points: int) -> int:
    return min(max(1, points // _CELL_SIZE), _CELLS_MAX)


def _by_lot(descriptors: Descriptors, count: int) -> Descriptors:
    chosen = np.random.default_rng(_SEED).choice(len(descriptors), count, replace=False)
    return descriptors[np.sort(chosen)]
