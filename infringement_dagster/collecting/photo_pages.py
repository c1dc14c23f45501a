"""The client's reference photos as searches by photo ask about them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from infringement_dagster.domain.client import Search
from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.clients import client_store
from resources.postgres.clients.records import ReferencePhotoRow
from resources.postgres.database import Database
from resources.providers.plug_in import ProviderPlugIn
from resources.providers.search import PageResult, SearchPhoto, search_by_photos
from resources.providers.vendor_answers import Answering, RequestRefused


@dataclass(frozen=True, slots=True)
class PhotoPages:
    """The searches by a client's photos of one run."""

    database: Database
    objects: ObjectStore
    client_id: str
    provider: ProviderPlugIn
    search: Search

    async def pages(
        self, vendor: Answering, asked: Collection[str], known: Callable[[], Iterable[str]]
    ) -> AsyncGenerator[PageResult, None]:
        """The listings that look like photos whose ids are not in `asked`, and that are not known.

        What is known is read once the first photo is asked about: until then words find more.
        """
        photos = await asyncio.to_thread(self.photos)
        left = [photo for photo in photos if str(photo.reference_id) not in asked]
        found = search_by_photos(vendor, self.provider, self.search, left, known=known())
        async with aclosing(found) as pages:
            async for page in pages:
                yield page

    def photos(self) -> list[SearchPhoto]:
        """The client's first photos, a brand's first before any brand's second; no logos."""
        if not self.search.photos_max:
            return []
        with self.database.client(self.client_id) as c:
            rows = client_store.reference_photos(c, self.client_id)
        photos = [row for row in rows if row.kind == "photo"]
        return [
            SearchPhoto(row.reference_id, row.file_name, partial(_content, self.objects, row))
            for row in _by_turns(photos)[: self.search.photos_max]
        ]


def _by_turns(photos: list[ReferencePhotoRow]) -> list[ReferencePhotoRow]:
    turns: dict[str | None, int] = {}
    placed: list[tuple[int, ReferencePhotoRow]] = []
    for photo in photos:
        turns[photo.brand] = turns.get(photo.brand, 0) + 1
        placed.append((turns[photo.brand], photo))
    return [photo for _, photo in sorted(placed, key=lambda pair: pair[0])]


def _content(objects: ObjectStore, row: ReferencePhotoRow) -> bytes:
    try:
        return objects.get(row.object_key)
    except ObjectMissing as error:
        told = f"reference photo {row.file_name!r} has lost its file ({error}): upload it again"
        raise RequestRefused("not_found", told) from None
