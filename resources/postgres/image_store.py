"""Pictures by their bytes, their perceptual hashes, and which listing shows which picture.

Belongs here: SQL of `images`, `image_hashes` and `listing_images`. Not here: the bytes
(`resources/object_store.py`), which photos a client owns (`client_store.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256 as sha256_of
from typing import Literal
from uuid import UUID

from psycopg import Connection

from infringement_dagster.matching.hashing import PerceptualHash, View
from infringement_dagster.matching.listing import Provider
from resources.image_answers import LastAnswer, Validators
from resources.postgres.records import ImageRow, ListingImageRow, MissingPicture, StoredPicture
from resources.postgres.statements import Staging, execute, execute_many, fetch_all

_INCOMING_HASHES = Staging(
    "incoming_hashes",
    {
        "sha256": "text",
        "algorithm": "text",
        "algorithm_version": "int4",
        "view": "text",
        "hash_hex": "text",
    },
)
_INCOMING_PICTURES = Staging(
    "incoming_pictures",
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


def put_image(c: Connection, client_id: str, image: ImageRow) -> None:
    """Guarantees that the picture is known; the first row of these bytes stays."""
    put_images(c, client_id, [image])


def put_images(c: Connection, client_id: str, images: Iterable[ImageRow]) -> None:
    """Guarantees that the pictures are known; the first row of the same bytes stays."""
    execute_many(
        c,
        """
        INSERT INTO images (client_id, sha256, media_type, width_px, height_px, size_bytes,
            object_key, fetched_at)
        VALUES (%(client_id)s, %(sha256)s, %(media_type)s, %(width_px)s, %(height_px)s,
            %(size_bytes)s, %(object_key)s, %(fetched_at)s)
        ON CONFLICT DO NOTHING
        """,
        [
            {
                "client_id": client_id,
                "sha256": image.sha256,
                "media_type": image.media_type,
                "width_px": image.width_px,
                "height_px": image.height_px,
                "size_bytes": image.size_bytes,
                "object_key": image.object_key,
                "fetched_at": image.fetched_at,
            }
            for image in sorted(images, key=lambda image: image.sha256)
        ],
    )


def images_of(c: Connection, client_id: str, sha256s: Iterable[str]) -> dict[str, ImageRow]:
    """Those of the pictures that are known, by SHA-256."""
    rows = fetch_all(
        c,
        ImageRow,
        """
        SELECT sha256, media_type, width_px, height_px, size_bytes, object_key, fetched_at
        FROM images WHERE client_id = %(client_id)s AND sha256 = ANY(%(sha256s)s)
        """,
        client_id=client_id,
        sha256s=list(sha256s),
    )
    return {row.sha256: row for row in rows}


def known_images(c: Connection, client_id: str, sha256s: Iterable[str]) -> set[str]:
    """Which of the pictures are known."""
    return set(images_of(c, client_id, sha256s))


def put_hashes(
    c: Connection, client_id: str, sha256: str, hashes: Sequence[PerceptualHash]
) -> None:
    """Guarantees that the known picture has these hashes; raises RefusedRow for an unknown one."""
    put_hashes_many(c, client_id, {sha256: hashes})


def put_hashes_many(
    c: Connection, client_id: str, hashes: Mapping[str, Sequence[PerceptualHash]]
) -> None:
    """Guarantees that known pictures (by SHA-256) have these hashes, among others.

    Raises RefusedRow for an unknown picture.
    """
    rows = {
        (sha256, one.algorithm, one.algorithm_version, one.view): one.hash_hex
        for sha256, of_one in hashes.items()
        for one in of_one
    }
    _INCOMING_HASHES.load(c, client_id, [(*key, rows[key]) for key in sorted(rows)])
    execute(
        c,
        """
        INSERT INTO image_hashes AS known
            (client_id, sha256, algorithm, algorithm_version, view, hash_hex)
        SELECT %(client_id)s, sha256, algorithm, algorithm_version, view, hash_hex
        FROM incoming_hashes
        ON CONFLICT (client_id, sha256, algorithm, algorithm_version, view)
        DO UPDATE SET hash_hex = excluded.hash_hex WHERE known.hash_hex <> excluded.hash_hex
        """,
        client_id=client_id,
    )


def hashes_of(
    c: Connection, client_id: str, sha256s: Iterable[str]
) -> dict[str, tuple[PerceptualHash, ...]]:
    """The hashes of those pictures that have any, by SHA-256; of each algorithm `raw` first."""
    found: dict[str, list[PerceptualHash]] = defaultdict(list)
    for sha256, one in fetch_all(
        c,
        _hash_of_image,
        """
        SELECT sha256, algorithm, algorithm_version, view, hash_hex FROM image_hashes
        WHERE client_id = %(client_id)s AND sha256 = ANY(%(sha256s)s)
        ORDER BY sha256, algorithm, algorithm_version, view <> 'raw', view
        """,
        client_id=client_id,
        sha256s=list(sha256s),
    ):
        found[sha256].append(one)
    return {sha256: tuple(hashes) for sha256, hashes in found.items()}


def put_listing_images(c: Connection, client_id: str, rows: Iterable[ListingImageRow]) -> None:
    """Guarantees what became of each picture URL; a picture once stored is never unstored.

    Listings, runs and stored pictures must be known, else raises RefusedRow. A URL that a listing
    names twice counts where it stands first.
    """
    distinct: dict[tuple[str, str, str], ListingImageRow] = {}
    for row in rows:
        distinct.setdefault((row.provider, row.listing_id, _url_sha256(row.url)), row)
    _INCOMING_PICTURES.load(
        c, client_id, [(*key, *_picture_columns(distinct[key])) for key in sorted(distinct)]
    )
    execute(
        c,
        """
        INSERT INTO listing_images AS known (client_id, provider, listing_id, url_sha256, url,
            position, sha256, outcome, reason, etag, last_modified, answered_url, good_until,
            checked_at, first_scan_id, last_scan_id)
        SELECT %(client_id)s, provider, listing_id, url_sha256, url,
            position, sha256, outcome, reason, etag, last_modified, answered_url, good_until,
            checked_at, scan_id, scan_id
        FROM incoming_pictures
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


def listing_images(
    c: Connection, client_id: str, provider: Provider, listing_ids: Iterable[str]
) -> list[ListingImageRow]:
    """The pictures of these listings, in order of listing id and position."""
    return fetch_all(
        c,
        _listing_image,
        """
        SELECT provider, listing_id, url, position, sha256, outcome, reason,
            last_scan_id AS scan_id, checked_at
        FROM listing_images
        WHERE client_id = %(client_id)s AND provider = %(provider)s
            AND listing_id = ANY(%(listing_ids)s)
        ORDER BY listing_id, position, url_sha256
        """,
        client_id=client_id,
        provider=provider,
        listing_ids=list(listing_ids),
    )


def stored_pictures(
    c: Connection, client_id: str, provider: Provider, urls: Iterable[str]
) -> dict[str, StoredPicture]:
    """By URL the picture last stored of it and the answer it came with."""
    pairs = fetch_all(
        c,
        _stored_picture,
        """
        SELECT DISTINCT ON (url_sha256) url, sha256, etag, last_modified, answered_url, good_until
        FROM listing_images
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


def _picture_columns(row: ListingImageRow) -> tuple[object, ...]:
    what: tuple[object, ...]
    if isinstance(row.picture, StoredPicture):
        what = (row.picture.sha256, "stored", None, *_answer_columns(row.picture.answer))
    else:
        what = (None, row.picture.outcome, row.picture.reason, *_answer_columns(None))
    return (row.url, row.position, *what, row.checked_at, row.scan_id)


def _answer_columns(answer: LastAnswer | None) -> tuple[object, ...]:
    told = answer.validators if answer is not None else None
    words = (None, None, None) if told is None else (told.etag, told.last_modified, told.url)
    return (*words, None if answer is None else answer.good_until)


def _listing_image(
    *,
    provider: Provider,
    listing_id: str,
    url: str,
    position: int,
    sha256: str | None,
    outcome: Literal["stored", "skipped", "failed"],
    reason: str | None,
    scan_id: UUID,
    checked_at: datetime,
) -> ListingImageRow:
    picture: StoredPicture | MissingPicture
    if sha256 is not None:
        picture = StoredPicture(sha256)
    else:
        assert outcome != "stored"  # a check of the table, as is a reason where nothing is stored
        assert reason is not None
        picture = MissingPicture(outcome, reason)
    return ListingImageRow(provider, listing_id, url, position, picture, scan_id, checked_at)


def _hash_of_image(
    *, sha256: str, algorithm: str, algorithm_version: int, view: View, hash_hex: str
) -> tuple[str, PerceptualHash]:
    return sha256, PerceptualHash(algorithm, algorithm_version, view, hash_hex)


def _stored_picture(
    *,
    url: str,
    sha256: str,
    etag: str | None,
    last_modified: str | None,
    answered_url: str | None,
    good_until: datetime | None,
) -> tuple[str, StoredPicture]:
    if good_until is None:
        return url, StoredPicture(sha256)
    told = None if answered_url is None else Validators(answered_url, etag, last_modified)
    return url, StoredPicture(sha256, LastAnswer(told, good_until))
