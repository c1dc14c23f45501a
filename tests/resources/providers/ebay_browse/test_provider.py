from __future__ import annotations

import base64
import json
from dataclasses import replace
from decimal import Decimal

import pytest

from infringement_dagster.domain.client import Search
from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.domain.listing_pages.details import ListingDetails
from resources.providers.ebay_browse.provider import DESCRIPTION, PROVIDER
from resources.providers.ebay_browse.refusals import read_refusal
from resources.providers.plug_in import search_page_question
from resources.providers.reading import Json, NotAPage
from resources.providers.registry import installed
from tests.resources.providers.ebay_browse.rows import NUMBER, item, page, summary
from tests.resources.providers.rows import US, listing, only, skipped

UK = DESCRIPTION.marketplace("co.uk")
FOUND = Listing("ebay", NUMBER, "Mug", f"https://www.ebay.com/itm/{NUMBER}")


def test_a_row_is_read_and_every_field_of_it_is_known() -> None:
    found = PROVIDER.read_search_page(page(summary()), US, 1)
    assert listing(found) == Listing(
        provider="ebay",
        listing_id=NUMBER,
        title="Mug, blue & green",
        url=f"https://www.ebay.com/itm/{NUMBER}",
        image_urls=("https://i.ebayimg.com/images/g/abc/s-l225.jpg",),
        price=Price(Decimal("9.99"), Decimal("9.99"), "USD"),
        seller=Seller("mugs4u"),
        condition="new",
        ships_from="CN",
    )
    assert not found.unread_fields


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"legacyItemId": None}, NUMBER),
        ({"legacyItemId": None, "itemId": f"v1|{NUMBER}|543843548440"}, NUMBER),  # a variant
        ({"legacyItemId": 385462201428}, "385462201428"),
        ({"legacyItemId": "12"}, NUMBER),
    ],
)
def test_a_listing_is_its_number_whatever_variant_was_found(
    changes: dict[str, Json], number: str
) -> None:
    assert listing(PROVIDER.read_search_page(page(summary(**changes)), US, 1)).listing_id == number


def test_rows_that_hold_no_listing_say_why() -> None:
    nameless = page(summary(itemId="v2|x", legacyItemId=None))
    assert skipped(PROVIDER.read_search_page(nameless, US, 1)).reason == "no_listing_id"
    untitled = page(summary(title=" \x00 "))
    assert skipped(PROVIDER.read_search_page(untitled, US, 1)).reason == "no_title"


def test_an_auction_has_its_highest_bid_for_a_price() -> None:
    bid = summary(price=None, currentBidPrice={"value": "3.00", "currency": "GBP"}, bidCount=2)
    assert listing(PROVIDER.read_search_page(page(bid), UK, 1)).price == Price(
        Decimal("3.00"), Decimal("3.00"), "GBP"
    )
    bare = summary(price={"value": "5"})
    assert listing(PROVIDER.read_search_page(page(bare), UK, 1)).price == Price(
        Decimal("5.00"), Decimal("5.00"), "GBP"
    )


def test_pages_follow_the_total_and_a_search_that_finds_nothing_has_no_list() -> None:
    def later(no: int, total: int) -> tuple[int, ...]:
        return PROVIDER.read_search_page(page(summary(), total=total), US, no).later_pages

    assert [later(1, 61), later(2, 61), later(1, 60), later(1, 0)] == [(2,), (), (), ()]
    assert later(166, 8_532_919) == (167,)
    assert later(167, 8_532_919) == ()  # 10,000 rows, as documented
    nothing: Json = {"href": "https://api.ebay.com/x", "total": 0, "limit": 60, "offset": 0}
    assert PROVIDER.read_search_page(nothing, US, 1).rows == ()
    with pytest.raises(NotAPage):
        PROVIDER.read_search_page({"warnings": []}, US, 1)


def test_a_question_names_its_site_and_begins_at_a_multiple_of_its_length() -> None:
    asked = PROVIDER.search_question(UK, "mug & cup", 3)
    assert (asked.endpoint, asked.params["q"]) == ("item_summary/search", "mug & cup")
    assert (asked.params["limit"], asked.params["offset"], asked.credits) == ("60", "120", 0)
    assert asked.headers == {"X-EBAY-C-MARKETPLACE-ID": "EBAY_GB"}
    assert "AUCTION" in asked.params["filter"]  # which eBay leaves out unless told


def test_options_are_asked_for_in_ebays_own_words() -> None:
    options = {
        "seller_id": "mugs4u",
        "condition": "new",
        "sort_by": "price_highest",
        "items_per_page": "200",
        "category_ids": "20696",
    }
    assert DESCRIPTION.option_faults(options) == {}
    asked = search_page_question(PROVIDER, Search(("mug",), options=options), "mug", 2)
    assert dict(asked.params) == {
        "q": "mug",
        "limit": "200",
        "offset": "200",
        "filter": (
            "buyingOptions:{FIXED_PRICE|AUCTION|BEST_OFFER},sellers:{mugs4u},conditions:{NEW}"
        ),
        "sort": "-price",
        "category_ids": "20696",
    }
    hostile = {"seller_id": "a},conditions:{NEW", "sort_by": "worst", "category_ids": "1;2"}
    assert set(DESCRIPTION.option_faults(hostile)) == set(hostile)
    search_page_question(PROVIDER, Search(("mug",), options={"sort_by": "worst"}), "mug", 1)


def test_a_photo_is_posted_as_documented() -> None:
    assert PROVIDER.photo_search is not None
    asked = PROVIDER.photo_search.question(US, b"\xff\xd8photo")
    assert asked.endpoint == "item_summary/search_by_image"
    assert base64.b64decode(json.loads(asked.body)["image"]) == b"\xff\xd8photo"
    assert "photo" not in repr(asked).replace("photo_search", "")
    assert PROVIDER.photo_search.marketplaces == {"com", "co.uk", "de", "com.au"}


def test_an_item_adds_what_a_row_does_not_say() -> None:
    pages = PROVIDER.listing_pages
    assert pages is not None
    (asked,) = pages.questions(FOUND, US)
    assert asked.endpoint == f"item/v1%7C{NUMBER}%7C0"
    read = pages.read(FOUND, [item()], US)
    assert not read.unread_fields
    assert read.listing == replace(
        FOUND,
        title="Mug, blue, 0.3 l",
        image_urls=(
            "https://i.ebayimg.com/images/g/abc/s-l1600.jpg",
            "https://i.ebayimg.com/images/g/def/s-l1600.jpg",
        ),
        price=Price(Decimal("12.50"), Decimal("12.50"), "USD"),
        seller=Seller("mugs4u", "u123"),
        brand="Kelvarra",
        condition="used",
        category="Home|Kitchen|Mugs",
        description="Made in the same factory. 1:1 & boxed",
        details=ListingDetails(
            specifics=(("Colour", "Blue"),),
            gtin="0123456789012",
            mpn="K-1",
            availability="IN_STOCK",
            seller_review_count=3,
        ),
    )


def test_the_facts_of_an_item_are_read_or_left_out() -> None:
    pages = PROVIDER.listing_pages
    assert pages is not None
    told = item(
        gtin="Does not apply",
        mpn="Does Not Apply",
        seller={"username": "mugs4u", "feedbackPercentage": "99.1", "feedbackScore": 1541},
        itemLocation={"city": "Yiwu", "country": "CN", "postalCode": "322***"},
        estimatedAvailabilities=[{"estimatedAvailableQuantity": 12, "estimatedSoldQuantity": 9}],
        localizedAspects=[{"name": "EAN", "value": "4006381333931"}, {"name": "MPN"}, "odd"],
    )
    read = pages.read(FOUND, [told], US)
    assert not read.unread_fields
    assert read.listing.details == ListingDetails(
        specifics=(("EAN", "4006381333931"),),
        gtin="4006381333931",
        item_count=12,
        seller_rating_percent=99.1,
        seller_review_count=1541,
    )
    assert read.listing.ships_from == "Yiwu, CN"


@pytest.mark.parametrize(
    "document", [None, {}, item(itemId="v1|999999999999|0", legacyItemId=None)]
)
def test_an_item_that_is_gone_or_is_another_changes_nothing(document: Json) -> None:
    pages = PROVIDER.listing_pages
    assert pages is not None
    assert pages.read(FOUND, [document], US).listing == FOUND


def test_markup_that_never_ends_is_read_in_no_time() -> None:
    pages = PROVIDER.listing_pages
    assert pages is not None
    for hostile in ("<" * 300_000, "<script>" * 40_000, "<style " + "a" * 300_000, "&lt;" * 90_000):
        pages.read(FOUND, [item(description=hostile)], US)


def error(error_id: int, told: str, domain: str = "API_BROWSE") -> bytes:
    named = {"errorId": error_id, "domain": domain, "category": "REQUEST", "message": told}
    return json.dumps({"errors": [named]}).encode()


LIMIT = error(2001, "Too many requests.", "ACCESS")


@pytest.mark.parametrize(
    ("status", "headers", "content", "reason", "told"),
    [
        (400, {}, error(12001, "No 'q'."), "request_refused", "400: error 12001, No 'q'."),
        (400, {}, b"<html>", "request_refused", "400: no error id"),
        (409, {}, error(11006, "An item group"), "request_refused", "error 11006"),
        (401, {}, error(1001, "Invalid access token"), "account_refused", "error 1001"),
        (403, {}, error(1100, "Access denied"), "account_refused", "may not ask this"),
        (429, {"retry-after": "7"}, LIMIT, "too_many_requests", "too many at once"),
        (429, {}, LIMIT, "quota_used_up", "daily limit"),
        (429, {"retry-after": "soon"}, b"", "quota_used_up", "daily limit"),
        (500, {}, error(2003, "Internal error"), "vendor_failed", "error 2003"),
        (503, {"retry-after": "9"}, b"", "vendor_failed", "503"),
        (302, {}, b"", "request_refused", "302"),
    ],
)
def test_each_refusal_means_what_ebay_documents(
    status: int, headers: dict[str, str], content: bytes, reason: str, told: str
) -> None:
    refusal = read_refusal(status, headers, content)
    assert (refusal.reason, told in refusal.told) == (reason, True), refusal.told
    wait = headers.get("retry-after", "")
    assert refusal.retry_after_seconds == (float(wait) if wait.isdigit() else None)


@pytest.mark.parametrize("content", [b"[]", b'{"errors": 3}', b'{"errors": [null]}', b"\xff", b"1"])
def test_no_body_makes_a_refusal_unreadable(content: bytes) -> None:
    assert read_refusal(400, {}, content).reason == "request_refused"


def test_it_is_the_second_vendor_of_a_provider_that_it_shares_addresses_with() -> None:
    found = installed()
    assert found.vendors("ebay") == ("scraperapi", "ebay_browse")
    assert found.plug_in("ebay", "ebay_browse") is PROVIDER
    assert found.plug_in("ebay").vendor.name == "scraperapi"
    row = only(PROVIDER.read_search_page(page(summary()), UK, 1))
    assert isinstance(row, Listing)
    assert found.description("ebay").listing_id_in(row.url) == row.listing_id
