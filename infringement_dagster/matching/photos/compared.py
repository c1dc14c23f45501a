"""Photos as they are compared: those of listings, and the client's own."""

from __future__ import annotations

from dataclasses import dataclass

from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto, ReferenceKind
from infringement_dagster.matching.photos.corners.points import BothWays, CornerPoints
from infringement_dagster.matching.photos.descriptors.copy_descriptor import CopyDescriptor


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo of a listing or reference; `photo_id` is the SHA-256 or, without one, the URL."""

    photo_id: str
    hashed: HashedPhoto | MissedPhoto
    points: CornerPoints | None = None  # None where they are not known
    descriptor: CopyDescriptor | None = None  # None without a model


@dataclass(frozen=True, slots=True)
class Reference:
    """A product photo or a logo that the client owns."""

    reference_id: str
    photo: Photo
    brand: str | None = None
    points: BothWays | None = None  # of a logo: as it is and as its negative
    descriptor: CopyDescriptor | None = None
    kind: ReferenceKind = "photo"
