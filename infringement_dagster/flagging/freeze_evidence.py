"""Freezes what one run saw of the listings it flags, before any case names it.

Objects are written once under keys made of their SHA-256, so freezing again writes nothing twice
and a killed run leaves at most objects without a case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from uuid import UUID

from infringement_dagster.collecting.page_requests import page_request_document
from infringement_dagster.domain.case import NO_SAMPLE, Sample
from infringement_dagster.domain.listing import FoundListing
from infringement_dagster.domain.photo import KeptPhoto, ListingPhoto
from infringement_dagster.domain.score import Score
from infringement_dagster.evidence.manifest import (
    EvidenceKind,
    FrozenFile,
    Manifest,
)
from infringement_dagster.evidence.page_facts import (
    Circumstances,
    OwnPage,
    PhotoFact,
    listing_payload,
    page_facts,
)
from resources.objects.keys import evidence_key
from resources.objects.store import ObjectMissing, ObjectStore, sha256_hex
from resources.postgres.cases.records import EvidenceRow
from resources.postgres.listings.records import PhotoRow

SOFTWARE = f"infringement-dagster {version('infringement-dagster')}"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Sighting:
    """The scan that saw the listings, and the config under which it scored them."""

    client_id: str
    scan_id: UUID
    config_version: int


@dataclass(frozen=True, slots=True)
class FrozenObject:
    """A frozen file and the key of its bytes."""

    file: FrozenFile
    object_key: str


@dataclass(frozen=True, slots=True)
class FrozenPage:
    """A provider's page and the question that it answers."""

    frozen: FrozenObject
    request: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Capture:
    """Everything frozen of one listing; the manifest comes last and lists the others."""

    objects: tuple[FrozenObject, ...]
    captured_at: datetime

    @property
    def manifest_sha256(self) -> str:
        """The digest that the chain names."""
        return self.objects[-1].file.sha256

    def rows(self, case_id: UUID, scan_id: UUID) -> Iterator[EvidenceRow]:
        """All of it as evidence of the case."""
        for frozen in self.objects:
            yield EvidenceRow(
                case_id=case_id,
                kind=frozen.file.kind,
                object_key=frozen.object_key,
                sha256=frozen.file.sha256,
                size_bytes=frozen.file.size_bytes,
                media_type=frozen.file.media_type,
                scan_id=scan_id,
                captured_at=self.captured_at,
            )


@dataclass(frozen=True, slots=True)
class EvidenceFreezing:
    """The evidence of one scan at one provider; pages are read once for all their listings."""

    seen: Sighting
    objects: ObjectStore
    listings: Mapping[str, FoundListing]
    photos: Mapping[str, Sequence[ListingPhoto]]
    photo_rows: Mapping[str, PhotoRow]  # of kept photos, larger sizes read and references
    sample: Sample = NO_SAMPLE
    is_by_hand: bool = False
    _pages: dict[str, FrozenPage] = field(default_factory=dict)

    def is_news(self, listing_id: str, score: Score, known_sha256s: Collection[str]) -> bool:
        """Whether it says or shows anything, or matches a reference, that is not frozen yet."""
        payload = sha256_hex(listing_payload(self.listings[listing_id].listing))
        photos = (photo.file.sha256 for photo in self._photos(listing_id, score))
        matched = (
            reference.file.sha256 for reference in self._references(score, only_matches=True)
        )
        return not {payload, *photos, *matched} <= set(known_sha256s)

    def freeze(self, listing_id: str, score: Score) -> Capture:
        """The capture of the listing, all of it in the object store."""
        found, captured_at = self.listings[listing_id], datetime.now(UTC)
        page, own_pages = self._page(found.page_key), list(self._own_pages(found))
        payload = self._put("listing_payload", listing_payload(found.listing))
        around = self._circumstances(found, page, own_pages, payload, captured_at)
        facts = self._put("page_facts", page_facts(found.listing, score, around))
        photos = (*self._photos(listing_id, score), *self._references(score))
        pages = [page.frozen, *(own.frozen for own in own_pages)]
        frozen = [payload, *pages, facts, *photos]
        manifest = self._manifest(found, captured_at, [copy.file for copy in frozen])
        return closed_capture(self.objects, manifest, frozen)

    def _manifest(
        self, found: FoundListing, captured_at: datetime, files: Sequence[FrozenFile]
    ) -> Manifest:
        return Manifest(
            self.seen.client_id,
            found.listing.provider,
            found.listing.listing_id,
            found.listing.url,
            self.seen.scan_id,
            self.seen.config_version,
            SOFTWARE,
            captured_at,
            files,
        )

    def _circumstances(
        self,
        found: FoundListing,
        page: FrozenPage,
        own_pages: Sequence[FrozenPage],
        payload: FrozenObject,
        captured_at: datetime,
    ) -> Circumstances:
        return Circumstances(
            self.seen.client_id,
            self.seen.scan_id,
            self.seen.config_version,
            SOFTWARE,
            captured_at,
            page.request,
            page.frozen.file.sha256,
            payload.file.sha256,
            [_photo_fact(place) for place in self.photos.get(found.listing.listing_id, ())],
            [OwnPage(own.request, own.frozen.file.sha256) for own in own_pages],
            self.sample.chance_of(found.listing.listing_id),
            self.is_by_hand,
        )

    def _photos(self, listing_id: str, score: Score) -> Iterator[FrozenObject]:
        """The listing's photos, and larger sizes of them in which words were read."""
        shown = [
            place.photo.sha256
            for place in self.photos.get(listing_id, ())
            if isinstance(place.photo, KeptPhoto)
        ]
        larger = dict.fromkeys(
            item.read_sha256
            for item in score.photos_read
            if item.read_sha256 in self.photo_rows and item.read_sha256 not in shown
        )
        for sha256 in (*shown, *larger):
            yield _kept("photo", self.photo_rows[sha256])

    def _references(self, score: Score, *, only_matches: bool = False) -> Iterator[FrozenObject]:
        """The references that the listing was compared with, as the client gave them."""
        for sha256 in score.compared_references(only_matches=only_matches):
            if sha256 in self.photo_rows:
                yield _kept("reference_photo", self.photo_rows[sha256])

    def _own_pages(self, found: FoundListing) -> Iterator[FrozenPage]:
        """The listing's own pages; of one that an earlier scan read, as long as it is kept."""
        for page_key in found.own_page_keys:
            try:
                yield self._page(page_key, "listing_page")
            except ObjectMissing:
                continue

    def _page(self, page_key: str, kind: EvidenceKind = "provider_page") -> FrozenPage:
        if page_key not in self._pages:
            content = self.objects.get(page_key)
            file = FrozenFile(kind, sha256_hex(content), len(content), _JSON)
            request = page_request_document(self.objects, page_key)
            self._pages[page_key] = FrozenPage(FrozenObject(file, page_key), request)
        return self._pages[page_key]

    def _put(self, kind: EvidenceKind, content: bytes) -> FrozenObject:
        return frozen_json(self.objects, self.seen.client_id, kind, content)


def frozen_json(
    objects: ObjectStore, client_id: str, kind: EvidenceKind, content: bytes
) -> FrozenObject:
    """The document, in the object store under its own SHA-256."""
    return frozen_file(objects, kind, evidence_key(client_id, sha256_hex(content)), content, _JSON)


def frozen_file(
    objects: ObjectStore, kind: EvidenceKind, key: str, content: bytes, media_type: str
) -> FrozenObject:
    """The file, in the object store under its key."""
    objects.put_once(key, content)
    return FrozenObject(FrozenFile(kind, sha256_hex(content), len(content), media_type), key)


def closed_capture(
    objects: ObjectStore, manifest: Manifest, frozen: Sequence[FrozenObject]
) -> Capture:
    """The capture of what the manifest lists, with the manifest; all of it held in the store."""
    listed = frozen_json(objects, manifest.client_id, "manifest", manifest.content())
    capture = Capture((*frozen, listed), manifest.captured_at)
    for copy in capture.objects:
        objects.hold(copy.object_key)
    return capture


def photos_named(photos: Iterable[ListingPhoto], score: Score) -> set[str]:
    """The SHA-256 of the kept photos, of references they were compared with, of files read."""
    kept = {place.photo.sha256 for place in photos if isinstance(place.photo, KeptPhoto)}
    read = {item.read_sha256 for item in score.photos_read}
    return kept | read | score.compared_references()


def _kept(kind: EvidenceKind, row: PhotoRow) -> FrozenObject:
    file = FrozenFile(kind, row.sha256, row.size_bytes, row.media_type)
    return FrozenObject(file, row.object_key)


def _photo_fact(place: ListingPhoto) -> PhotoFact:
    if isinstance(place.photo, KeptPhoto):
        return PhotoFact(place.position, place.url, place.photo.sha256, None)
    reason = f"{place.photo.outcome}: {place.photo.reason}"
    return PhotoFact(place.position, place.url, None, reason)
