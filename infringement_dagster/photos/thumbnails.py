"""Photos small enough to stand in a text: data URLs of JPEGs that we made."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from infringement_dagster.domain.photo import KeptPhoto, ListingPhoto
from infringement_dagster.photos.previews import MEDIA_TYPE, PhotoPreviews, SidePx, UnknownPhoto
from infringement_dagster.photos.references import UnusablePhoto
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.database import Database

# Dagster keeps them with each run's log: ten a table, three tables a run.
CHARS_MAX: Final = 4000


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """The thumbnails of one client's photos."""

    previews: PhotoPreviews
    client_id: str

    def data_url(self, sha256: str) -> str | None:
        """The photo's data URL, at most `CHARS_MAX` long; None where it cannot be shown."""
        try:
            content = self.previews.preview(self.client_id, sha256, SidePx.TINY)
        except (UnknownPhoto, UnusablePhoto, ObjectMissing):
            return None
        url = f"data:{MEDIA_TYPE};base64,{base64.b64encode(content).decode()}"
        return url if len(url) <= CHARS_MAX else None


def thumbnails_of(
    client_id: str, database: Database, objects: ObjectStore, decoder: BlockingDecoder
) -> Thumbnails:
    """The thumbnails of the client's photos, each made once and kept."""
    return Thumbnails(PhotoPreviews(database, objects, decoder), client_id)


def main_photo(photos: Sequence[ListingPhoto]) -> str | None:
    """The SHA-256 of the first photo of a listing that is kept; None where none is."""
    kept = (photo.photo.sha256 for photo in photos if isinstance(photo.photo, KeptPhoto))
    return next(kept, None)
