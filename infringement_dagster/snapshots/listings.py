"""The tables that assets hand over: polars frames of the core's values and back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, TypeAlias

import polars as pl

from infringement_dagster.domain.listing import (
    LISTING_COLUMNS,
    FoundListing,
    Listing,
    ListingColumns,
    columns_of,
)
from infringement_dagster.domain.photo import (
    HashedImage,
    KeptPhoto,
    ListingPhoto,
    MissedPhoto,
    PerceptualHash,
    PhotoOutcome,
)
from infringement_dagster.matching.pictures.hashes.hash_document import hash_document, hashes_from

Columns: TypeAlias = dict[str, pl.DataType | type[pl.DataType]]

_TYPES: Columns = {"price_low": pl.Decimal(14, 2), "price_high": pl.Decimal(14, 2)}
_TYPES |= {"rating": pl.Float64, "review_count": pl.Int64, "image_urls": pl.List(pl.String)}
LISTINGS_SCHEMA: Columns = {name: _TYPES.get(name, pl.String) for name in LISTING_COLUMNS}
LISTINGS_SCHEMA["page_key"] = pl.String  # the object that holds the provider's page as it was sent
LISTINGS_SCHEMA["description"] = pl.String  # read for scoring, not kept with the listing

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
    "hashes": pl.String,  # a JSON document; 5,000 pictures take 4 MB so, as lists of records 8
}


def listings_frame(found: Sequence[FoundListing]) -> pl.DataFrame:
    """One row a listing, in the order given."""
    return pl.DataFrame([_listing_row(one) for one in found], schema=LISTINGS_SCHEMA)


def _listing_row(found: FoundListing) -> dict[str, object]:
    row = asdict(columns_of(found.listing))
    return {**row, "page_key": found.page_key, "description": found.listing.description}


def listings_of(frame: pl.DataFrame) -> Iterator[Listing]:
    """The listings of a frame, in its order."""
    return (found.listing for found in found_listings_of(frame))


def found_listings_of(frame: pl.DataFrame) -> Iterator[FoundListing]:
    """The listings of a frame with their pages, in its order."""
    for row in frame.iter_rows(named=True):
        page_key = row.pop("page_key")
        description = row.pop("description", None)  # snapshots of earlier versions have none
        listing = replace(ListingColumns(**row).listing(), description=description)
        yield FoundListing(listing, page_key)


def photos_frame(photos: Sequence[ListingPhoto]) -> pl.DataFrame:
    """One row a picture of a listing; a missed one has no hashes."""
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
    """The pictures of each listing, by listing id, in position order."""
    photos: dict[str, list[ListingPhoto]] = {}
    for row in frame.sort("listing_id", "position").iter_rows(named=True):
        photo = ListingPhoto(row["listing_id"], row["position"], row["url"], _photo(row))
        photos.setdefault(photo.listing_id, []).append(photo)
    return photos


def _photo(row: Mapping[str, Any]) -> PhotoOutcome:
    if row["outcome"] != "stored":
        return MissedPhoto(row["reason"], row["detail"])
    hashed = HashedImage(
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
