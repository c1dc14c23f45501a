"""Key points of a client's kept pictures, extracted once for each picture.

Belongs here: keeping them in the object store beside the pictures. Not here: extracting and
comparing them (`matching/local_features.py`, `matching/local_index.py`), which listings earn them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from infringement_dagster.matching.hashing import CouldNotHash
from infringement_dagster.matching.local_features import (
    FEATURES_VERSION,
    LocalFeatures,
    extract_features,
    unpacked,
)
from infringement_dagster.matching.scoring import Photo, Reference
from resources.object_store import ObjectMissing, ObjectStore
from resources.onboarding import image_key


@dataclass(frozen=True, slots=True)
class KeyPoints:
    """The key points of one client's pictures."""

    objects: ObjectStore
    client_id: str

    def described(self, photos: Sequence[Photo]) -> list[Photo]:
        """The photos, those whose bytes are kept with their key points."""
        return [
            photo
            if isinstance(photo.hashed, CouldNotHash)
            else replace(photo, features=self._features(photo.photo_id))
            for photo in photos
        ]

    def described_references(self, references: Sequence[Reference]) -> list[Reference]:
        """The references, each with the key points of its photo."""
        photos = self.described([reference.photo for reference in references])
        return [
            replace(reference, photo=photo)
            for reference, photo in zip(references, photos, strict=True)
        ]

    def _features(self, sha256: str) -> LocalFeatures | None:
        key = f"clients/{self.client_id}/key-points/{FEATURES_VERSION}/{sha256[:2]}/{sha256}"
        try:
            return unpacked(self.objects.get(key))
        except ObjectMissing:
            found = extract_features(self.objects.get(image_key(self.client_id, sha256)))
        if isinstance(found, CouldNotHash):
            return None  # its hashes say as much as there is to say
        self.objects.put_once(key, found.packed())
        return found
