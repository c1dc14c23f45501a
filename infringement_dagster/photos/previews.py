"""Photos as people see them: made again by us from what strangers wrote, never the original."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.photos.references import UnusablePhoto
from resources.decoding.blocking import BlockingDecoder
from resources.objects.keys import preview_key
from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings import photo_store

MEDIA_TYPE = "image/jpeg"


class SidePx(IntEnum):
    """The longest side of a preview; few, so that a photo is kept in few sizes."""

    TINY = 48
    THUMB = 160
    SMALL = 320
    LARGE = 640
    FULL = 1280


class UnknownPhoto(PermanentError):
    """The client has no photo with this SHA-256."""

    problem = ProblemKind(404, "unknown-photo", "No such photo", "Read its listing or case again.")


@dataclass(frozen=True, slots=True)
class PhotoPreviews:
    """The previews of all clients' photos."""

    database: Database
    objects: ObjectStore
    decoder: BlockingDecoder

    def preview(self, client_id: str, sha256: str, side_px: SidePx) -> bytes:
        """A JPEG, no side longer than `side_px`; raises `UnknownPhoto` and `UnusablePhoto`."""
        with self.database.client(client_id) as connection:
            row = photo_store.photo_rows_of(connection, client_id, [sha256]).get(sha256)
        if row is None:
            raise UnknownPhoto(f"client {client_id} has no photo {sha256}")
        return self.preview_of(client_id, sha256, row.object_key, side_px)

    def preview_of(self, client_id: str, sha256: str, object_key: str, side_px: int) -> bytes:
        """The same of any kept screenshot of the client; raises `UnusablePhoto`."""
        key = preview_key(client_id, sha256, side_px)
        try:
            return self.objects.get(key)
        except ObjectMissing:
            made = self.decoder.preview(self.objects.get(object_key), side_px, client_id)
        if not isinstance(made, bytes):
            raise UnusablePhoto(
                f"photo {sha256} of client {client_id} cannot be shown "
                f"({made.reason}): {made.detail}"
            )
        self.objects.put_once(key, made)
        return made
