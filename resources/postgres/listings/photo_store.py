"""Photos by their bytes, their perceptual hashes, and which listing shows which photo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256 as sha256_of
from typing import Literal
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.photo import MissedPhoto, MissReason, PerceptualHash
from infringement_dagster.matching.photos.hashes.hash_document import hash_document, hashes_from
from resources.fetching.http_cache import LastAnswer, Validators
from resources.postgres.listings.records import ListingPhotoRow, PhotoRow, StoredPhoto
from resources.postgres.statements import RefusedRow, Staging, execute, fetch_all

_INCOMING_PHOTOS = Staging(
    "incoming_photos",
    {
        "sha256": "text",
        "media_type": "text",
        "width_px": "int4",
        "height_px": "int4",
        "size_bytes": "int8",
        "object_key": "text",
        "fetched_at": "timestamptz",
        "hashes": "jsonb",
    },
)
_INCOMING_LISTING_PHOTOS = Staging(
    "incoming_listing_photos",
    {
        "provider": "text",
        "listing_id": "text",
        "url_sha256": "text",
        "url": "text",
        "position": "int4",
        "sha256": "text",
        "outcome": "text",
        "reason": "text",
        "etag": "text",
        "last_modified": "text",
        "answered_url": "text",
        "good_until": "timestamptz",
        "checked_at": "timestamptz",
        "scan_id": "uuid",
    },
)


def put_photo(
    c: Connection, client_id: str, photo: PhotoRow, hashes: Sequence[PerceptualHash] = ()
) -> None:
    """Guarantees that the photo is known and has these hashes, among others."""
    put_photos(c, client_id, {photo: hashes})


def put_photos(
    c: Connection, client_id: str, photos: Mapping[PhotoRow, Sequence[PerceptualHash]]
) -> None:
    """Guarantees that the photos are known and have these hashes, among others.

    The first row of the same bytes stays.
    """
    rows = {photo.sha256: _photo_columns(photo, hashes) for photo, hashes in photos.items()}
    _INCOMING_PHOTOS.load(c, client_id, [rows[sha256] for sha256 in sorted(rows)])
    execute(
        c,
        """
        INSERT INTO photos AS known (client_id, sha256, media_type, width_px, height_px,
            size_bytes, object_key, fetched_at, hashes)
        SELECT %(client_id)s, sha256, media_type, width_px, height_px,
            size_bytes, object_key, fetched_at, hashes
        FROM incoming_photos
        ON CONFLICT (client_id, sha256) DO UPDATE SET hashes = known.hashes || excluded.hashes
        WHERE NOT known.hashes @> excluded.hashes
        """,
        client_id=client_id,
    )


def photo_rows_of(c: Connection, client_id: str, sha256s: Iterable[str]) -> dict[str, PhotoRow]:
    """Those of the photos that are known, by SHA-256."""
    rows = fetch_all(
        c,
        PhotoRow,
        """
        SELECT sha256, media_type, width_px, height_px, size_bytes, object_key, fetched_at
        FROM photos WHERE client_id = %(client_id)s AND sha256 = ANY(%(sha256s)s)
        """,
        client_id=client_id,
        sha256s=list(sha256s),
    )
    return {row.sha256: row for row in rows}


def put_hashes(
    c: Connection, client_id: str, sha256: str, hashes: Sequence[PerceptualHash]
) -> None:
    """Guarantees that the known photo has these hashes, among others; else raises RefusedRow."""
    found = execute(
        c,
        """
        UPDATE photos SET hashes = hashes || %(hashes)s
        WHERE client_id = %(client_id)s AND sha256 = %(sha256)s
        """,
        client_id=client_id,
        sha256=sha256,
        hashes=Jsonb(hash_document(hashes)),
    )
    if not found:
        raise RefusedRow(
            f"client {client_id}: photos has no photo {sha256} that the hashes could be of"
        )


def hashes_of(
    c: Connection, client_id: str, sha256s: Iterable[str]
) -> dict[str, tuple[PerceptualHash, ...]]:
    """The hashes of those photos that have any, by SHA-256; of each algorithm `raw` first."""
    found = fetch_all(
        c,
        _hashes_of_photo,
        """
        SELECT sha256, hashes FROM photos
        WHERE client_id = %(client_id)s AND sha256 = ANY(%(sha256s)s) AND hashes <> '{}'
        """,
        client_id=client_id,
        sha256s=list(sha256s),
    )
    return dict(found)


def put_listing_photos(c: Connection, client_id: str, rows: Iterable[ListingPhotoRow]) -> None:
    """Guarantees what became of each photo URL; a photo once stored is never unstored.

    Listings, runs and stored photos must be known, else raises RefusedRow. A URL that a listing
    names twice counts where it stands first.
    """
    distinct: dict[tuple[str, str, str], ListingPhotoRow] = {}
    for row in rows:
        distinct.setdefault((row.provider, row.listing_id, _url_sha256(row.url)), row)
    _INCOMING_LISTING_PHOTOS.load(
        c, client_id, [(*key, *_listing_photo_columns(distinct[key])) for key in sorted(distinct)]
    )
    execute(
        c,
        """
        INSERT INTO listing_photos AS known (client_id, provider, listing_id, url_sha256, url,
            position, sha256, outcome, reason, etag, last_modified, answered_url, good_until,
            checked_at, first_scan_id, last_scan_id)
        SELECT %(client_id)s, provider, listing_id, url_sha256, url,
            position, sha256, outcome, reason, etag, last_modified, answered_url, good_until,
            checked_at, scan_id, scan_id
        FROM incoming_listing_photos
        ON CONFLICT (client_id, provider, listing_id, url_sha256) DO UPDATE SET
            (position, sha256, outcome, reason, etag, last_modified, answered_url, good_until,
            checked_at, last_scan_id)
            = (excluded.position, excluded.sha256, excluded.outcome, excluded.reason,
            excluded.etag, excluded.last_modified, excluded.answered_url, excluded.good_until,
            excluded.checked_at, excluded.last_scan_id)
        WHERE excluded.outcome = 'stored' OR known.outcome <> 'stored'
        """,
        client_id=client_id,
    )


def listing_photos(
    c: Connection, client_id: str, provider: Provider, listing_ids: Iterable[str]
) -> list[ListingPhotoRow]:
    """The photos of these listings, in order of listing id and position."""
    return fetch_all(
        c,
        _listing_photo,
        """
        SELECT provider, listing_id, url, position, sha256, outcome, reason,
            last_scan_id AS scan_id, checked_at
        FROM listing_photos
        WHERE client_id = %(client_id)s AND provider = %(provider)s
            AND listing_id = ANY(%(listing_ids)s)
        ORDER BY listing_id, position, url_sha256
        """,
        client_id=client_id,
        provider=provider,
        listing_ids=list(listing_ids),
    )


def stored_photos(
    c: Connection, client_id: str, provider: Provider, urls: Iterable[str]
) -> dict[str, StoredPhoto]:
    """By URL the photo last stored of it and the answer it came with."""
    pairs = fetch_all(
        c,
        _stored_photo,
        """
        SELECT DISTINCT ON (url_sha256) url, sha256, etag, last_modified, answered_url, good_until
        FROM listing_photos
        WHERE client_id = %(client_id)s AND provider = %(provider)s
            AND url_sha256 = ANY(%(url_sha256s)s) AND sha256 IS NOT NULL
        ORDER BY url_sha256, checked_at DESC
        """,
        client_id=client_id,
        provider=provider,
        url_sha256s=[_url_sha256(url) for url in urls],
    )
    return dict(pairs)


def _url_sha256(url: str) -> str:
    # A URL that cannot be encoded is refused with its name when the row is loaded.
    return sha256_of(url.encode("utf-8", "surrogatepass")).hexdigest()


def _listing_photo_columns(row: ListingPhotoRow) -> tuple[object, ...]:
    what: tuple[object, ...]
    if isinstance(row.photo, StoredPhoto):
        what = (row.photo.sha256, "stored", None, *_answer_columns(row.photo.answer))
    else:
        what = (None, row.photo.outcome, row.photo.reason, *_answer_columns(None))
    return (row.url, row.position, *what, row.checked_at, row.scan_id)


def _answer_columns(answer: LastAnswer | None) -> tuple[object, ...]:
    told = answer.validators if answer is not None else None
    words = (None, None, None) if told is None else (told.etag, told.last_modified, told.url)
    return (*words, None if answer is None else answer.good_until)


def _listing_photo(
    *,
    provider: Provider,
    listing_id: str,
    url: str,
    position: int,
    sha256: str | None,
    outcome: Literal["stored", "skipped", "failed"],
    reason: MissReason | None,
    scan_id: UUID,
    checked_at: datetime,
) -> ListingPhotoRow:
    photo: StoredPhoto | MissedPhoto
    if sha256 is not None:
        photo = StoredPhoto(sha256)
    else:
        assert outcome != "stored"  # a check of the table, as is a reason where nothing is stored
        assert reason is not None
        photo = MissedPhoto(reason)
    return ListingPhotoRow(provider, listing_id, url, position, photo, scan_id, checked_at)


def _photo_columns(photo: PhotoRow, hashes: Sequence[PerceptualHash]) -> tuple[object, ...]:
    size = (photo.width_px, photo.height_px, photo.size_bytes)
    place = (photo.object_key, photo.fetched_at)
    return (photo.sha256, photo.media_type, *size, *place, Jsonb(hash_document(hashes)))


def _hashes_of_photo(
    *, sha256: str, hashes: dict[str, str]
) -> tuple[str, tuple[PerceptualHash, ...]]:
    return sha256, hashes_from(hashes)


def _stored_photo(
    *,
    url: str,
    sha256: str,
    etag: str | None,
    last_modified: str | None,
    answered_url: str | None,
    good_until: datetime | None,
) -> tuple[str, StoredPhoto]:
    if good_until is None:
        return url, StoredPhoto(sha256)
    told = None if answered_url is None else Validators(answered_url, etag, last_modified)
    return url, StoredPhoto(sha256, LastAnswer(told, good_until))
