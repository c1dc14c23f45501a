"""Outcomes of the photos behind listings' URLs, and the rows that tell of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.photo import (
    HashedPhoto,
    KeptPhoto,
    ListingPhoto,
    MissedPhoto,
    PerceptualHash,
    PhotoOutcome,
)
from resources.fetching.http_cache import LastAnswer
from resources.postgres.listings.point_store import PackedPoints
from resources.postgres.listings.records import PhotoRow, StoredPhoto


@dataclass(frozen=True, slots=True)
class PhotoPlace:
    """Where a photo stands: the listing and its position there, 0 first."""

    listing_id: str
    position: int


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """A photo that this run is to keep: its row and its bytes."""

    row: PhotoRow
    content: bytes
    corner_points: bytes | None  # packed; None where they could not be found


@dataclass(frozen=True, slots=True)
class UrlOutcome:
    """The outcome of one URL; `new_photo` is set when this run fetched the photo."""

    url: str
    photo: PhotoOutcome
    answer: LastAnswer | None = None
    new_photo: NewPhoto | None = None

    def as_stored(self) -> StoredPhoto | MissedPhoto:
        """The photo as the store keeps it."""
        if isinstance(self.photo, KeptPhoto):
            return StoredPhoto(self.photo.sha256, self.answer)
        return self.photo


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A URL whose kept photo still stands; its hashes are read when the row is written."""

    url: str
    photo: StoredPhoto

    def with_hashes(self, hashed: HashedPhoto) -> UrlOutcome:
        """The same with what an earlier run made of the photo."""
        return UrlOutcome(self.url, KeptPhoto(self.photo.sha256, hashed), self.photo.answer)


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


def new_photos(outcomes: Iterable[UrlOutcome | Unchanged]) -> list[NewPhoto]:
    """The photos that this run fetched."""
    return [
        outcome.new_photo
        for outcome in outcomes
        if isinstance(outcome, UrlOutcome) and outcome.new_photo is not None
    ]


def new_rows(outcomes: Iterable[UrlOutcome]) -> dict[PhotoRow, tuple[PerceptualHash, ...]]:
    """The rows of the photos that this run fetched, with their hashes."""
    return {
        outcome.new_photo.row: outcome.photo.hashed.hashes
        for outcome in outcomes
        if outcome.new_photo is not None and isinstance(outcome.photo, KeptPhoto)
    }


def new_points(outcomes: Iterable[UrlOutcome]) -> dict[str, PackedPoints]:
    """The corner points of the photos that this run fetched."""
    return {
        photo.row.sha256: PackedPoints(photo.corner_points, None)
        for photo in new_photos(outcomes)
        if photo.corner_points is not None
    }


def places_by_url(listings: Iterable[Listing], at_most: int) -> dict[str, list[PhotoPlace]]:
    """Where each of the listings' first `at_most` photos stands."""
    places: dict[str, list[PhotoPlace]] = {}
    for listing in listings:
        distinct = dict.fromkeys(listing.image_urls)
        for position, url in enumerate(list(distinct)[:at_most]):
            places.setdefault(url, []).append(PhotoPlace(listing.listing_id, position))
    return places
