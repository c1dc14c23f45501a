"""The client's reference photos as searches by photo ask about them."""

from __future__ import annotations

from functools import partial

from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.clients import client_store
from resources.postgres.clients.records import ReferencePhotoRow
from resources.postgres.database import Database
from resources.providers.search import SearchPhoto
from resources.providers.vendor_answers import RequestRefused


def photos_to_search(
    database: Database, objects: ObjectStore, client_id: str, photos_max: int
) -> list[SearchPhoto]:
    """The client's first photos, a brand's first before any brand's second; logos are left out."""
    if not photos_max:
        return []
    with database.client(client_id) as c:
        rows = client_store.reference_photos(c, client_id)
    photos = [row for row in rows if row.kind == "photo"]
    return [
        SearchPhoto(row.reference_id, row.file_name, partial(_content, objects, row))
        for row in _by_turns(photos)[:photos_max]
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
