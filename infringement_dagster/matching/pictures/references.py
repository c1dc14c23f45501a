"""A client's reference photos, and what a listing's photos show of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from infringement_dagster.domain.photo import HashedImage, MissedPhoto
from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.pictures.hash_match import HashMatch, ReferenceHashes
from infringement_dagster.matching.pictures.local_features import LocalFeatures
from infringement_dagster.matching.pictures.local_index import LocalIndex
from infringement_dagster.matching.pictures.local_match import LocalMatch


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture of a listing or reference; `photo_id` is the SHA-256 or, without one, the URL."""

    photo_id: str
    hashed: HashedImage | MissedPhoto
    features: LocalFeatures | None = None  # key points, for listings that earn them


@dataclass(frozen=True, slots=True)
class Reference:
    """A product photo that the client owns."""

    reference_id: str
    photo: Photo
    brand: str | None = None


class ReferencePictures:
    """All references of a client, prepared for both tiers."""

    def __init__(self, references: Iterable[Reference]) -> None:
        readable = [r for r in references if isinstance(r.photo.hashed, HashedImage)]
        self.references = tuple(readable)
        self._hashes = ReferenceHashes(
            [r.photo.hashed for r in readable if isinstance(r.photo.hashed, HashedImage)]
        )
        self._described = [r for r in readable if r.photo.features is not None]
        features = [r.photo.features for r in readable if r.photo.features is not None]
        self._key_points = LocalIndex(features) if features else None

    def nearest(self, photos: Sequence[Photo]) -> HashMatch | Unavailable:
        """The hash tier's surest find among the photos, or why it has none."""
        return self.nearest_many([photos])[0]

    def nearest_many(self, shown: Sequence[Sequence[Photo]]) -> list[HashMatch | Unavailable]:
        """The same for each of many listings' photos, which are compared together."""
        if not self.references:
            return [Unavailable("the client has no readable reference photo")] * len(shown)
        hashed = [
            (at, photo.photo_id, photo.hashed)
            for at, photos in enumerate(shown)
            for photo in photos
            if isinstance(photo.hashed, HashedImage)
        ]
        found: list[HashMatch | None] = [None] * len(shown)
        matches = self._hashes.nearest_many([picture for _, _, picture in hashed])
        for (at, photo_id, _), match in zip(hashed, matches, strict=True):
            best = found[at]
            if match is not None and (best is None or match.similarity > best.similarity):
                found[at] = replace(match, photo_id=photo_id)
        return [
            match or Unavailable(_why_no_match(photos))
            for match, photos in zip(found, shown, strict=True)
        ]

    def sighting(self, photos: Sequence[Photo]) -> tuple[Reference, LocalMatch] | None:
        """The key points' surest find among the photos and the reference that was seen."""
        if self._key_points is None:
            return None
        finds = [
            (self._described[found[0]], replace(found[1], photo_id=photo.photo_id))
            for photo in photos
            if photo.features is not None
            if (found := self._key_points.nearest(photo.features)) is not None
        ]
        return max(finds, key=lambda find: find[1].similarity, default=None)

    def why_no_look(self, photos: Sequence[Photo]) -> Unavailable | None:
        """Why no key points were compared; None when they were."""
        if self._key_points is None:
            return Unavailable("the client's references have no key points yet")
        if all(photo.features is None for photo in photos):
            return Unavailable("the listing's photos did not earn a look for key points")
        return None


def _why_no_match(photos: Sequence[Photo]) -> str:
    if any(isinstance(photo.hashed, HashedImage) for photo in photos):
        return "no hash in common with the client's references"
    for photo in photos:
        if isinstance(photo.hashed, MissedPhoto):
            return f"no photo could be read: {photo.hashed.reason} ({photo.hashed.detail})"
    return "the listing has no photo"
