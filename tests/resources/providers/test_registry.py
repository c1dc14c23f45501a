from __future__ import annotations

import re
from dataclasses import replace
from importlib.metadata import EntryPoint

import pytest

from infringement_dagster.domain.client import Brand, ClientConfig, Search
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.provider import (
    BadDescription,
    Marketplace,
    ProviderDescription,
    credits_at_most,
)
from resources.providers.plug_in import ENTRY_POINTS, VENDOR_ENTRY_POINTS
from resources.providers.registry import (
    ProviderNotInstalled,
    VendorNotInstalled,
    installed,
    registry_of,
)
from resources.providers.scraperapi import amazon, ebay

SITES = {"com": Marketplace("com", "USD", "us")}
SHOP = ProviderDescription("shop", "Shop", SITES, 2)
EBAY = "resources.providers.scraperapi.ebay:PROVIDER"


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, ENTRY_POINTS)


def test_the_providers_of_the_product_are_found_through_their_entry_points() -> None:
    found = installed()
    assert {"amazon", "ebay", "google_shopping", "walmart"} <= set(found.names)
    assert found.plug_in("ebay") is ebay.PROVIDER
    assert found.packages["ebay"] == "infringement-dagster"
    assert (found.title("google_shopping"), found.title("gone")) == ("Google Shopping", "gone")


def test_a_provider_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ProviderNotInstalled, match=r"'etsy' is not installed .*amazon"):
        installed().plug_in("etsy")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("shop", "no_such_module:PROVIDER", "no_such_module:PROVIDER cannot be loaded: Module"),
        ("shop", "resources.providers.scraperapi.ebay:NOTHING", "cannot be loaded: Attribute"),
        ("shop", "resources.providers.scraperapi.ebay:DESCRIPTION", "not a ProviderPlugIn"),
        ("shop", EBAY, "its description calls it 'ebay'"),
    ],
)
def test_a_plug_in_that_is_none_is_told_and_keeps_no_other_from_working(
    name: str, value: str, reason: str
) -> None:
    found = registry_of([point(name, value), point("ebay", EBAY)])
    assert found.names == ("ebay",)
    (lost,) = found.unusable
    assert (lost.name, reason in lost.reason) == (name, True), lost.reason


def test_a_name_stays_with_who_had_it_first() -> None:
    found = registry_of([point("ebay", EBAY), point("ebay", EBAY)])
    assert found.names == ("ebay",)
    assert "brings a provider of this name already" in found.unusable[0].reason


BROWSE = "resources.providers.ebay_browse.provider:PROVIDER"


def further(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, VENDOR_ENTRY_POINTS)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ebay.browse", BROWSE, "name it ebay.ebay_browse"),
        ("ebay.scraperapi", EBAY, "is read through 'scraperapi' already"),
        ("ebay.gone", "no_such_module:PROVIDER", "cannot be loaded"),
        ("amazon.scraperapi", "resources.providers.scraperapi.amazon:PROVIDER", "no provider 'ama"),
    ],
)
def test_a_vendor_that_cannot_be_used_is_told_and_keeps_no_other_from_working(
    name: str, value: str, reason: str
) -> None:
    found = registry_of(
        [further(name, value), further("ebay.ebay_browse", BROWSE), point("ebay", EBAY)]
    )
    assert found.vendors("ebay") == ("scraperapi", "ebay_browse")
    (lost,) = found.unusable
    assert (lost.name, reason in lost.reason) == (name, True), lost.reason
    twice = registry_of([point("ebay", EBAY), *[further("ebay.ebay_browse", BROWSE)] * 2])
    assert "already" in twice.unusable[0].reason


def test_a_vendor_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(VendorNotInstalled, match=r"eBay through 'etsy'; .* scraperapi, ebay_"):
        installed().plug_in("ebay", "etsy")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": "Shop 1"}, "its name must match"),
        ({"title": " "}, "its title needs"),
        ({"marketplaces": {}}, "it needs a marketplace"),
        ({"marketplaces": {"de": SITES["com"]}}, "under its own top-level domain"),
        ({"search_page_credits": -1}, "credits cannot be below 0"),
        ({"search_pages_max": 0}, "at least one page"),
        ({"listing_urls": (re.compile(r"/i/(\d+)"),)}, "a group named id"),
    ],
)
def test_a_description_that_nobody_could_work_with_is_refused(
    change: dict[str, object], problem: str
) -> None:
    with pytest.raises(BadDescription, match=problem):
        replace(SHOP, **change)  # type: ignore[arg-type]  # of any kind, on purpose


def test_the_most_that_a_run_may_cost_follows_the_description() -> None:
    search = Search(("a", "b"), pages_max=3, details_max=10)
    config = ClientConfig(1, (Brand("A"),), {"amazon": search, "shop": search})
    assert credits_at_most(config, amazon.DESCRIPTION) == 2 * 3 * 5 + 10 * 10
    assert credits_at_most(config, SHOP) == 2 * 3 * 2
    assert credits_at_most(config, replace(SHOP, search_pages_max=1)) == 2 * 2
    assert credits_at_most(config, ebay.DESCRIPTION) == 0


def test_a_price_that_a_vendor_tells_takes_the_place_of_the_described_one() -> None:
    dearer = amazon.PROVIDER.at_price(7)
    described, place = dearer.description, amazon.DESCRIPTION.marketplace("com")
    assert (described.search_page_credits, described.listing_page_credits) == (7, 14)
    assert dearer.search_question(place, "mug", 1).credits == 7
    assert dearer.listing_pages is not None
    mug = Listing("amazon", "B0TESTASIN", "Mug", "https://www.amazon.com/dp/B0TESTASIN")
    assert [asked.credits for asked in dearer.listing_pages.questions(mug, place)] == [7, 7]
    assert amazon.PROVIDER.at_price(None) is amazon.PROVIDER
    assert SHOP.at_price(3).listing_page_credits is None
    assert replace(SHOP, search_page_credits=0).at_price(3).search_page_credits == 0


def test_addresses_name_their_listings() -> None:
    assert amazon.DESCRIPTION.listing_id_in("https://www.amazon.de/x/dp/B0TESTASIN?x=1") == (
        "B0TESTASIN"
    )
    assert ebay.DESCRIPTION.listing_id_in("https://www.ebay.de/itm/title/227223470821") == (
        "227223470821"
    )
    assert ebay.DESCRIPTION.listing_id_in("https://www.ebay.de/usr/seller") is None
