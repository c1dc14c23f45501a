"""A client's reference photos: taken in, kept at the algorithms in use, loaded for scoring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.photo import HashedPhoto
from infringement_dagster.matching.scoring import Photo, Reference
from infringement_dagster.photos.corner_points import KeptPoints
from infringement_dagster.photos.freshness import kept_photos
from infringement_dagster.photos.key_points import KeyPoints
from resources.decoding.blocking import BlockingDecoder
from resources.objects.keys import photo_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.listings import photo_store
from resources.postgres.listings.records import PhotoRow
from resources.text import is_plain_line


class UnusablePhoto(PermanentError):
    """A reference photo cannot be hashed; the message names the file and the reason."""

    problem = ProblemKind(
        422, "unusable-photo", "The photo cannot be read", "Send a JPEG, PNG, WebP or GIF file."
    )


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A reference photo as the client gave it."""

    file_name: str
    content: bytes
    brand: str | None = None


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """A reference photo that can be read, of which nothing is kept yet."""

    file: PhotoFile
    hashed: HashedPhoto

    @property
    def sha256(self) -> str:
        """The SHA-256 of its bytes."""
        return sha256_hex(self.file.content)


def read_photo(decoder: BlockingDecoder, client_id: str, photo: PhotoFile) -> ReadPhoto:
    """The photo with its hashes; raises `UnusablePhoto`."""
    _check_name(client_id, photo.file_name)
    hashed = decoder.hash(photo.content, client_id)
    if not isinstance(hashed, HashedPhoto):
        raise UnusablePhoto(
            f"reference photo {photo.file_name!r} of client {client_id!r} cannot be used "
            f"({hashed.reason}): {hashed.detail}"
        )
    return ReadPhoto(photo, hashed)


def keep_photo(c: Connection, objects: ObjectStore, client_id: str, photo: ReadPhoto) -> UUID:
    """The id of the photo as a reference, its bytes kept before its row."""
    file, hashed = photo.file, photo.hashed
    key = photo_key(client_id, photo.sha256)
    objects.put_once(key, file.content)
    row = PhotoRow(
        sha256=photo.sha256,
        media_type=hashed.media_type,
        width_px=hashed.width_px,
        height_px=hashed.height_px,
        size_bytes=len(file.content),
        object_key=key,
        fetched_at=datetime.now(UTC),
    )
    photo_store.put_photo(c, client_id, row, hashed.hashes)
    return client_store.add_reference_photo(
        c, client_id, sha256=photo.sha256, file_name=file.file_name, brand=file.brand
    )


def keep_points(
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    client_id: str,
    photos: Iterable[ReadPhoto],
) -> None:
    """Guarantees key points and corner points of kept references, so that no scan waits for them.

    Where this is interrupted, the next scan finds them.
    """
    key_points = KeyPoints(objects, decoder, client_id)
    points = KeptPoints(database, objects, decoder, client_id)
    for photo in photos:
        key_points.of_photo(photo.sha256)
        points.keep_reference(photo.sha256)


def add_references(
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    client_id: str,
    photos: Iterable[PhotoFile],
) -> int:
    """The number of photos kept; raises `UnusablePhoto` before keeping any of them."""
    read = [read_photo(decoder, client_id, photo) for photo in photos]
    with database.client(client_id) as connection:
        for photo in read:
            keep_photo(connection, objects, client_id, photo)
    keep_points(database, objects, decoder, client_id, read)
    return len(read)


def hash_references(
    database: Database, objects: ObjectStore, decoder: BlockingDecoder, client_id: str
) -> int:
    """The number of references whose hashes are current, after hashing those that were not."""
    with database.client(client_id) as connection:
        rows = client_store.reference_photos(connection, client_id)
        current = set(kept_photos(connection, client_id, (row.sha256 for row in rows)))
    for row in rows:
        if row.sha256 in current:
            continue
        result = decoder.hash(objects.get(row.object_key))
        if not isinstance(result, HashedPhoto):
            continue  # it was readable when taken in; scoring goes on without it
        with database.client(client_id) as connection:
            photo_store.put_hashes(connection, client_id, row.sha256, result.hashes)
        current.add(row.sha256)
    return len(current)


def load_references(database: Database, client_id: str) -> list[Reference]:
    """The client's references that have hashes."""
    with database.client(client_id) as connection:
        rows = client_store.reference_photos(connection, client_id)
        hashed = kept_photos(connection, client_id, (row.sha256 for row in rows))
    return [
        Reference(str(row.reference_id), Photo(row.sha256, hashed[row.sha256]), row.brand)
        for row in rows
        if row.sha256 in hashed
    ]


def _check_name(client_id: str, file_name: str) -> None:
    if not is_plain_line(file_name):
        raise UnusablePhoto(
            f"the file name {file_name!r} of a reference photo of client {client_id!r} holds line "
            "breaks, controls or direction marks: rename the file"
        )
