"""The cells into which the corner points of a client's many references are sorted, kept.

A client with few references has none: sorting their points at each run takes less than a second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.matching.photos.compared import Reference
from infringement_dagster.matching.photos.corners.cells import (
    Centres,
    SortedPoints,
    centres_among,
    unpacked_cells,
    unpacked_centres,
    version_of_cells,
)
from infringement_dagster.matching.photos.corners.points import BothWays
from resources.objects.keys import cell_centres_key
from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings import photo_bytes_store

SORTED_FROM: Final = 1000  # references; sorting those of fewer takes 0.9 s at most


@dataclass(frozen=True, slots=True)
class KeptCells:
    """The cells of one client's references."""

    database: Database
    objects: ObjectStore
    client_id: str
    sorted_from: int = SORTED_FROM

    def of_references(self, references: Sequence[Reference]) -> list[Reference]:
        """The references, their points sorted where they are many; what is new is kept."""
        pointed = {
            reference.photo.photo_id: reference.points
            for reference in references
            if reference.kind == "photo" and reference.points is not None
        }
        if len(pointed) < self.sorted_from:
            return list(references)
        places = self._places(pointed)
        return [_with_places(reference, places) for reference in references]

    def _places(self, pointed: Mapping[str, BothWays]) -> dict[str, SortedPoints]:
        with self.database.client(self.client_id) as c:
            packed = photo_bytes_store.bytes_of(c, self.client_id, "point_cells", pointed)
        centres = self._centres(packed, sum(map(len, pointed.values())))
        if centres is None:
            centres = centres_among(np.concatenate([both.descriptors for both in pointed.values()]))
            self.objects.put_once(
                cell_centres_key(self.client_id, centres.version), centres.packed()
            )
        known = {
            sha256: places
            for sha256, cells in packed.items()
            if (places := unpacked_cells(cells, centres, len(pointed[sha256]))) is not None
        }
        lacking = {sha256: both for sha256, both in pointed.items() if sha256 not in known}
        return known | self._sorted(centres, lacking)

    def _centres(self, packed: Mapping[str, bytes], points: int) -> Centres | None:
        """Those around which most cells lie; None where others should be chosen."""
        versions = Counter(map(version_of_cells, packed.values()))
        version = max(versions, key=versions.__getitem__, default=None)
        if version is None:
            return None
        try:
            centres = unpacked_centres(self.objects.get(cell_centres_key(self.client_id, version)))
        except (ObjectMissing, PermanentError):
            return None
        return None if centres.are_outgrown_by(points) else centres

    def _sorted(self, centres: Centres, lacking: Mapping[str, BothWays]) -> dict[str, SortedPoints]:
        if not lacking:
            return {}
        found = centres.sorted(np.concatenate([both.descriptors for both in lacking.values()]))
        ends = np.cumsum([len(both) for both in lacking.values()])
        parts = np.split(found.cells, ends[:-1])
        made = {
            sha256: SortedPoints(centres, part) for sha256, part in zip(lacking, parts, strict=True)
        }
        with self.database.client(self.client_id) as c:
            packed = {sha256: places.packed() for sha256, places in made.items()}
            photo_bytes_store.put_bytes(c, self.client_id, "point_cells", packed)
        return made


def _with_places(reference: Reference, places: Mapping[str, SortedPoints]) -> Reference:
    if reference.points is None or reference.photo.photo_id not in places:
        return reference
    points = replace(reference.points, places=places[reference.photo.photo_id])
    return replace(reference, points=points)
