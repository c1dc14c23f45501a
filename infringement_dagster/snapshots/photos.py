"""The table of listings' photos that assets hand over: made, read, and looked up in part."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import polars as pl

from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.photo import (
    HashedPhoto,
    KeptPhoto,
    ListingPhoto,
    MissedPhoto,
    PerceptualHash,
    PhotoOutcome,
)
from infringement_dagster.matching.photos.hashes.hash_document import hash_document, hashes_from
from infringement_dagster.snapshots.listings import Columns
from infringement_dagster.snapshots.rows import RowLookup

PHOTOS_SCHEMA: Columns = {
    "listing_id": pl.String,
    "position": pl.Int32,
    "url": pl.String,
    "outcome": pl.String,
    "reason": pl.String,
    "detail": pl.String,
    "sha256": pl.String,
    "media_type": pl.String,
    "width_px": pl.Int32,
    "height_px": pl.Int32,
    "hashes": pl.String,  # a JSON document; 5,000 photos take 4 MB so, as lists of records 8
}


def photos_frame(photos: Sequence[ListingPhoto]) -> pl.DataFrame:
    """One row a photo of a listing; a missed one has no hashes."""
    return pl.DataFrame([_photo_row(photo) for photo in photos], schema=PHOTOS_SCHEMA)


def _photo_row(photo: ListingPhoto) -> dict[str, object]:
    place = {"listing_id": photo.listing_id, "position": photo.position, "url": photo.url}
    return place | _photo_columns(photo.photo)


def _photo_columns(photo: PhotoOutcome) -> dict[str, object]:
    if isinstance(photo, MissedPhoto):
        return {"outcome": photo.outcome, "reason": photo.reason, "detail": photo.detail}
    return {
        "outcome": "stored",
        "sha256": photo.sha256,
        "media_type": photo.hashed.media_type,
        "width_px": photo.hashed.width_px,
        "height_px": photo.hashed.height_px,
        "hashes": json.dumps(hash_document(photo.hashed.hashes)),
    }


def photos_of(frame: pl.DataFrame) -> dict[str, list[ListingPhoto]]:
    """The photos of each listing, by listing id, in position order."""
    photos: dict[str, list[ListingPhoto]] = {}
    for row in frame.sort("listing_id", "position").iter_rows(named=True):
        photo = ListingPhoto(row["listing_id"], row["position"], row["url"], _photo(row))
        photos.setdefault(photo.listing_id, []).append(photo)
    return photos


def _photo(row: Mapping[str, Any]) -> PhotoOutcome:
    if row["outcome"] != "stored":
        return MissedPhoto(row["reason"], row["detail"])
    hashed = HashedPhoto(
        width_px=row["width_px"],
        height_px=row["height_px"],
        media_type=row["media_type"],
        hashes=_hashes(row["hashes"]),
    )
    return KeptPhoto(row["sha256"], hashed)


def _hashes(kept: str | Sequence[Mapping[str, Any]]) -> tuple[PerceptualHash, ...]:
    """The hashes of a JSON document or, in earlier snapshots, of a list of records."""
    if isinstance(kept, str):
        return hashes_from(json.loads(kept))
    return tuple(PerceptualHash(**hash_) for hash_ in kept)


class PhotoLookup:
    """The photos of a snapshot; 10,000 with their hashes take 1 to 3 MB packed, 17 MB read."""

    def __init__(self, photos: pl.LazyFrame) -> None:
        self._photos = photos
        self._rows = RowLookup(photos)

    def kept_ids(self, provider: Provider) -> dict[tuple[str, str], list[str]]:
        """The contents' hashes of each listing's kept photos, by provider and listing."""
        kept = self._photos.select("listing_id", "sha256").collect().drop_nulls()
        ids: dict[tuple[str, str], list[str]] = {}
        for listing_id, sha256 in kept.iter_rows():
            ids.setdefault((provider, listing_id), []).append(sha256)
        return ids

    def of(self, listing_ids: Collection[str]) -> dict[str, list[ListingPhoto]]:
        """The photos of each of these listings that has any, as `photos_of` gives them."""
        return photos_of(self._rows.of(listing_ids))
