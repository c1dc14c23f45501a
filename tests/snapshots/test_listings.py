from __future__ import annotations

from dataclasses import replace

from infringement_dagster.domain.listing import FoundListing, Listing
from infringement_dagster.domain.listing_pages.details import ListingDetails
from infringement_dagster.snapshots.listings import (
    found_listings_of,
    listings_frame,
    listings_of,
)

TOLD = Listing("amazon", "B01", "Mug", "https://example.com/1", description="no invoice")


def test_a_description_is_handed_over_for_scoring() -> None:
    assert list(listings_of(listings_frame([FoundListing(TOLD, "page")]))) == [TOLD]


def test_details_and_own_pages_are_handed_over() -> None:
    details = ListingDetails(bullets=("warm",), specifics=(("Colour", "blue"),), item_count=7)
    found = FoundListing(replace(TOLD, details=details), "page", ("own", "offers"))
    assert list(found_listings_of(listings_frame([found]))) == [found]
    before = listings_frame([found]).drop("details", "own_page_keys")
    (listing,) = found_listings_of(before)
    assert listing == FoundListing(TOLD, "page")


def test_a_snapshot_of_an_earlier_version_has_no_descriptions() -> None:
    frame = listings_frame([FoundListing(TOLD, "page")]).drop("description")
    (listing,) = listings_of(frame)
    assert listing.description is None
    assert listing.title == "Mug"


def test_a_column_that_an_earlier_version_did_not_keep_is_unknown() -> None:
    frame = listings_frame([FoundListing(replace(TOLD, rating=4.5), "page")]).drop("rating")
    (listing,) = listings_of(frame)
    assert listing == replace(TOLD, rating=None)
