"""All that a client's photos are compared by; what a photo lacks is made and kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.domain.photo import ListingPhoto
from infringement_dagster.matching.photos.compared import Reference
from infringement_dagster.matching.photos.corners.points import CornerPoints
from infringement_dagster.matching.photos.descriptors.copy_descriptor import CopyDescriptor
from infringement_dagster.photos.copy_descriptors import KeptDescriptors
from infringement_dagster.photos.corner_points import KeptPoints
from infringement_dagster.photos.further_hashes import KeptFurtherHashes
from infringement_dagster.photos.point_cells import KeptCells
from infringement_dagster.photos.references import load_references
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import OnnxDescriptor
from resources.objects.store import ObjectStore
from resources.postgres.database import Database


@dataclass(frozen=True, slots=True)
class PhotoFeatures:
    """Listings' photos with all their hashes, and the rest by SHA-256."""

    photos: Mapping[str, Sequence[ListingPhoto]]  # by listing id
    points: Mapping[str, CornerPoints]
    descriptors: Mapping[str, CopyDescriptor]


@dataclass(frozen=True, slots=True)
class KeptFeatures:
    """The features of one client's kept photos, with these further hashes and by this model."""

    database: Database
    objects: ObjectStore
    decoder: BlockingDecoder
    client_id: str
    further: tuple[FurtherHash, ...]
    model: OnnxDescriptor | None

    def references(self) -> list[Reference]:
        """The client's references that have hashes."""
        found = load_references(self.database, self.client_id)
        pointed = KeptCells(self.database, self.objects, self.client_id).of_references(
            self._points.of_references(found)
        )
        return self._descriptors.of_references(self._further.of_references(pointed))

    def of_photos(self, shown: Mapping[str, Sequence[ListingPhoto]]) -> PhotoFeatures:
        """Those of the listings' photos."""
        photos = self._further.of_photos(shown)
        return PhotoFeatures(
            photos, self._points.of_photos(photos), self._descriptors.of_photos(photos)
        )

    @property
    def _points(self) -> KeptPoints:
        return KeptPoints(self.database, self.objects, self.decoder, self.client_id)

    @property
    def _further(self) -> KeptFurtherHashes:
        return KeptFurtherHashes(
            self.database, self.objects, self.decoder, self.client_id, self.further
        )

    @property
    def _descriptors(self) -> KeptDescriptors:
        return KeptDescriptors(
            self.database, self.objects, self.decoder, self.client_id, self.model
        )
