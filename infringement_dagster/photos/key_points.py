"""Key points of a client's kept pictures, extracted once for each picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.matching.pictures.local_features import LocalFeatures, unpacked
from infringement_dagster.matching.scoring import Photo, Reference
from resources.decoding.blocking import BlockingDecoder
from resources.objects.keys import image_key, key_points_key
from resources.objects.store import ObjectMissing, ObjectStore


@dataclass(frozen=True, slots=True)
class KeyPoints:
    """The key points of one client's pictures; the decoder is asked for missing ones only."""

    objects: ObjectStore
    decoder: BlockingDecoder
    client_id: str

    def described(self, photos: Sequence[Photo]) -> list[Photo]:
        """The photos, those whose bytes are kept with their key points."""
        return [
            photo
            if isinstance(photo.hashed, MissedPhoto)
            else replace(photo, features=self.of_picture(photo.photo_id))
            for photo in photos
        ]

    def described_references(self, references: Sequence[Reference]) -> list[Reference]:
        """The references, each with the key points of its photo."""
        photos = self.described([reference.photo for reference in references])
        return [
            replace(reference, photo=photo)
            for reference, photo in zip(references, photos, strict=True)
        ]

    def of_picture(self, sha256: str) -> LocalFeatures | None:
        """The key points of a kept picture, from then on kept too; None when it yields none."""
        key = key_points_key(self.client_id, sha256)
        try:
            return unpacked(self.objects.get(key))
        except ObjectMissing:
            content = self.objects.get(image_key(self.client_id, sha256))
        found = self.decoder.key_points(content, self.client_id)
        if not isinstance(found, LocalFeatures):
            return None  # its hashes say as much as there is to say
        self.objects.put_once(key, found.packed())
        return found
