"""A client's reference photos, and what a listing's photos show of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto
from infringement_dagster.domain.score import Region, Unavailable
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.corners.gate import PhotoGate
from infringement_dagster.matching.photos.corners.points import BothWays
from infringement_dagster.matching.photos.corners.sightings import Verdict, verdict_of
from infringement_dagster.matching.photos.descriptors.gate import DescriptorGate
from infringement_dagster.matching.photos.further_looks import FurtherLook, FurtherLooks
from infringement_dagster.matching.photos.hashes.hash_match import (
    WEAK_HASH_MIN,
    HashMatch,
    ReferenceHashes,
)
from infringement_dagster.matching.photos.hashes.views import trim_box
from infringement_dagster.matching.photos.known_verdicts import KnownVerdicts, digest_of, key_of
from infringement_dagster.matching.photos.local_features import LocalFeatures
from infringement_dagster.matching.photos.local_match import LocalMatch, match_exactly


@dataclass(frozen=True, slots=True)
class Sighting:
    """A reference (by position) seen in a photo."""

    reference: int
    match: LocalMatch


@dataclass(frozen=True, slots=True)
class PhotoLook:
    """First findings of hashes, gate and corner points in one listing's photos."""

    hash_match: HashMatch | Unavailable
    sighting: Sighting | Unavailable | None = None  # None: looked for and not seen
    undecided: tuple[tuple[str, int], ...] = ()  # photo and reference that key points may decide
    nearest: tuple[tuple[str, int], ...] = ()  # each photo and the reference its hashes are next to
    further: FurtherLook = field(default_factory=dict)
    admitted: tuple[str, ...] = ()  # photos that resemble some reference


class ReferencePhotos:
    """All references of a client, prepared for every tier."""

    def __init__(
        self, references: Iterable[Reference], further: Sequence[FurtherHash] = ()
    ) -> None:
        photos = (reference for reference in references if reference.kind == "photo")
        readable = [r for r in photos if isinstance(r.photo.hashed, HashedPhoto)]
        self.references = tuple(readable)
        hashed = [r.photo.hashed for r in readable if isinstance(r.photo.hashed, HashedPhoto)]
        self._hashes = ReferenceHashes(hashed)
        self._further = FurtherLooks(further, hashed)
        self._pointed = [at for at, r in enumerate(readable) if r.points is not None]
        self._gate = PhotoGate([r.points for r in readable if r.points is not None])
        self._described = DescriptorGate(
            [(at, r.descriptor) for at, r in enumerate(readable) if r.descriptor is not None]
        )

    def looks(
        self, shown: Sequence[Sequence[Photo]], known: KnownVerdicts | None = None
    ) -> list[PhotoLook]:
        """First findings in each listing's photos; hashes of many are compared together.

        Only what `known` lacks is compared, and it is known from then on.
        """
        if not self.references:
            nothing = Unavailable("the client has no readable reference photo")
            return [PhotoLook(nothing, nothing, further=self._further.look({}))] * len(shown)
        photos = [photo for some in shown for photo in some]
        verdicts = self._verdicts(photos, known or KnownVerdicts())
        return [self._look(some, [next(verdicts) for _ in some]) for some in shown]

    @cached_property
    def digest(self) -> str:
        """Of all that verdicts depend on beside the photo."""
        return digest_of(self.references)

    def _verdicts(self, photos: Sequence[Photo], known: KnownVerdicts) -> Iterator[Verdict]:
        """Those of the photos; one shown by several listings is compared once."""
        keys = {
            id(photo): key_of(photo, self.digest)
            for photo in photos
            if isinstance(photo.hashed, HashedPhoto)
        }
        found = known.of(list(keys.values()), len(self.references))
        missing = {
            key: photo
            for photo in photos
            if (key := keys.get(id(photo))) is not None and key not in found
        }
        made = self._compared(missing)
        known.add(made)
        return (
            found.get(key) or made[key]
            if (key := keys.get(id(photo))) is not None
            else self._verdict(photo, None)
            for photo in photos
        )

    def _compared(self, photos: Mapping[str, Photo]) -> dict[str, Verdict]:
        """By key the verdicts on photos that have hashes."""
        hashed = [item.hashed for item in photos.values() if isinstance(item.hashed, HashedPhoto)]
        matches = self._hashes.nearest_many(hashed)
        return {
            key: self._verdict(photo, match)
            for (key, photo), match in zip(photos.items(), matches, strict=True)
        }

    def _look(self, photos: Sequence[Photo], verdicts: Sequence[Verdict]) -> PhotoLook:
        matches = [
            (photo, verdict.hashed)
            for photo, verdict in zip(photos, verdicts, strict=True)
            if verdict.hashed is not None
        ]
        sightings = [
            Sighting(reference, replace(match, photo_id=photo.photo_id))
            for photo, verdict in zip(photos, verdicts, strict=True)
            for reference, match in verdict.seen
        ]
        undecided = tuple(
            (photo.photo_id, reference)
            for photo, verdict in zip(photos, verdicts, strict=True)
            for reference in verdict.undecided
        )
        nearest = tuple((photo.photo_id, match.reference) for photo, match in matches)
        best = max(matches, key=lambda pair: pair[1].similarity, default=None)
        return PhotoLook(
            _told_of(*best) if best else Unavailable(_why_no_match(photos)),
            _surest(sightings) or self._why_no_look(photos),
            undecided,
            nearest,
            self._further.look(
                {p.photo_id: p.hashed for p in photos if isinstance(p.hashed, HashedPhoto)}
            ),
            tuple(
                photo.photo_id
                for photo, verdict in zip(photos, verdicts, strict=True)
                if verdict.is_admitted
            ),
        )

    def _verdict(self, photo: Photo, hashed: HashMatch | None) -> Verdict:
        described = self._described.named(photo.descriptor)
        if photo.points is None or not self._pointed:
            is_near = hashed is not None and hashed.similarity >= WEAK_HASH_MIN
            return Verdict(hashed, (), (), is_near).asking_also(described)
        named = [
            replace(candidate, reference=self._pointed[candidate.reference])
            for candidate in self._gate.named(photo.points)
        ]
        is_near = hashed is not None and hashed.similarity >= WEAK_HASH_MIN
        both = [*named, *described]
        verdict = verdict_of(photo.points, hashed, both, self._points, is_near=is_near)
        return verdict.asking_also(described)

    def near(self, hash_match: HashMatch | Unavailable) -> Reference | None:
        """The reference that hashes are next to, where they are near enough to be told of."""
        if isinstance(hash_match, Unavailable) or hash_match.similarity < WEAK_HASH_MIN:
            return None
        return self.references[hash_match.reference]

    def seen(self, found: Sighting | Unavailable | None) -> Reference | None:
        """The reference of the sighting, where there is one."""
        return self.references[found.reference] if isinstance(found, Sighting) else None

    def match(self, found: Sighting | Unavailable | None) -> LocalMatch | Unavailable | None:
        """How the reference is seen."""
        return found.match if isinstance(found, Sighting) else found

    def compared(self, look: PhotoLook, found: Sighting | Unavailable | None) -> Reference | None:
        """The reference that a price is held against: the one seen, else the nearest."""
        if isinstance(look.hash_match, Unavailable):
            return self.seen(found)
        return self.seen(found) or self.references[look.hash_match.reference]

    def _points(self, reference: int) -> BothWays | None:
        return self.references[reference].points

    def seen_closely(
        self, look: PhotoLook, key_points: Mapping[str, LocalFeatures]
    ) -> Sighting | Unavailable | None:
        """The surest sighting once key points, by photo, have looked at what was undecided."""
        found = [] if look.sighting is None else [look.sighting]
        sightings = [candidate for candidate in found if isinstance(candidate, Sighting)]
        for photo_id, reference in dict.fromkeys((*look.undecided, *look.nearest)):
            ours = key_points.get(self.references[reference].photo.photo_id)
            theirs = key_points.get(photo_id)
            match = match_exactly(ours, theirs) if ours and theirs else None
            if match is not None:
                sightings.append(Sighting(reference, replace(match, photo_id=photo_id)))
        return _surest(sightings) or look.sighting

    def _why_no_look(self, photos: Sequence[Photo]) -> Unavailable | None:
        """Why no corner points were compared; None when they were."""
        if not self._pointed:
            return Unavailable("the client's references have no corner points yet")
        if all(photo.points is None for photo in photos):
            return Unavailable("no photo of the listing has corner points")
        return None


def _told_of(photo: Photo, match: HashMatch) -> HashMatch:
    return replace(match, photo_id=photo.photo_id, region=_compared_part(photo, match))


def _compared_part(photo: Photo, match: HashMatch) -> Region | None:
    """The part within the photo's border where it was compared alone, as far as it is known."""
    if match.photo_view == "raw" or photo.points is None:
        return None
    height, width = photo.points.thumb.shape
    left, top, right, bottom = trim_box(photo.points.thumb)
    return Region(left / width, top / height, right / width, bottom / height)


def _surest(sightings: Sequence[Sighting]) -> Sighting | None:
    return max(sightings, key=lambda sighting: sighting.match.similarity, default=None)


def _why_no_match(photos: Sequence[Photo]) -> str:
    if any(isinstance(photo.hashed, HashedPhoto) for photo in photos):
        return "no hash in common with the client's references"
    for photo in photos:
        if isinstance(photo.hashed, MissedPhoto):
            return f"no photo could be read: {photo.hashed.reason} ({photo.hashed.detail})"
    return "the listing has no photo"
