"""One listing of a scan as its snapshots keep it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import polars as pl

from infringement_dagster.domain.listing import FoundListing, Provider
from infringement_dagster.domain.photo import ListingPhoto
from infringement_dagster.snapshots.listings import found_listings_of
from infringement_dagster.snapshots.photos import photos_of
from resources.objects.store import ObjectMissing, ObjectStore
from resources.postgres.database import Database
from resources.postgres.scans.snapshot_store import snapshot_of_run


@dataclass(frozen=True, slots=True)
class SeenListing:
    """A listing with the page that it was read from, and its photos in order."""

    found: FoundListing
    photos: Sequence[ListingPhoto]


def seen_listing(
    database: Database,
    objects: ObjectStore,
    client_id: str,
    scan_id: UUID,
    provider: Provider,
    listing_id: str,
) -> SeenListing | None:
    """The listing as the scan saw it; None where the scan's snapshots are kept no longer."""

    def rows(asset: str) -> pl.DataFrame | None:
        with database.client(client_id) as c:
            kept = snapshot_of_run(c, client_id, scan_id, provider, asset)
        if kept is None:
            return None
        try:
            content = objects.get(kept.object_key)
        except ObjectMissing:
            return None
        return pl.read_parquet(io.BytesIO(content)).filter(pl.col("listing_id") == listing_id)

    listings, photos = rows("raw_listings"), rows("image_hashes")
    found = None if listings is None else next(found_listings_of(listings), None)
    if found is None:
        return None
    return SeenListing(found, [] if photos is None else photos_of(photos).get(listing_id, []))
