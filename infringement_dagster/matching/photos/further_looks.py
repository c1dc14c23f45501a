"""The references that a listing's photos are nearest to by the further hashes of a config."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.domain.photo import HashedPhoto
from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.photos.hashes.further_match import (
    FurtherMatch,
    FurtherReferences,
)

FurtherLook: TypeAlias = Mapping[str, FurtherMatch | Unavailable]  # by the hash's name


class FurtherLooks:
    """The references by each of the further hashes; none where the config names none."""

    def __init__(self, wanted: Sequence[FurtherHash], references: Sequence[HashedPhoto]) -> None:
        self._references = [FurtherReferences(item, references) for item in wanted]

    def look(self, photos: Mapping[str, HashedPhoto]) -> FurtherLook:
        """By each hash the nearest reference of all photos, by id, or why there is none."""
        return {reference.hash.name: _nearest(reference, photos) for reference in self._references}


def _nearest(
    references: FurtherReferences, photos: Mapping[str, HashedPhoto]
) -> FurtherMatch | Unavailable:
    if not len(references):
        return Unavailable(f"no reference of the client has a {references.hash.name}")
    matches = [
        replace(match, photo_id=photo_id)
        for photo_id, hashed in photos.items()
        if (match := references.nearest(hashed)) is not None
    ]
    nothing = Unavailable(f"no photo of the listing has a {references.hash.name}")
    return min(matches, key=lambda match: match.distance, default=nothing)
