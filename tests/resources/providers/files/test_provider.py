from __future__ import annotations

import json

from infringement_dagster.domain.listing import Listing, Price
from resources.providers.conformance.captures import Captures, SearchCapture
from resources.providers.conformance.kit import conformance
from resources.providers.files.columns import read_row
from resources.providers.files.provider import PROVIDER, read_page
from resources.providers.listing_faults import fault_of
from resources.providers.reading import Json, parse_document
from tests.support.listing_files import offers

FILE = {"import_id": "0", "name": "kelmarkt", "file_name": "a.csv", "sha256": "0"}


def a_page(pages: int = 3) -> Json:
    rows = [read_row(line, parsed(row)) for line, row in enumerate(offers("kelvarra")[:6], start=2)]
    return parse_document(json.dumps({"pages": pages, "file": FILE, "rows": rows}).encode())


def parsed(row: dict[str, object]) -> dict[str, Json]:
    document = parse_document(json.dumps(row).encode())
    assert isinstance(document, dict)
    return document


def test_the_pages_of_an_import_conform() -> None:
    page = SearchCapture("file-search-kelmarkt-page1.json", 1, a_page())
    found = {result.check: result.problems for result in conformance(PROVIDER, Captures((page,)))}
    assert not any(found.values()), found


def test_every_listing_of_an_import_can_be_kept() -> None:
    place = PROVIDER.description.marketplace("de")
    rows = read_page(a_page(), place, 1).rows
    listings = [row for row in rows if isinstance(row, Listing)]
    assert len(listings) == 6
    assert [fault_of(listing, PROVIDER.description) for listing in listings] == [None] * 6


def test_a_price_without_a_currency_is_in_that_of_the_searched_country() -> None:
    row: Json = {"listing_id": "a:1", "title": "Mug", "url": "https://a/1", "price_low": "9.50"}
    place = PROVIDER.description.marketplace("de")
    (listing,) = read_page({"rows": [row]}, place, 1).rows
    assert isinstance(listing, Listing)
    assert listing.price is not None
    assert listing.price == Price(listing.price.low, listing.price.low, "EUR")
    assert str(listing.price.low) == "9.50"


def test_all_pages_are_read_whatever_a_config_asks_for() -> None:
    place = PROVIDER.description.marketplace("com")
    assert [read_page(a_page(3), place, page).later_pages for page in (1, 2, 3)] == [(2,), (3,), ()]
    assert PROVIDER.description.search_pages(1) > 250
