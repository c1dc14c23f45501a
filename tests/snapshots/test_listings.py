from __future__ import annotations

from infringement_dagster.domain.listing import FoundListing, Listing
from infringement_dagster.snapshots.listings import listings_frame, listings_of

TOLD = Listing("amazon", "B01", "Mug", "https://example.com/1", description="no invoice")


def test_a_description_is_handed_over_for_scoring() -> None:
    assert list(listings_of(listings_frame([FoundListing(TOLD, "page")]))) == [TOLD]


def test_a_snapshot_of_an_earlier_version_has_no_descriptions() -> None:
    frame = listings_frame([FoundListing(TOLD, "page")]).drop("description")
    (listing,) = listings_of(frame)
    assert listing.description is None
    assert listing.title == "Mug"
