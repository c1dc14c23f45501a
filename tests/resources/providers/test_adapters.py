"""Each provider's search page in its real shape, its oddities, and anything at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infringement_dagster.matching.listing import Listing, Price, Seller
from resources.providers import amazon, ebay, google_shopping, walmart
from resources.providers.marketplaces import Marketplace, UnknownMarketplace, marketplace
from resources.providers.reading import Json, NotAPage, Page, Skipped

US = marketplace("com")
ReadPage = Callable[[Json, Marketplace, int], Page]


def amazon_row(**changes: Json) -> dict[str, Json]:
    return {
        "type": "search_product",
        "position": 1,
        "asin": "B0TESTASIN",
        "name": "Blue &amp; green  mug",
        "image": "https://img.example/1.jpg",
        "has_prime": True,
        "stars": Decimal("4.5"),
        "total_reviews": 12,
        "url": "https://www.amazon.com/Blue-Mug/dp/B0TESTASIN/ref=sr_1_1?keywords=mug",
        "spec": {},
        "price_string": "$12.50",
        "price_symbol": "$",
        "price": Decimal("12.5"),
        **changes,
    }


def ebay_row(**changes: Json) -> dict[str, Json]:
    return {
        "product_title": "Mug, blue",
        "image": "https://img.example/1.webp",
        "product_url": "https://www.ebay.com/itm/227223470821?hash=1",
        "condition": "Brand New",
        "item_price": {"value": Decimal("9.99"), "currency": "USD"},
        "seller_name": "mugs4u",
        "watchers": 3,
        **changes,
    }


def walmart_row(**changes: Json) -> dict[str, Json]:
    return {
        "id": "6524VXNB3SX1",
        "availability": "In stock",
        "image": "https://img.example/1.png",
        "name": "Mug",
        "price": Decimal("5.5"),
        "price_currency": "$",
        "rating": {"average_rating": 4, "number_of_reviews": 7},
        "seller": "Mug Maker Inc.",
        "url": "https://www.walmart.com/ip/Mug/123456789?x=1",
        **changes,
    }


def google_row(**changes: Json) -> dict[str, Json]:
    return {
        "position": 1,
        "product_id": "7361294905872830495",
        "title": "Mug",
        "link": "https://shop.example/mug",
        "source": "Mug Shop",
        "price": "$1,027.00",
        "extracted_price": 1027,
        "thumbnail": "https://img.example/1.jpg",
        **changes,
    }


def only(page: Page) -> Listing | Skipped:
    (row,) = page.rows
    return row


def listing(page: Page) -> Listing:
    row = only(page)
    assert isinstance(row, Listing)
    return row


def skipped(page: Page) -> Skipped:
    row = only(page)
    assert isinstance(row, Skipped)
    return row


def test_an_amazon_row_becomes_a_listing() -> None:
    page = amazon.read_page({"results": [amazon_row()], "explore_more_items": []}, US, 1)
    assert only(page) == Listing(
        provider="amazon",
        listing_id="B0TESTASIN",
        title="Blue & green mug",
        url="https://www.amazon.com/dp/B0TESTASIN",
        image_urls=("https://img.example/1.jpg",),
        price=Price(Decimal("12.50"), Decimal("12.50"), "USD"),
        rating=4.5,
        review_count=12,
    )
    assert page.unread_fields == Counter()


def test_amazon_currency_follows_the_marketplace() -> None:
    read = listing(amazon.read_page({"results": [amazon_row()]}, marketplace("ca"), 1))
    assert read.price is not None
    assert read.price.currency == "CAD"
    assert read.url == "https://www.amazon.ca/dp/B0TESTASIN"


@pytest.mark.parametrize("price", [None, "", "N/A", 0, -1])
def test_an_amazon_row_without_a_price_keeps_its_place(price: Json) -> None:
    row = amazon_row(price=price, price_string="")
    assert listing(amazon.read_page({"results": [row]}, US, 1)).price is None


def test_an_amazon_price_is_read_from_its_text_where_the_number_is_missing() -> None:
    read = listing(amazon.read_page({"results": [amazon_row(price=None)]}, US, 1))
    assert read.price == Price(Decimal("12.50"), Decimal("12.50"), "USD")


@pytest.mark.parametrize(
    "changes",
    [
        {"asin": None, "section_name": "Highly rated"},
        {"asin": "", "url": "https://www.amazon.com/sspa/click?url=%2Fdp%2FB0TESTASIN"},
        {"asin": None, "url": "/gp/slredirect"},
        {"asin": "not an asin", "url": None},
    ],
)
def test_amazon_advertising_without_an_asin_is_skipped(changes: dict[str, Json]) -> None:
    assert skipped(amazon.read_page({"results": [amazon_row(**changes)]}, US, 1)).reason == (
        "no_listing_id"
    )


def test_an_amazon_row_with_an_asin_is_kept_although_it_is_sponsored() -> None:
    row = amazon_row(url="https://www.amazon.com/sspa/click?x=1", section_name="Sponsored")
    assert listing(amazon.read_page({"results": [row]}, US, 1)).listing_id == "B0TESTASIN"


def test_an_older_amazon_row_has_its_asin_in_the_address() -> None:
    row = amazon_row()
    del row["asin"]
    page = amazon.read_page({"results": [row], "ads": [], "pagination": ["/s?page=2"]}, US, 1)
    assert listing(page).listing_id == "B0TESTASIN"
    assert page.later_pages == (2,)


def test_amazon_drift_is_seen() -> None:
    page = amazon.read_page({"results": [amazon_row(brand="X")], "refinements": {}}, US, 1)
    assert page.unread_fields == Counter({"brand": 1, "refinements": 1})


def test_an_ebay_row_becomes_a_listing() -> None:
    page = ebay.read_page([ebay_row()], US, 1)
    assert only(page) == Listing(
        provider="ebay",
        listing_id="227223470821",
        title="Mug, blue",
        url="https://www.ebay.com/itm/227223470821",
        image_urls=("https://img.example/1.webp",),
        price=Price(Decimal("9.99"), Decimal("9.99"), "USD"),
        seller=Seller("mugs4u"),
        condition="new",
    )
    assert page.unread_fields == Counter()


def test_an_ebay_price_range_and_its_own_currency() -> None:
    price: Json = {
        "from": {"value": Decimal("57.83"), "currency": "GBP"},
        "to": {"value": Decimal("63.18"), "currency": "GBP"},
    }
    read = listing(ebay.read_page([ebay_row(item_price=price)], US, 1))
    assert read.price == Price(Decimal("57.83"), Decimal("63.18"), "GBP")


@pytest.mark.parametrize("price", [None, {}, {"value": ""}, "", {"from": None}])
def test_an_ebay_row_without_a_price_keeps_its_place(price: Json) -> None:
    assert listing(ebay.read_page([ebay_row(item_price=price)], US, 1)).price is None


def test_a_bare_ebay_list_lets_expect_one_page_more_until_it_is_empty() -> None:
    assert ebay.read_page([ebay_row()], US, 2).later_pages == (3,)
    assert ebay.read_page([], US, 3).later_pages == ()


def test_an_ebay_object_names_its_pages() -> None:
    links: Json = ["https://www.ebay.com/sch/i.html?_nkw=x&_pgn=2"]
    page = ebay.read_page({"results": [ebay_row()], "next_pages": links}, US, 1)
    assert page.later_pages == (2,)
    assert ebay.read_page({"results": [ebay_row()], "next_pages": []}, US, 1).later_pages == ()


def test_an_ebay_placeholder_has_no_item_number() -> None:
    row = ebay_row(product_url="https://www.ebay.com/itm/123456")
    assert skipped(ebay.read_page([row], US, 1)).reason == "no_listing_id"


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


def test_a_google_row_becomes_a_listing() -> None:
    page = google_shopping.read_page({"shopping_results": [google_row()]}, US, 1)
    assert only(page) == Listing(
        provider="google_shopping",
        listing_id="7361294905872830495",
        title="Mug",
        url="https://shop.example/mug",
        image_urls=("https://img.example/1.jpg",),
        price=Price(Decimal(1027), Decimal(1027), "USD"),
        seller=Seller("Mug Shop"),
    )
    assert (page.later_pages, page.unread_fields) == ((), Counter())


def test_a_google_link_through_the_vendor_is_unwrapped() -> None:
    link = "https://api.scraperapi.com/?api_key=SECRET&url=https%3A%2F%2Fshop.example%2Fm"
    read = listing(google_shopping.read_page([google_row(link=link)], US, 1))
    assert read.url == "https://shop.example/m"


def test_a_google_row_without_an_id_gets_a_stable_one_from_its_offer() -> None:
    row = google_row(product_id=None)
    first, again = (listing(google_shopping.read_page([row], US, 1)) for _ in range(2))
    other = listing(google_shopping.read_page([google_row(product_id="", source="B")], US, 1))
    assert first.listing_id == again.listing_id != other.listing_id


def test_an_embedded_google_thumbnail_is_no_address() -> None:
    row = google_row(thumbnail="data:image/png;base64,AAAA")
    assert listing(google_shopping.read_page([row], US, 1)).image_urls == ()


@pytest.mark.parametrize(
    ("paging", "later"),
    [
        ({"pages_count": 3}, (2, 3)),
        ({"next_page_url": "https://www.google.com/?start=40"}, (2,)),
        ({"pages_count": 10**9}, tuple(range(2, 101))),
        ({}, ()),
    ],
)
def test_google_pages(paging: dict[str, Json], later: tuple[int, ...]) -> None:
    document: Json = {"shopping_results": [google_row()], "pagination": paging}
    assert google_shopping.read_page(document, US, 1).later_pages == later


READERS: list[tuple[ReadPage, str, Callable[..., dict[str, Json]]]] = [
    (amazon.read_page, "name", amazon_row),
    (ebay.read_page, "product_title", ebay_row),
    (walmart.read_page, "name", walmart_row),
    (google_shopping.read_page, "title", google_row),
]


@pytest.mark.parametrize(("read_page", "title", "row"), READERS)
def test_rows_without_a_title_or_a_shape_are_skipped_with_a_reason(
    read_page: ReadPage, title: str, row: Callable[..., dict[str, Json]]
) -> None:
    rows: list[Json] = [row(), row(**{title: " \x00 "}), "row", None, {}, row(**{title: None})]
    reasons = [r.reason if isinstance(r, Skipped) else "kept" for r in read_page(rows, US, 1).rows]
    assert reasons == ["kept", "no_title", "malformed", "malformed", "malformed", "no_title"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals()
    | st.text(st.characters(codec=None), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(sorted({*amazon_row(), *ebay_row(), "from", "to"})), inner
        )
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(("read_page", "title", "row"), READERS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_page_makes_an_adapter_raise_and_every_row_is_accounted_for(
    read_page: ReadPage, title: str, row: Callable[..., dict[str, Json]], data: st.DataObject
) -> None:
    changes = data.draw(st.dictionaries(st.sampled_from(sorted(row())), JSON))
    rows: list[Json] = [row(**changes), data.draw(JSON)]
    assert len(read_page(rows, US, 1).rows) == 2
    with suppress(NotAPage):
        read_page(data.draw(JSON), US, 1)


def test_an_unknown_marketplace_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownMarketplace, match=r"com\.br"):
        marketplace("xyz")
