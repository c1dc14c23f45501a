from __future__ import annotations

import asyncio
import json
from urllib.request import urlopen

import pytest

from infringement_dagster.domain.client import Search
from infringement_dagster.domain.listing import Listing, Provider, Rank
from infringement_dagster.domain.provider import UnknownMarketplace
from resources.providers.details import Details, fetch_details
from resources.providers.registry import installed
from resources.providers.sandbox.catalogue import SOLD_AT, Catalogue
from resources.providers.scraperapi import amazon
from resources.providers.search import PageResult, search
from resources.providers.vendor import AccountRefused, VendorClient
from tests.resources.providers.rows import US
from tests.support.sandbox_processes import StartSandbox
from tests.support.wire_server import answer, wire_server


def walk(url: str, provider: Provider, wanted: Search, *, key: str = "k") -> list[PageResult]:
    async def pages() -> list[PageResult]:
        async with VendorClient(url, key, concurrency=4, first_pause_seconds=0.01) as vendor:
            return [page async for page in search(vendor, installed().plug_in(provider), wanted)]

    return asyncio.run(pages())


def ledger(url: str) -> dict[str, dict[str, int]]:
    with urlopen(f"{url}/sandbox/ledger") as books:
        read: dict[str, dict[str, int]] = json.load(books)
    return read


def found(pages: list[PageResult]) -> list[Listing]:
    return [listing for page in pages for listing in page.listings]


def charged(pages: list[PageResult]) -> int:
    return sum(charge.credits for page in pages for charge in page.charges)


def test_every_provider_is_walked_to_its_end_and_its_charges_match(
    sandbox_url: str,
) -> None:
    url = sandbox_url
    for provider in SOLD_AT:
        pages = walk(url, provider, Search(("kelvarra", "insulated bottle")), key=provider)
        ids = [listing.listing_id for listing in found(pages)]
        everything = {item.listing_id for item in Catalogue().find(provider, "kelvarra")}
        assert len(ids) == len(set(ids))
        assert set(ids) == everything
        reasons = {row.reason for page in pages for row in page.skipped}
        assert reasons - {"no_listing_id"} == {"repeated"}
        assert sum((page.unread_fields for page in pages), start=pages[0].unread_fields) == {}
        assert charged(pages) == ledger(url)[provider]["credits"]


def test_first_pages_come_first_and_pages_are_bounded(sandbox_url: str) -> None:
    pages = walk(sandbox_url, "ebay", Search(("kelvarra", "huddlet"), pages_max=1))
    assert [(page.query, page.page) for page in pages] == [("kelvarra", 1), ("huddlet", 1)]


def test_with_faults_everything_is_found_or_failed_and_every_charge_is_known(
    start_sandbox: StartSandbox,
) -> None:
    url = start_sandbox(
        *("--fault-500-rate", "0.15", "--fault-429-rate", "0.1", "--slow-seconds", "0.01"),
        *("--fault-empty-rate", "0.15", "--fault-truncated-rate", "0.15", "--seed", "5"),
    )
    pages = walk(url, "amazon", Search(("kelvarra", "huddlet", "anything else", "more")))
    failed = [failure for page in pages for failure in page.failed]
    assert len({(page.query, page.page) for page in pages}) == len(pages)
    assert {failure.reason for failure in failed} <= {
        "unreadable_answer",
        "vendor_failed",
        "too_many_requests",
    }
    assert found(pages)
    assert charged(pages) == ledger(url)["k"]["credits"]


def test_a_page_that_fails_for_good_does_not_end_the_walk() -> None:
    row = b'{"product_title": "Mug", "product_url": "https://www.ebay.com/itm/123456789012"}'
    page = b'{"results": [' + row + b'], "next_pages": ["https://e.example/?_pgn=2"]}'
    script = (answer(page), answer(b"", 400), answer(b'{"message": "other"}'), answer(page))
    with wire_server(*script) as server:
        pages = one_at_a_time(server.url, Search(("a", "b")))
    told = [(p.query, p.page, len(p.listings), [f.reason for f in p.failed]) for p in pages]
    assert told == [
        ("a", 1, 1, []),
        ("b", 1, 0, ["request_refused"]),
        ("a", 2, 0, ["unreadable_answer"]),
    ]
    assert pages[2].failed[0].item_key == "query 'a' page 2"
    assert len(pages[2].charges) == 1


def one_at_a_time(url: str, wanted: Search) -> list[PageResult]:
    async def pages() -> list[PageResult]:
        async with VendorClient(url, "k", concurrency=1, first_pause_seconds=0.01) as vendor:
            return [page async for page in search(vendor, installed().plug_in("ebay"), wanted)]

    return asyncio.run(pages())


def test_a_refused_key_ends_the_search() -> None:
    with wire_server(answer(b"", 401)) as server, pytest.raises(AccountRefused, match="API key"):
        walk(server.url, "amazon", Search(tuple("abcdefgh")))


def test_a_key_refused_on_the_way_keeps_what_was_read_and_asks_no_more() -> None:
    row = b'{"product_title": "Mug", "product_url": "https://www.ebay.com/itm/123456789012"}'
    more = b'"https://e.example/?_pgn=2", "https://e.example/?_pgn=3"'
    page = b'{"results": [' + row + b'], "next_pages": [' + more + b"]}"
    with wire_server(answer(page), answer(b"", 403)) as server:
        pages = one_at_a_time(server.url, Search(("a", "b")))
    told = [(p.query, p.page, len(p.listings), [f.reason for f in p.failed]) for p in pages]
    assert told == [
        ("a", 1, 1, []),
        ("b", 1, 0, ["account_refused"]),
        ("a", 2, 0, ["account_refused"]),
        ("a", 3, 0, ["account_refused"]),
    ]
    assert len(server.requests) == 2
    assert sum(len(p.charges) for p in pages) == 1


def test_nothing_there_is_a_charged_page_without_rows() -> None:
    with wire_server(answer(b"", 404)) as server:
        (page,) = walk(server.url, "walmart", Search(("mug",)))
    assert (page.listings, page.skipped, page.failed, len(page.charges)) == ((), (), (), 1)


def test_an_unknown_marketplace_is_refused_before_anything_is_asked() -> None:
    with wire_server(answer()) as server, pytest.raises(UnknownMarketplace):
        walk(server.url, "amazon", Search(("mug",), marketplace="nowhere"))
    assert server.requests == []


def test_leaving_early_stops_asking() -> None:
    page = b'{"items": [], "meta": {"pages": 99}}'

    async def first(url: str) -> None:
        async with VendorClient(url, "k", concurrency=2) as vendor:
            pages = search(vendor, installed().plug_in("walmart"), Search(("mug",), pages_max=99))
            await anext(pages)
            await pages.aclose()

    with wire_server(answer(page)) as server:
        asyncio.run(first(server.url))
    assert len(server.requests) == 1


def test_endpoints() -> None:
    asked = {}
    for provider in map(installed().plug_in, SOLD_AT):
        place = provider.description.marketplace("com")
        asked[provider.description.name] = provider.search_question(place, "mug", 1).endpoint
    assert asked == {
        "amazon": "amazon/search",
        "ebay": "ebay/search/v2",
        "walmart": "walmart/search",
        "google_shopping": "google/shopping",
    }


def test_details_of_candidates_are_bounded_and_name_the_seller(sandbox_url: str) -> None:
    url = sandbox_url
    (first, *_) = walk(url, "amazon", Search(("huddlet",), pages_max=1), key="search")
    unknown = Listing("amazon", "B000000000", "Gone", "https://www.amazon.com/dp/B000000000")

    async def details() -> list[Details]:
        async with VendorClient(url, "details") as vendor:
            candidates = [first.listings[0], unknown, *first.listings[1:]]
            found = fetch_details(vendor, amazon.PROVIDER, US, candidates, listings_max=2)
            return [details async for details in found]

    known, gone = asyncio.run(details())
    item = Catalogue().item("amazon", first.listings[0].listing_id)
    assert item is not None
    assert known.listing.seller is not None
    assert (known.listing.seller.name, known.listing.brand) == (item.seller, item.brand)
    assert known.unread_fields == {}
    assert (gone.listing, [failure.reason for failure in gone.failed]) == (
        unknown,
        ["not_found"] * 2,
    )
    assert (known.is_whole, gone.is_whole) == (True, True)
    credits = [charge.credits for d in (known, gone) for charge in d.charges]
    assert credits == [5, 5, 5, 5]
    assert sum(credits) == ledger(url)["details"]["credits"]


def test_each_listing_is_told_with_its_place_among_those_of_its_page() -> None:
    row = '{{"product_title": "Mug", "product_url": "https://www.ebay.com/itm/{}"}}'
    advert = '{"product_title": "Shop on eBay", "product_url": "https://www.ebay.com/itm/123456"}'
    first = ", ".join([row.format(123456789011), advert, row.format(123456789012)])
    second = ", ".join([row.format(123456789012), row.format(123456789013)])
    more = '"https://e.example/?_pgn=2"'
    script = (
        answer(f'{{"results": [{first}], "next_pages": [{more}]}}'.encode()),
        answer(f'{{"results": [{second}], "next_pages": []}}'.encode()),
    )
    with wire_server(*script) as server:
        pages = one_at_a_time(server.url, Search(("a",)))
    ranks = {listing_id: rank for page in pages for listing_id, rank in page.ranks.items()}
    assert ranks == {
        "123456789011": Rank("a", 1, 1),
        "123456789012": Rank("a", 1, 2),
        "123456789013": Rank("a", 2, 2),  # after one that the first page had shown
    }


def test_options_of_a_search_are_sent_with_each_of_its_questions(sandbox_url: str) -> None:
    wide = walk(sandbox_url, "ebay", Search(("kelvarra",), options={"items_per_page": "240"}))
    narrow = walk(sandbox_url, "ebay", Search(("kelvarra",), pages_max=50))
    assert (len(wide), len(narrow)) == (1, 2)
    assert {item.listing_id for item in found(wide)} == {item.listing_id for item in found(narrow)}
    seller = next(item.seller for item in found(wide) if item.seller)
    of_one = walk(sandbox_url, "ebay", Search(("kelvarra",), options={"seller_id": seller.name}))
    assert {item.seller for item in found(of_one)} == {seller}
