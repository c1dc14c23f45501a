"""The whole listing on the page of a case and of a listing, each fact with its source."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from infringement_dagster.domain.listing import Listing, Seller
from infringement_dagster.domain.listing_pages.details import ListingDetails
from infringement_dagster.domain.listing_pages.page_read import PageRead
from resources.postgres.cases import case_lists
from resources.postgres.database import Database
from resources.postgres.listings import listing_store, page_store
from resources.postgres.listings.page_store import NewPage
from tests.api.pages.conftest import OpenVisit, Visit
from tests.api.pages.scene import ReviewScene

HOSTILE = "<script>alert('x')</script> \u202eno invoice " + "wordwithoutend" * 30
DETAILS = ListingDetails(
    bullets=("Keeps warm for twelve hours", HOSTILE),
    specifics=(("Colour", "blue"), ("UPC", "036000291452")),
    gtin="036000291452",
    mpn="TJ-9",
    availability="Only 7 left in stock",
    item_count=7,
    seller_rating_percent=97.5,
    seller_review_count=1204,
)


def with_page(database: Database, scene: ReviewScene, number: int) -> Listing:
    """The listing of the case, of which its page was read."""
    with database.client(scene.client_id) as c:
        case = case_lists.get_case(c, scene.client_id, scene.case_ids[number])
        assert case is not None
        found = listing_store.get_listing(c, scene.client_id, case.provider, case.listing_id)
        row = replace(found.listing(), brand=None)
        further = (*row.image_urls, "https://img.example/2.jpg", "https://img.example/3.jpg")
        read = replace(
            row,
            brand="Kelvarra",
            image_urls=further,
            description="Made in the same factory.",
            ships_from="Shenzhen, China",
            details=DETAILS,
        )
        listing_store.put_listings(c, scene.client_id, scene.scan_id, [read])
        page_store.put_pages(c, scene.client_id, scene.scan_id, [NewPage(PageRead(row, read))])
    return read


def card(visit: Visit, case_id: UUID) -> Locator:
    visit.show(f"cases/{case_id}?tab=all")
    return visit.page.get_by_role("region", name="Whole listing")


@pytest.mark.parametrize("width_px", [360, 1440])
def test_a_case_shows_each_fact_with_its_source(
    open_visit: OpenVisit, scene: ReviewScene, database: Database, width_px: int
) -> None:
    with_page(database, scene, 9)
    visit = open_visit(width_px=width_px)
    visit.log_in(scene.client_id)
    shown = card(visit, scene.case_ids[9])
    expect(shown).to_contain_text("Its page was read")
    for fact in (
        "Brand Kelvarra listing page",
        "Photos 1 search row",
        "Further photos 2 listing page",
        "GTIN 036000291452 listing page",
        "Seller's rating 97.5 % positive listing page",
        "Ships from Shenzhen, China listing page",
    ):
        words = " ".join(shown.inner_text().split())
        assert fact in words, words
    expect(shown).to_contain_text("Keeps warm for twelve hours")
    expect(shown).to_contain_text("Made in the same factory.")
    shown.get_by_text("2 specifics").click()
    expect(shown).to_contain_text("Colour")
    found = Axe().run(visit.page).response["violations"]
    assert [item["id"] for item in found if item["impact"] in ("serious", "critical")] == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width_px


def test_what_was_read_before_the_seller_changed_is_called_so(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    read = with_page(database, scene, 8)
    with database.client(scene.client_id) as c:
        sold = replace(read, seller=Seller("somebody else"), brand=None, details=None)
        listing_store.put_listings(c, scene.client_id, scene.scan_id, [sold])
    expect(card(ann, scene.case_ids[8])).to_contain_text("may be of another product")


def test_a_listing_whose_page_was_not_read_says_so(ann: Visit, scene: ReviewScene) -> None:
    shown = card(ann, scene.case_ids[7])
    expect(shown).to_contain_text("Its own page was not read yet")
    expect(shown).to_contain_text("search row")
