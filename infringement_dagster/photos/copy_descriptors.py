"""Copy descriptors of a client's kept photos, made once for each model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.photo import KeptPhoto, ListingPhoto, MissedPhoto
from infringement_dagster.matching.photos.compared import Reference
from infringement_dagster.matching.photos.descriptors.copy_descriptor import (
    CopyDescriptor,
    unpacked_descriptor,
)
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import OnnxDescriptor
from resources.objects.keys import photo_key
from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings import photo_bytes_store


@dataclass(frozen=True, slots=True)
class KeptDescriptors:
    """Those of one client's photos; none without a model."""

    database: Database
    objects: ObjectStore
    decoder: BlockingDecoder
    client_id: str
    model: OnnxDescriptor | None

    def of_photos(self, photos: Mapping[str, Sequence[ListingPhoto]]) -> dict[str, CopyDescriptor]:
        """By SHA-256 those of the listings' kept photos."""
        if self.model is None:
            return {}
        asked = {
            place.photo.sha256
            for places in photos.values()
            for place in places
            if isinstance(place.photo, KeptPhoto)
        }
        return self._of(asked, self.model.of_photo, lambda _: True)

    def of_references(self, references: Sequence[Reference]) -> list[Reference]:
        """The references, each with its descriptor as it is and in a mirror."""
        if self.model is None:
            return list(references)
        asked = [reference.photo.photo_id for reference in references]
        known = self._of(asked, self.model.of_reference, lambda item: item.mirrored is not None)
        return [
            replace(reference, descriptor=known.get(reference.photo.photo_id))
            for reference in references
        ]

    def _of(
        self,
        sha256s: Iterable[str],
        make: Callable[[bytes], CopyDescriptor | None],
        is_enough: Callable[[CopyDescriptor], bool],
    ) -> dict[str, CopyDescriptor]:
        """Those kept of this model, and those it makes of the other photos, which are kept."""
        asked = list(dict.fromkeys(sha256s))
        known = {sha256: item for sha256, item in self._kept(asked).items() if is_enough(item)}
        for sha256 in asked:
            if sha256 not in known and (made := self._made(sha256, make)) is not None:
                known[sha256] = made
                self._keep(sha256, made)
        return known

    def _kept(self, sha256s: Sequence[str]) -> dict[str, CopyDescriptor]:
        with self.database.client(self.client_id) as connection:
            packed = photo_bytes_store.bytes_of(
                connection, self.client_id, "copy_descriptor", sha256s
            )
        read = {sha256: _readable(content) for sha256, content in packed.items()}
        return {
            sha256: item
            for sha256, item in read.items()
            if item is not None and self.model is not None and item.version == self.model.version
        }

    def _made(
        self, sha256: str, make: Callable[[bytes], CopyDescriptor | None]
    ) -> CopyDescriptor | None:
        """None where the photo has gone or cannot be read."""
        assert self.model is not None
        try:
            content = self.objects.get(photo_key(self.client_id, sha256))
        except ObjectMissing:
            return None
        pixels = self.decoder.pixels(content, self.model.frame, self.client_id)
        return None if isinstance(pixels, MissedPhoto) else make(pixels)

    def _keep(self, sha256: str, made: CopyDescriptor) -> None:
        with self.database.client(self.client_id) as connection:
            packed = {sha256: made.packed()}
            photo_bytes_store.put_bytes(connection, self.client_id, "copy_descriptor", packed)


def _readable(packed: bytes) -> CopyDescriptor | None:
    try:
        return unpacked_descriptor(packed)
    except PermanentError:
        return None
