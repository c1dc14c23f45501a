"""Rows of snapshots made of what Postgres keeps of listings, once no snapshot shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl
from psycopg import Connection

from infringement_dagster.domain.listing import FoundListing, Listing, Provider
from infringement_dagster.domain.photo import HashedPhoto, KeptPhoto, ListingPhoto
from infringement_dagster.snapshots.listings import listings_frame
from infringement_dagster.snapshots.photos import photos_frame
from resources.postgres.listings import page_store, photo_store, stored_query
from resources.postgres.listings.records import ListingPhotoRow, StoredPhoto

_NO_PAGE = ""  # its page is kept no longer


def stored_rows(
    c: Connection, client_id: str, provider: Provider, listing_ids: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The tables of these listings and of their photos, as they were last seen."""
    listings = _listings(c, client_id, provider, listing_ids)
    rows = photo_store.listing_photos(c, client_id, provider, listing_ids)
    hashed = _hashed(c, client_id, rows)
    found = [FoundListing(listing, _NO_PAGE) for listing in listings]
    return listings_frame(found), photos_frame(list(_photos(rows, hashed)))


def _listings(
    c: Connection, client_id: str, provider: Provider, listing_ids: Sequence[str]
) -> list[Listing]:
    """With what their own pages told, where it still holds."""
    pages = page_store.pages_of(c, client_id, provider, listing_ids)
    stored = stored_query.listings_named(c, client_id, provider, listing_ids)
    listings = [row.listing() for row in stored]
    return [
        pages[row.listing_id].page.carried_by(row) if row.listing_id in pages else row
        for row in listings
    ]


def _hashed(
    c: Connection, client_id: str, rows: Sequence[ListingPhotoRow]
) -> Mapping[str, HashedPhoto]:
    sha256s = {row.photo.sha256 for row in rows if isinstance(row.photo, StoredPhoto)}
    kept = photo_store.photo_rows_of(c, client_id, sha256s)
    hashes = photo_store.hashes_of(c, client_id, sha256s)
    return {
        sha256: HashedPhoto(row.width_px, row.height_px, row.media_type, hashes[sha256])
        for sha256, row in kept.items()
        if sha256 in hashes
    }


def _photos(
    rows: Sequence[ListingPhotoRow], hashed: Mapping[str, HashedPhoto]
) -> Iterator[ListingPhoto]:
    """Those whose bytes were missed too; one without hashes says nothing and is left out."""
    for row in rows:
        if not isinstance(row.photo, StoredPhoto):
            yield ListingPhoto(row.listing_id, row.position, row.url, row.photo)
        elif (photo := hashed.get(row.photo.sha256)) is not None:
            kept = KeptPhoto(row.photo.sha256, photo)
            yield ListingPhoto(row.listing_id, row.position, row.url, kept)
