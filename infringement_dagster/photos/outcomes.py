"""Outcomes of the photos behind listings' URLs, and the rows that tell of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.photo import (
    HashedImage,
    KeptPhoto,
    ListingPhoto,
    MissedPhoto,
    PerceptualHash,
    PhotoOutcome,
)
from resources.fetching.http_cache import LastAnswer
from resources.postgres.listings.point_store import PackedPoints
from resources.postgres.listings.records import ImageRow, StoredPicture

PHOTOS_A_LISTING_MAX = 8


@dataclass(frozen=True, slots=True)
class PhotoPlace:
    """Where a picture stands: the listing and its position there, 0 first."""

    listing_id: str
    position: int


@dataclass(frozen=True, slots=True)
class NewImage:
    """A picture that this run is to keep: its row and its bytes."""

    row: ImageRow
    content: bytes
    corner_points: bytes | None  # packed; None where they could not be found


@dataclass(frozen=True, slots=True)
class Picture:
    """The outcome of one URL; `image` is set when this run fetched the photo."""

    url: str
    photo: PhotoOutcome
    answer: LastAnswer | None = None
    image: NewImage | None = None

    def as_stored(self) -> StoredPicture | MissedPhoto:
        """The picture as the store keeps it."""
        if isinstance(self.photo, KeptPhoto):
            return StoredPicture(self.photo.sha256, self.answer)
        return self.photo


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A URL whose kept picture still stands; its hashes are read when the row is written."""

    url: str
    picture: StoredPicture

    def with_hashes(self, hashed: HashedImage) -> Picture:
        """The same with what an earlier run made of the picture."""
        return Picture(self.url, KeptPhoto(self.picture.sha256, hashed), self.picture.answer)


def missing_item(place: ListingPhoto) -> ItemOutcome | None:
    """The item that was not stored, None where it was."""
    if isinstance(place.photo, KeptPhoto):
        return None
    return ItemOutcome(
        item_key=f"{place.listing_id} photo {place.position}",
        outcome=place.photo.outcome,
        reason=place.photo.reason,
        detail=f"{place.photo.detail or place.photo.reason} ({place.url})",
    )


def new_images(pictures: Iterable[Picture | Unchanged]) -> list[NewImage]:
    """The pictures that this run fetched."""
    return [
        picture.image
        for picture in pictures
        if isinstance(picture, Picture) and picture.image is not None
    ]


def new_rows(pictures: Iterable[Picture]) -> dict[ImageRow, tuple[PerceptualHash, ...]]:
    """The rows of the pictures that this run fetched, with their hashes."""
    return {
        picture.image.row: picture.photo.hashed.hashes
        for picture in pictures
        if picture.image is not None and isinstance(picture.photo, KeptPhoto)
    }


def new_points(pictures: Iterable[Picture]) -> dict[str, PackedPoints]:
    """The corner points of the pictures that this run fetched."""
    return {
        image.row.sha256: PackedPoints(image.corner_points, None)
        for image in new_images(pictures)
        if image.corner_points is not None
    }


def places_by_url(listings: Iterable[Listing]) -> dict[str, list[PhotoPlace]]:
    """Where each of the listings' first photos stands."""
    places: dict[str, list[PhotoPlace]] = {}
    for listing in listings:
        distinct = dict.fromkeys(listing.image_urls)
        for position, url in enumerate(list(distinct)[:PHOTOS_A_LISTING_MAX]):
            places.setdefault(url, []).append(PhotoPlace(listing.listing_id, position))
    return places
