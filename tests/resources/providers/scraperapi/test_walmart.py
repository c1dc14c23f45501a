from __future__ import annotations

from collections import Counter
from decimal import Decimal

from infringement_dagster.domain.listing import Listing, Price, Seller
from resources.providers.scraperapi import walmart
from tests.resources.providers.rows import US, listing, only, walmart_row


def test_a_walmart_row_becomes_a_listing() -> None:
    page = walmart.read_page({"items": [walmart_row()], "meta": {"page": 1, "pages": 3}}, US, 1)
    assert only(page) == Listing(
        provider="walmart",
        listing_id="123456789",
        title="Mug",
        url="https://www.walmart.com/ip/Mug/123456789?x=1",
        image_urls=("https://img.example/1.png",),
        price=Price(Decimal("5.50"), Decimal("5.50"), "USD"),
        seller=Seller("Mug Maker Inc."),
        rating=4.0,
        review_count=7,
    )
    assert (page.later_pages, page.unread_fields) == ((2, 3), Counter())


def test_a_walmart_row_falls_back_on_the_vendors_id_and_price_zero_says_nothing() -> None:
    read = listing(walmart.read_page({"items": [walmart_row(url=None, price=0)]}, US, 1))
    assert (read.listing_id, read.price) == ("6524VXNB3SX1", None)
