"""The listings and photos that a client's last scan of a provider found, as they were kept."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from infringement_dagster.domain.listing import Listing, Provider
from infringement_dagster.domain.photo import ListingPhoto
from infringement_dagster.snapshots.listings import listings_of
from infringement_dagster.snapshots.photos import photos_of
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.scans import snapshot_store


@dataclass(frozen=True, slots=True)
class LastScan:
    """At most so many listings of those `found`, with their photos by listing id.

    `scores` is the table of their newest scores, None where none were made since.
    """

    found: int
    listings: Sequence[Listing]
    photos: Mapping[str, Sequence[ListingPhoto]]
    scores: pl.DataFrame | None


def last_scan(
    database: Database, objects: ObjectStore, client_id: str, provider: Provider, listings_max: int
) -> LastScan | None:
    """The last scan's snapshots; None where none was ever finished."""
    with database.client(client_id) as c:
        listings = snapshot_store.scanned_snapshot(c, client_id, provider, "raw_listings")
        photos = snapshot_store.scanned_snapshot(c, client_id, provider, "image_hashes")
        scores = snapshot_store.latest_snapshot(c, client_id, provider, "scores")
    if listings is None:
        return None
    found = _frame(objects, listings.object_key)
    since = scores if scores and scores.created_at >= listings.created_at else None
    return LastScan(
        found.height,
        list(listings_of(found.head(listings_max))),
        {} if photos is None else photos_of(_frame(objects, photos.object_key)),
        None if since is None else _frame(objects, since.object_key),
    )


def _frame(objects: ObjectStore, key: str) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(objects.get(key)))
