"""Verdicts on photos by all that they depend on, so that none is made a second time.

A verdict names references by position, and their corner points stand in one index whose order
moves scores in the fifth digit: it holds against the same references in the same order, and for a
photo with the same features.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.corners.points import (
    POINTS_VERSION,
    WAYS_VERSION,
    BothWays,
    CornerPoints,
)
from infringement_dagster.matching.photos.corners.sightings import Verdict
from infringement_dagster.matching.photos.descriptors.copy_descriptor import CopyDescriptor
from infringement_dagster.matching.photos.hashes.hash_match import OWN_NAMES
from infringement_dagster.matching.photos.hashes.hashing import ALGORITHMS
from infringement_dagster.matching.photos.verdict_document import verdict_document, verdict_from

VERDICT_VERSION: Final = 1  # raise it whenever the same photo may get another verdict
_KEY_CHARS: Final = 16  # of a SHA-256, of the references and of the photo each


DocumentsOf = Callable[[Collection[str]], Mapping[str, str]]  # by key, those that are kept


def nothing_kept(_: Collection[str]) -> Mapping[str, str]:
    """No document."""
    return {}


@dataclass(slots=True)
class KnownVerdicts:
    """Those kept as documents, read once they are asked for, and those made since."""

    documents_of: DocumentsOf = nothing_kept
    made_count: int = 0
    _verdicts: dict[str, Verdict] = field(default_factory=dict)
    _documents: dict[str, str] = field(default_factory=dict)  # of those that were kept

    def of(self, keys: Sequence[str], references: int) -> dict[str, Verdict]:
        """By key the verdicts, against so many references, that are known and can be read."""
        unread = [key for key in dict.fromkeys(keys) if key not in self._verdicts]
        for key, document in (self.documents_of(unread) if unread else {}).items():
            if (verdict := verdict_from(document, references)) is not None:
                self._verdicts[key], self._documents[key] = verdict, document
        return {key: self._verdicts[key] for key in keys if key in self._verdicts}

    def add(self, made: Mapping[str, Verdict]) -> None:
        """Guarantees that these are known from now on."""
        self._verdicts.update(made)
        self.made_count += len(made)

    def documents(self) -> dict[str, str]:
        """By key all that anybody has asked for, to be kept."""
        return {
            key: self._documents.get(key) or verdict_document(verdict)
            for key, verdict in self._verdicts.items()
        }


def digest_of(references: Sequence[Reference]) -> str:
    """Another one for other references, another order of them and another way to compare."""
    digest = hashlib.sha256()
    algorithms = [(item.name, item.version, item.likeness) for item in ALGORITHMS]
    digest.update(repr((VERDICT_VERSION, POINTS_VERSION, WAYS_VERSION, algorithms)).encode())
    for reference in references:
        digest.update(repr(_features(reference.photo, reference.descriptor)).encode())
        digest.update(repr(_both_ways(reference.points)).encode())
    return digest.hexdigest()[:_KEY_CHARS]


def key_of(photo: Photo, against: str) -> str:
    """The photo and all that its verdict depends on; `against` is the references' digest."""
    told = repr((_features(photo, photo.descriptor), _points(photo.points)))
    features = hashlib.sha256(told.encode()).hexdigest()[:_KEY_CHARS]
    return f"{photo.photo_id}/{against}/{features}"


def _features(photo: Photo, descriptor: CopyDescriptor | None) -> tuple[object, ...]:
    packed = None if descriptor is None else hashlib.sha256(descriptor.packed()).hexdigest()
    return photo.photo_id, _hashes(photo.hashed), packed


def _hashes(hashed: HashedPhoto | MissedPhoto) -> list[tuple[object, ...]] | None:
    """In an order of their own; a config's further hashes are no part of a verdict."""
    if isinstance(hashed, MissedPhoto):
        return None
    own = (item for item in hashed.hashes if item.algorithm in OWN_NAMES)
    return sorted((h.algorithm, h.algorithm_version, h.view, h.hash_hex) for h in own)


def _points(points: CornerPoints | None) -> tuple[object, ...] | None:
    if points is None:
        return None
    parts = (points.positions, points.turns, points.octaves, points.descriptors, points.thumb)
    sums = [zlib.crc32(part.tobytes()) for part in parts]
    return points.version, points.width_px, points.height_px, points.thumb.shape, sums


def _both_ways(both: BothWays | None) -> tuple[object, ...] | None:
    """With the cells that their points are sorted into, as these decide which are compared."""
    if both is None:
        return None
    cells = None if both.places is None else zlib.crc32(both.places.packed())
    return _points(both.upright), _points(both.mirrored), cells
