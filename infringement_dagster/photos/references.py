"""A client's reference photos: taken in, kept at the algorithms in use, loaded for scoring."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto, ReferenceKind
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.local_features import LocalFeatures
from infringement_dagster.matching.photos.logos import KEY_POINTS_MIN
from infringement_dagster.photos.freshness import kept_photos
from resources.decoding.blocking import BlockingDecoder
from resources.objects.keys import photo_key
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.listings import photo_store
from resources.postgres.listings.records import PhotoRow
from resources.text import is_plain_line


class RefusedReference(PermanentError):
    """A reference is not taken in; `told` is the reason for whoever sent it and knows the file."""

    def __init__(self, message: str, told: str = "") -> None:
        super().__init__(message)
        self.told = told or message


class UnusablePhoto(RefusedReference):
    """A reference photo cannot be hashed; the message names the file and the reason."""

    problem = ProblemKind(
        422, "unusable-photo", "The photo cannot be read", "Send a JPEG, PNG, WebP or GIF file."
    )


class SimpleLogo(RefusedReference):
    """A logo has too few key points to be recognised in a photo."""

    problem = ProblemKind(
        422,
        "simple-logo",
        "The logo is too simple to be recognised",
        "Upload it with its lettering, or have words in photos read.",
    )


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A reference as the client gave it."""

    file_name: str
    content: bytes
    brand: str | None = None
    kind: ReferenceKind = "photo"


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """A reference that can be read, of which nothing is kept yet; a vector drawing is drawn."""

    file: PhotoFile
    sha256: str
    hashed: HashedPhoto


def read_photo(decoder: BlockingDecoder, client_id: str, photo: PhotoFile) -> ReadPhoto:
    """The reference with its hashes.

    Raises `UnusablePhoto`, and `SimpleLogo` for a logo that no photo could be compared with.
    """
    _check_name(client_id, photo.file_name)
    drawn = _in_pixels(decoder, client_id, photo)
    hashed = decoder.hash(drawn.content, client_id)
    if not isinstance(hashed, HashedPhoto):
        raise _unusable(client_id, drawn, hashed)
    if drawn.kind == "logo":
        _check_logo(decoder, client_id, drawn)
    return ReadPhoto(drawn, sha256_hex(drawn.content), hashed)


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
        c,
        client_id,
        sha256=photo.sha256,
        file_name=file.file_name,
        brand=file.brand,
        kind=file.kind,
    )


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
    """The client's references that have hashes, in an order that an intake anew would have too.

    The index of their corner points is built in it, and scores follow the index in the fifth digit.
    """
    with database.client(client_id) as connection:
        rows = client_store.reference_photos(connection, client_id)
        hashed = kept_photos(connection, client_id, (row.sha256 for row in rows))
    return [
        Reference(
            str(row.reference_id), Photo(row.sha256, hashed[row.sha256]), row.brand, kind=row.kind
        )
        for row in sorted(rows, key=lambda row: row.sha256)
        if row.sha256 in hashed
    ]


def _in_pixels(decoder: BlockingDecoder, client_id: str, photo: PhotoFile) -> PhotoFile:
    """The same, a logo's vector drawing drawn."""
    if photo.kind != "logo" or b"<svg" not in photo.content[:4096]:
        return photo
    drawn = decoder.drawn(photo.content, client_id)
    if isinstance(drawn, MissedPhoto):
        raise _unusable(client_id, photo, drawn)
    return replace(photo, content=drawn)


def _unusable(client_id: str, photo: PhotoFile, missed: MissedPhoto) -> UnusablePhoto:
    return UnusablePhoto(
        f"reference {photo.kind} {photo.file_name!r} of client {client_id!r} cannot be used "
        f"({missed.reason}): {missed.detail}",
        f"it cannot be used: {missed.detail or missed.reason}",
    )


def _check_logo(decoder: BlockingDecoder, client_id: str, logo: PhotoFile) -> None:
    found = decoder.key_points(logo.content, client_id)
    count = len(found.positions) if isinstance(found, LocalFeatures) else 0
    if count < KEY_POINTS_MIN:
        raise SimpleLogo(
            f"logo {logo.file_name!r} of client {client_id!r} has {count} key points on white "
            f"ground, {KEY_POINTS_MIN} are needed: simple shapes such as a swoosh, and white ones "
            "on clear ground, are out of reach; upload it with its lettering, dark on light",
            "the logo is too simple to be recognised: upload it with its lettering, dark on light",
        )


def _check_name(client_id: str, file_name: str) -> None:
    if not is_plain_line(file_name):
        raise UnusablePhoto(
            f"the file name {file_name!r} of a reference photo of client {client_id!r} holds line "
            "breaks, controls or direction marks: rename the file",
            "its name holds signs that cannot be shown: rename the file",
        )
