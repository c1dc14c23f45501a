from __future__ import annotations

import io

import polars as pl
import pytest

from infringement_dagster.domain.photo import (
    HashedPhoto,
    KeptPhoto,
    ListingPhoto,
    MissedPhoto,
    PerceptualHash,
)
from infringement_dagster.snapshots.photos import PhotoLookup, photos_frame, photos_of

LISTINGS = [f"listing-{number}" for number in range(40)]
ROW_GROUP_ROWS = 7


def _photo(listing_id: str, position: int) -> ListingPhoto:
    url = f"http://photos.test/{listing_id}/{position}.jpg"
    if position == 2:
        return ListingPhoto(listing_id, position, url, MissedPhoto("timed_out", "5 s"))
    hashes = (PerceptualHash("phash", 1, "raw", f"{hash(url) % 2**64:016x}"),)
    return ListingPhoto(
        listing_id, position, url, KeptPhoto("ab" * 32, HashedPhoto(9, 9, "image/png", hashes))
    )


@pytest.fixture(name="frame")
def _frame() -> pl.DataFrame:
    """Three photos a listing, as they end: not in the order of the listings."""
    places = [(listing_id, position) for position in (1, 0, 2) for listing_id in LISTINGS[::-1]]
    return photos_frame([_photo(*place) for place in places])


@pytest.fixture(name="lookup")
def _lookup(frame: pl.DataFrame) -> PhotoLookup:
    packed = io.BytesIO()
    frame.write_parquet(packed, row_group_size=ROW_GROUP_ROWS)
    return PhotoLookup(pl.scan_parquet(packed.getvalue()))


def test_portions_give_what_the_whole_frame_gives(lookup: PhotoLookup, frame: pl.DataFrame) -> None:
    found = [lookup.of(LISTINGS[start : start + 6]) for start in range(0, len(LISTINGS), 6)]

    together = {listing_id: photos for some in found for listing_id, photos in some.items()}
    assert together == photos_of(frame)
    assert [len(some) for some in found] == [6] * 6 + [4]


def test_listings_without_a_photo_are_left_out(lookup: PhotoLookup) -> None:
    assert list(lookup.of(["listing-3", "unknown"])) == ["listing-3"]
    assert lookup.of(["unknown"]) == {}
    assert lookup.of([]) == {}
