"""Key points of a client's kept photos, extracted once for each photo."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from infringement_dagster.matching.photos.local_features import LocalFeatures, unpacked
from resources.decoding.blocking import BlockingDecoder
from resources.objects.keys import key_points_key, photo_key
from resources.objects.store import ObjectMissing, ObjectStore


@dataclass(frozen=True, slots=True)
class KeyPoints:
    """The key points of one client's photos; the decoder is asked for missing ones only."""

    objects: ObjectStore
    decoder: BlockingDecoder
    client_id: str

    def of_pairs(self, pairs: Iterable[tuple[str, str]]) -> dict[str, LocalFeatures]:
        """By SHA-256 the key points of the photos in these pairs, those that have any."""
        asked = dict.fromkeys(sha256 for pair in pairs for sha256 in pair)
        found = ((sha256, self.of_photo(sha256)) for sha256 in asked)
        return {sha256: features for sha256, features in found if features is not None}

    def of_photo(self, sha256: str) -> LocalFeatures | None:
        """The key points of a kept photo, from then on kept too; None when it yields none."""
        key = key_points_key(self.client_id, sha256)
        try:
            return unpacked(self.objects.get(key))
        except ObjectMissing:
            content = self.objects.get(photo_key(self.client_id, sha256))
        found = self.decoder.key_points(content, self.client_id)
        if not isinstance(found, LocalFeatures):
            return None  # its hashes say as much as there is to say
        self.objects.put_once(key, found.packed())
        return found
