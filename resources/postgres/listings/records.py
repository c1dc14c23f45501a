"""Rows of listings and their photos, as the stores take and give them.

All times are aware; SHA-256 is 64 lower-case hex digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from infringement_dagster.domain.listing import ListingColumns, Provider
from infringement_dagster.domain.photo import MissedPhoto
from resources.fetching.http_cache import LastAnswer


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photo whose bytes are in the object store under `object_key`."""

    sha256: str
    media_type: str
    width_px: int
    height_px: int
    size_bytes: int
    object_key: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """The photo's bytes are kept."""

    sha256: str
    answer: LastAnswer | None = None


@dataclass(frozen=True, slots=True)
class ListingPhotoRow:
    """The outcome of one photo URL of a listing when `scan_id` last looked at it."""

    provider: Provider
    listing_id: str
    url: str
    position: int  # 0 is the main photo
    photo: StoredPhoto | MissedPhoto
    scan_id: UUID
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class ListingRow(ListingColumns):
    """A listing as it was last seen, with when it was."""

    first_seen_at: datetime
    last_seen_at: datetime
    first_scan_id: UUID
    last_scan_id: UUID

    @classmethod
    def of(cls, *, image_urls: list[str], **columns: Any) -> Self:
        """The row of these columns; Postgres gives arrays as lists."""
        return cls(image_urls=tuple(image_urls), **columns)


@dataclass(frozen=True, slots=True)
class ListingCounts:
    """How many listings a write added and how many it found again."""

    inserted: int
    updated: int
