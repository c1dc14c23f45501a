"""Words in a client's kept photos: read once each, at most so many new ones in a scan.

A photo too small to read is asked for in the marketplace's larger size, where its address tells of
one; that file is kept too, as it is what was read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from infringement_dagster.domain.listing_pages.photo_sizes import larger_url
from infringement_dagster.domain.photo import KeptPhoto, ListingPhoto, MissedPhoto
from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.photo_text.brand_in_photo import ReadPhotos
from infringement_dagster.matching.photo_text.lines import PhotoText
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import WORKERS_MAX, reads_text
from resources.decoding.text_answers import TextRead
from resources.fetching.allowed_hosts import PhotoAccess
from resources.fetching.http_cache import FetchedPhoto
from resources.objects.keys import photo_key
from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings import photo_store, text_store
from resources.postgres.listings.records import PhotoRow

SMALL_SIDE_PX = 600  # longer side; below it a name of a tenth of the width is hardly read
_ASPECT_SLACK = 0.03  # another cut of the photo has its words elsewhere
NOT_INSTALLED = Unavailable("photos cannot be read here: the extra `ocr` is not installed")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A photo to be read, and the same in a larger size where there is one."""

    photo: KeptPhoto
    larger: FetchedPhoto | None


@dataclass(slots=True)
class PhotoTexts:
    """The texts of one client's photos; the decoder is asked for missing ones only.

    At most `photos_at_most` new ones are read; without `photos` none is asked for in a larger size.
    """

    database: Database
    objects: ObjectStore
    decoder: BlockingDecoder  # of `text_workers`
    client_id: str
    photos_at_most: int
    photos: PhotoAccess | None = None
    read_count: int = 0  # new ones
    left_count: int = 0  # worth reading and beyond the budget
    _is_installed: bool = field(default_factory=reads_text)

    def of_photos(self, wanted: Sequence[ListingPhoto]) -> ReadPhotos:
        """By SHA-256 the text of each kept photo, or why it was not read; the first come first."""
        places = {item.photo.sha256: item for item in wanted if isinstance(item.photo, KeptPhoto)}
        with self.database.client(self.client_id) as connection:
            known = text_store.texts_of(connection, self.client_id, places)
        missing = [sha256 for sha256 in places if sha256 not in known]
        if not self._is_installed:
            return {**known, **dict.fromkeys(missing, NOT_INSTALLED)}
        room = max(0, self.photos_at_most - self.read_count)
        now, left = missing[:room], missing[room:]
        self.read_count += len(now)
        self.left_count += len(left)
        read = self._read([places[sha256] for sha256 in now])
        return {**known, **read, **dict.fromkeys(left, budget_spent(self.photos_at_most))}

    def _read(self, places: Sequence[ListingPhoto]) -> dict[str, PhotoText | Unavailable]:
        """Read now and kept, but for those whose reader failed."""
        if not places:
            return {}
        asked = asyncio.run(self._with_larger(places))
        with ThreadPoolExecutor(WORKERS_MAX) as threads:
            found = list(threads.map(self._text, asked))
        texts = {item.photo.sha256: text for item, text in zip(asked, found, strict=True)}
        read = {sha256: text for sha256, text in texts.items() if isinstance(text, PhotoText)}
        with self.database.client(self.client_id) as connection:
            text_store.put_texts(connection, self.client_id, read)
        return {
            sha256: unread(text) if isinstance(text, MissedPhoto) else text
            for sha256, text in texts.items()
        }

    async def _with_larger(self, places: Sequence[ListingPhoto]) -> list[_Asked]:
        """The photos, small ones with what their marketplace serves in a larger size."""
        photos = {place.url: place.photo for place in places if isinstance(place.photo, KeptPhoto)}
        urls = {url: larger_url(url) for url, photo in photos.items() if _is_small(photo)}
        named = {url: larger for url, larger in urls.items() if larger is not None}
        if self.photos is None or not named:
            return [_Asked(photo, None) for photo in photos.values()]
        async with self.photos.fetcher() as fetcher:
            answers = await asyncio.gather(*map(fetcher.fetch, named.values()))
        fetched = {
            url: answer
            for url, answer in zip(named, answers, strict=True)
            if isinstance(answer, FetchedPhoto)
        }
        return [_Asked(photo, fetched.get(url)) for url, photo in photos.items()]

    def _text(self, asked: _Asked) -> TextRead:
        """The text of the larger size where it shows the same cut, else of the photo itself."""
        photo = asked.photo
        if asked.larger is not None:
            text = self._asked_for(asked.larger.content, asked.larger.sha256)
            if isinstance(text, PhotoText) and _is_same_cut(text, photo):
                self._keep_larger(asked.larger, text)
                return text.at_size(photo.hashed.width_px, photo.hashed.height_px)
        try:
            content = self.objects.get(photo_key(self.client_id, photo.sha256))
        except ObjectMissing as error:
            return MissedPhoto("not_found", str(error))
        return self._asked_for(content, photo.sha256)

    def _asked_for(self, content: bytes, sha256: str) -> TextRead:
        text = self.decoder.text(content, self.client_id)
        return text if isinstance(text, MissedPhoto) else replace(text, read_sha256=sha256)

    def _keep_larger(self, fetched: FetchedPhoto, text: PhotoText) -> None:
        key = photo_key(self.client_id, fetched.sha256)
        self.objects.put_once(key, fetched.content)
        row = PhotoRow(
            sha256=fetched.sha256,
            media_type=fetched.media_type,
            width_px=text.width_px,
            height_px=text.height_px,
            size_bytes=len(fetched.content),
            object_key=key,
            fetched_at=datetime.now(UTC),
        )
        with self.database.client(self.client_id) as connection:
            photo_store.put_photo(connection, self.client_id, row)


def places_of(
    sha256s: Sequence[str], photos: Mapping[str, Sequence[ListingPhoto]]
) -> list[ListingPhoto]:
    """Where each of the kept photos stands first, in the order given."""
    first: dict[str, ListingPhoto] = {}
    for places in photos.values():
        for place in places:
            if isinstance(place.photo, KeptPhoto):
                first.setdefault(place.photo.sha256, place)
    return [first[sha256] for sha256 in sha256s if sha256 in first]


def budget_spent(photos_at_most: int) -> Unavailable:
    """Why a photo that was worth reading was not read."""
    if not photos_at_most:
        return Unavailable("no scan has read its photos yet")
    return Unavailable(f"the {photos_at_most} photos that a scan may read were spent")


def unread(missed: MissedPhoto) -> Unavailable:
    """Why a signal cannot tell what the photo says."""
    return Unavailable(f"a photo could not be read for words ({missed.reason}): {missed.detail}")


def _is_small(photo: KeptPhoto) -> bool:
    return max(photo.hashed.width_px, photo.hashed.height_px) < SMALL_SIDE_PX


def _is_same_cut(text: PhotoText, photo: KeptPhoto) -> bool:
    """Whether the larger size has the photo's proportions, and is larger."""
    width_px, height_px = photo.hashed.width_px, photo.hashed.height_px
    stretch = (text.width_px / width_px) / (text.height_px / height_px)
    return text.width_px >= width_px and abs(stretch - 1) <= _ASPECT_SLACK
