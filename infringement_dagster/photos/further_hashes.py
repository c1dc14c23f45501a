"""The further hashes of a client's kept photos, made once each and anew where they are old."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from infringement_dagster.domain.further_hash import FurtherHash
from infringement_dagster.domain.photo import (
    HashedPhoto,
    KeptPhoto,
    ListingPhoto,
    MissedPhoto,
    PerceptualHash,
)
from infringement_dagster.matching.photos.compared import Reference
from infringement_dagster.matching.photos.hashes.further import (
    missing_from,
    with_further,
)
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import WORKERS_MAX
from resources.objects.keys import photo_key
from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings import photo_store


@dataclass(frozen=True, slots=True)
class KeptFurtherHashes:
    """Those that a config names; the decoder is asked for missing ones only."""

    database: Database
    objects: ObjectStore
    decoder: BlockingDecoder
    client_id: str
    wanted: tuple[FurtherHash, ...]

    def of_photos(
        self, photos: Mapping[str, Sequence[ListingPhoto]]
    ) -> Mapping[str, Sequence[ListingPhoto]]:
        """The listings' photos, each with these hashes among its own."""
        if not self.wanted:
            return photos
        kept = {
            place.photo.sha256: place.photo.hashed
            for places in photos.values()
            for place in places
            if isinstance(place.photo, KeptPhoto)
        }
        complete = self._complete(kept)
        return {
            listing_id: [_with_hashes(place, complete) for place in places]
            for listing_id, places in photos.items()
        }

    def of_references(self, references: Sequence[Reference]) -> list[Reference]:
        """The references, each with these hashes among its own."""
        if not self.wanted:
            return list(references)
        kept = {
            reference.photo.photo_id: reference.photo.hashed
            for reference in references
            if isinstance(reference.photo.hashed, HashedPhoto)
        }
        complete = self._complete(kept)
        return [
            replace(
                reference, photo=replace(reference.photo, hashed=complete[reference.photo.photo_id])
            )
            if reference.photo.photo_id in complete
            else reference
            for reference in references
        ]

    def _complete(self, kept: Mapping[str, HashedPhoto]) -> dict[str, HashedPhoto]:
        """By SHA-256 with all of them; what is missing is read, or else made and kept."""
        lacking = self._lacking(kept)
        stored = self._stored(lacking)
        known = {sha256: with_further(kept[sha256], stored.get(sha256, ())) for sha256 in lacking}
        made = self._made_anew(self._lacking(known))
        anew = {sha256: with_further(known[sha256], hashes) for sha256, hashes in made.items()}
        return {**kept, **known, **anew}

    def _lacking(self, kept: Mapping[str, HashedPhoto]) -> list[str]:
        return [key for key, hashed in kept.items() if missing_from(hashed.hashes, self.wanted)]

    def _stored(self, sha256s: Sequence[str]) -> dict[str, tuple[PerceptualHash, ...]]:
        if not sha256s:
            return {}
        with self.database.client(self.client_id) as connection:
            return photo_store.hashes_of(connection, self.client_id, sha256s)

    def _made_anew(self, sha256s: Sequence[str]) -> dict[str, tuple[PerceptualHash, ...]]:
        if not sha256s:
            return {}
        with ThreadPoolExecutor(WORKERS_MAX) as threads:
            found = zip(sha256s, threads.map(self._made, sha256s), strict=True)
            made = {sha256: hashes for sha256, hashes in found if hashes}
        self._keep(made)
        return made

    def _made(self, sha256: str) -> tuple[PerceptualHash, ...]:
        """None of them where the photo has gone or yields none."""
        try:
            content = self.objects.get(photo_key(self.client_id, sha256))
        except ObjectMissing:
            return ()
        made = self.decoder.further_hashes(content, self.wanted, self.client_id)
        return () if isinstance(made, MissedPhoto) else made

    def _keep(self, made: Mapping[str, Iterable[PerceptualHash]]) -> None:
        with self.database.client(self.client_id) as connection:
            for sha256, hashes in sorted(made.items()):
                photo_store.put_hashes(connection, self.client_id, sha256, tuple(hashes))


def _with_hashes(place: ListingPhoto, hashed: Mapping[str, HashedPhoto]) -> ListingPhoto:
    if isinstance(place.photo, MissedPhoto):
        return place
    sha256 = place.photo.sha256
    return replace(place, photo=KeptPhoto(sha256, hashed.get(sha256, place.photo.hashed)))
