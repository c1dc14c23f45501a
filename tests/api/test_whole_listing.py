"""A listing by API with each fact and where it was read, the same that its page shows."""

from __future__ import annotations

from dataclasses import replace

from infringement_dagster.domain.listing_pages.details import ListingDetails
from infringement_dagster.domain.listing_pages.page_read import PageRead
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.postgres.listings import listing_store, page_store
from resources.postgres.listings.page_store import NewPage
from tests.api.case_scene import flag_cases
from tests.api.conftest import Caller
from tests.support.scene import a_listing

ADDRESS = "listings/amazon/B01"
DETAILS = ListingDetails(
    bullets=("Keeps warm for twelve hours",),
    specifics=(("Colour", "blue"),),
    gtin="036000291452",
    seller_rating_percent=97.5,
)


def keep(database: Database, objects: ObjectStore, *, with_page: bool) -> None:
    """Guarantees that acme has B01, by its row alone or with its own page."""
    scan_id, row = flag_cases(database, "acme", 1, objects).scan_id, a_listing("B01")
    row = replace(row, brand=None, ships_from="Yiwu, China")
    read = (
        replace(
            row,
            brand="Kelvarra",
            ships_from="Shenzhen",
            description="From the factory.",
            details=DETAILS,
        )
        if with_page
        else row
    )
    with database.client("acme") as c:
        listing_store.put_listings(c, "acme", scan_id, [read])
        if with_page:
            page_store.put_pages(c, "acme", scan_id, [NewPage(PageRead(row, read))])


def test_a_listing_tells_each_fact_and_where_it_was_read(
    acme: Caller, database: Database, objects: ObjectStore
) -> None:
    keep(database, objects, with_page=True)
    listing = acme("GET", ADDRESS, expect=200).json()
    facts = {fact["name"]: (fact["value"], fact["source"]) for fact in listing["facts"]}
    assert facts["brand"] == ("Kelvarra", "listing_page")
    assert facts["ships_from"] == ("Shenzhen", "listing_page")
    assert facts["gtin"] == ("036000291452", "listing_page")
    assert facts["seller_rating_percent"] == ("97.5 % positive", "listing_page")
    assert facts["photos"][1] == facts["seller"][1] == "search_row"
    assert listing["bullets"] == ["Keeps warm for twelve hours"]
    assert listing["specifics"] == [{"label": "Colour", "value": "blue"}]
    assert (listing["description"], listing["text_source"]) == ("From the factory.", "listing_page")
    assert listing["page_read_at"] is not None
    assert listing["page_is_of_before"] is False


def test_a_listing_whose_page_was_not_read_has_the_facts_of_its_row(
    acme: Caller, database: Database, objects: ObjectStore
) -> None:
    keep(database, objects, with_page=False)
    listing = acme("GET", ADDRESS, expect=200).json()
    assert {fact["source"] for fact in listing["facts"]} == {"search_row"}
    assert "brand" not in {fact["name"] for fact in listing["facts"]}
    assert listing["page_read_at"] is listing["description"] is None
    assert listing["bullets"] == listing["specifics"] == []
