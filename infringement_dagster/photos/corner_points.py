"""Corner points of a client's kept photos, found once each and made anew where old."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.photo import KeptPhoto, ListingPhoto, ReferenceKind
from infringement_dagster.matching.photos.compared import Reference
from infringement_dagster.matching.photos.corners.points import (
    BothWays,
    CornerPoints,
    unpacked_points,
    unpacked_ways,
)
from resources.decoding.blocking import BlockingDecoder
from resources.objects.keys import photo_key
from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings import point_store
from resources.postgres.listings.point_store import PackedPoints


@dataclass(frozen=True, slots=True)
class KeptPoints:
    """The corner points of one client's photos; the decoder is asked for missing ones only."""

    database: Database
    objects: ObjectStore
    decoder: BlockingDecoder
    client_id: str

    def of_photos(self, photos: Mapping[str, Sequence[ListingPhoto]]) -> dict[str, CornerPoints]:
        """By SHA-256 those of the listings' kept photos."""
        asked = {
            place.photo.sha256
            for places in photos.values()
            for place in places
            if isinstance(place.photo, KeptPhoto)
        }
        return {
            sha256: points
            for sha256, kept in self._kept(asked).items()
            if (points := self._upright(sha256, kept)) is not None
        }

    def of_references(self, references: Sequence[Reference]) -> list[Reference]:
        """The references, each with its points as it is and in a mirror."""
        kept = self._kept(reference.photo.photo_id for reference in references)
        return [
            replace(
                reference, points=self._both_ways(reference.photo.photo_id, kept, reference.kind)
            )
            for reference in references
        ]

    def keep_reference(self, sha256: str, kind: ReferenceKind) -> None:
        """Guarantees that the points of a known photo are kept both ways, where it has any.

        They are found anew: those that are there may be of another kind, whose other way differs.
        """
        self._found_both_ways(sha256, kind)

    def _kept(self, sha256s: Iterable[str]) -> dict[str, PackedPoints]:
        with self.database.client(self.client_id) as connection:
            return point_store.points_of(connection, self.client_id, sha256s)

    def _upright(self, sha256: str, kept: PackedPoints) -> CornerPoints | None:
        return _current(kept.upright) or self._found_anew(sha256)

    def _both_ways(
        self, sha256: str, kept: Mapping[str, PackedPoints], kind: ReferenceKind
    ) -> BothWays | None:
        packed = kept.get(sha256)
        known = None if packed is None else _current_ways(packed, kind)
        return known or self._found_both_ways(sha256, kind)

    def _found_both_ways(self, sha256: str, kind: ReferenceKind) -> BothWays | None:
        found = self._asked(sha256, kind)
        if found is not None:
            self._keep(sha256, PackedPoints(found.upright.packed(), found.mirrored.packed()))
        return found

    def _found_anew(self, sha256: str) -> CornerPoints | None:
        found = self._asked(sha256)
        if found is None:
            return None
        self._keep(sha256, PackedPoints(found.upright.packed(), None))
        return found.upright

    def _asked(self, sha256: str, kind: ReferenceKind = "photo") -> BothWays | None:
        """The decoder's finding; None where the photo has gone or yields none."""
        try:
            content = self.objects.get(photo_key(self.client_id, sha256))
        except ObjectMissing:
            return None
        ask = self.decoder.logo_points if kind == "logo" else self.decoder.corner_points
        found = ask(content)
        return found if isinstance(found, BothWays) else None

    def _keep(self, sha256: str, packed: PackedPoints) -> None:
        with self.database.client(self.client_id) as connection:
            point_store.put_points(connection, self.client_id, {sha256: packed})


def _current(packed: bytes | None) -> CornerPoints | None:
    """The points, None where there are none or they are not those of this version."""
    if packed is None:
        return None
    try:
        return unpacked_points(packed)
    except PermanentError:
        return None


def _current_ways(packed: PackedPoints, kind: ReferenceKind) -> BothWays | None:
    """The same both ways."""
    if packed.upright is None or packed.mirrored is None:
        return None
    try:
        if kind == "logo":  # its other way is its negative, which no flip of it gives
            return BothWays(unpacked_points(packed.upright), unpacked_points(packed.mirrored))
        return unpacked_ways(packed.upright, packed.mirrored)
    except PermanentError:
        return None
