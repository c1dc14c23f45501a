from __future__ import annotations

from infringement_dagster.domain.listing import Listing, Seller
from infringement_dagster.matching.scoring import SellerRecord
from infringement_dagster.scoring.sellers import seller_records
from resources.postgres.listings.seller_store import DecidedSeller


def listing(number: int, title: str, seller: str | None = "Cheap Deals") -> Listing:
    return Listing(
        "ebay", str(number), title, "https://x", seller=Seller(seller) if seller else None
    )


BATCH = [listing(1, "Bottle 16 oz"), listing(2, "bottle  32 oz"), listing(3, "Bottle 1.5 oz")]


def test_titles_that_differ_in_numbers_only_are_alike() -> None:
    others = [listing(4, "Mug 16 oz"), listing(5, "Bottle 16 oz", "Another Shop")]
    records = seller_records([*BATCH, *others], [])
    assert records.of(BATCH[0]) == SellerRecord(alike_count=2)
    assert [records.of(one) for one in others] == [SellerRecord(), SellerRecord()]


def test_decisions_go_to_the_sellers_listings_only() -> None:
    records = seller_records(BATCH, [DecidedSeller("Cheap Deals", 3, 1)])
    assert records.of(BATCH[1]) == SellerRecord(3, 1, 2)
    assert records.of(listing(9, "Bottle", "Another Shop")) == SellerRecord()


def test_without_a_seller_there_is_no_record() -> None:
    assert seller_records(BATCH, []).of(listing(9, "Bottle", None)) is None
