"""The tables that assets hand over: polars frames of the core's values and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from infringement_dagster.domain.listing import FoundListing, Listing, Price, Seller
from infringement_dagster.domain.photo import (
    HashedImage,
    KeptPhoto,
    ListingPhoto,
    MissedPhoto,
    PerceptualHash,
    PhotoOutcome,
)
from infringement_dagster.snapshots.nested_frames import Columns, frame_with_lists

LISTINGS_SCHEMA: Columns = {
    "provider": pl.String,
    "listing_id": pl.String,
    "title": pl.String,
    "url": pl.String,
    "image_urls": pl.List(pl.String),
    "price_low": pl.Decimal(14, 2),
    "price_high": pl.Decimal(14, 2),
    "currency": pl.String,
    "seller_name": pl.String,
    "seller_id": pl.String,
    "brand": pl.String,
    "condition": pl.String,
    "category": pl.String,
    "rating": pl.Float64,
    "review_count": pl.Int64,
    "page_key": pl.String,  # the object that holds the provider's page as it was sent
}

_HASH = pl.Struct(
    {
        "algorithm": pl.String,
        "algorithm_version": pl.Int32,
        "view": pl.String,
        "hash_hex": pl.String,
    }
)

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
    "hashes": pl.List(_HASH),
}


def listings_frame(found: Sequence[FoundListing]) -> pl.DataFrame:
    """One row a listing, in the order given."""
    return pl.DataFrame([_listing_row(one) for one in found], schema=LISTINGS_SCHEMA)


def _listing_row(found: FoundListing) -> dict[str, object]:
    listing = found.listing
    price, seller = listing.price, listing.seller
    return {
        "provider": listing.provider,
        "listing_id": listing.listing_id,
        "title": listing.title,
        "url": listing.url,
        "image_urls": list(listing.image_urls),
        "price_low": price.low if price else None,
        "price_high": price.high if price else None,
        "currency": price.currency if price else None,
        "seller_name": seller.name if seller else None,
        "seller_id": seller.seller_id if seller else None,
        "brand": listing.brand,
        "condition": listing.condition,
        "category": listing.category,
        "rating": listing.rating,
        "review_count": listing.review_count,
        "page_key": found.page_key,
    }


def listings_of(frame: pl.DataFrame) -> Iterator[Listing]:
    """The listings of a frame, in its order."""
    return (found.listing for found in found_listings_of(frame))


def found_listings_of(frame: pl.DataFrame) -> Iterator[FoundListing]:
    """The listings of a frame with their pages, in its order."""
    for row in frame.iter_rows(named=True):
        has_price = row["price_low"] is not None
        price = Price(row["price_low"], row["price_high"], row["currency"]) if has_price else None
        name = row["seller_name"]
        listing = Listing(
            provider=row["provider"],
            listing_id=row["listing_id"],
            title=row["title"],
            url=row["url"],
            image_urls=tuple(row["image_urls"]),
            price=price,
            seller=Seller(name, row["seller_id"]) if name is not None else None,
            brand=row["brand"],
            condition=row["condition"],
            category=row["category"],
            rating=row["rating"],
            review_count=row["review_count"],
        )
        yield FoundListing(listing, row["page_key"])


def photos_frame(photos: Sequence[ListingPhoto]) -> pl.DataFrame:
    """One row a picture of a listing; a missed one has no hashes."""
    rows = [
        {
            "listing_id": photo.listing_id,
            "position": photo.position,
            "url": photo.url,
            **_photo_columns(photo.photo),
        }
        for photo in photos
    ]
    hashes = [_hash_rows(photo.photo) for photo in photos]
    return frame_with_lists(rows, hashes, PHOTOS_SCHEMA, name="hashes", record=_HASH)


def _photo_columns(photo: PhotoOutcome) -> dict[str, object]:
    if isinstance(photo, MissedPhoto):
        return {"outcome": photo.outcome, "reason": photo.reason, "detail": photo.detail}
    return {
        "outcome": "stored",
        "sha256": photo.sha256,
        "media_type": photo.hashed.media_type,
        "width_px": photo.hashed.width_px,
        "height_px": photo.hashed.height_px,
    }


def _hash_rows(photo: PhotoOutcome) -> list[dict[str, object]]:
    if isinstance(photo, MissedPhoto):
        return []
    return [
        {
            "algorithm": hash_.algorithm,
            "algorithm_version": hash_.algorithm_version,
            "view": hash_.view,
            "hash_hex": hash_.hash_hex,
        }
        for hash_ in photo.hashed.hashes
    ]


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
        hashes=tuple(PerceptualHash(**hash_) for hash_ in row["hashes"]),
    )
    return KeptPhoto(row["sha256"], hashed)
