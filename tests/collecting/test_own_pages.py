"""Listings' own pages through the real collection: read once, again when something changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from infringement_dagster.domain.listing import Listing, Price
from infringement_dagster.domain.listing_pages.page_read import PageRead
from infringement_dagster.domain.provider import credits_at_most
from resources.postgres.listings import listing_store, page_store
from resources.postgres.listings.page_store import NewPage
from resources.providers.registry import installed
from tests.support.sandbox_processes import StartSandbox
from tests.support.scanner import CLIENT, Scanner


@pytest.mark.parametrize("provider", ["amazon", "ebay", "walmart"])
def test_pages_are_read_once_and_their_facts_stay(
    scanner: Callable[[str], Scanner], sandbox_url: str, provider: str
) -> None:
    here = scanner(sandbox_url)
    first = here.scan(provider, details_max=4)
    found = here.found(first)
    read = {key: one for key, one in found.items() if one.own_page_keys}
    assert set(read) == first.seen.described
    assert len(read) == first.own_pages["chosen"] == 4
    for one in read.values():
        assert one.listing.brand is not None
        assert one.listing.details is not None
        assert all(here.objects.get(key) for key in one.own_page_keys)
    # Nothing has changed: others' pages are read now, and what was read is still known.
    second = here.scan(provider, details_max=4)
    again = here.found(second)
    assert not second.seen.described & set(read)
    assert {key: again[key] for key in read} == {
        key: replace(one, page_key=again[key].page_key) for key, one in read.items()
    }


def test_all_attempts_at_a_run_together_read_so_many_pages_as_one(
    scanner: Callable[[str], Scanner], sandbox_url: str
) -> None:
    here = scanner(sandbox_url)
    first = here.scan("amazon", details_max=4)
    found = here.found(first)
    second = here.again(first)
    assert here.found(second).keys() == found.keys()
    assert (len(first.seen.described), second.own_pages["chosen"]) == (4, 0)


def test_a_page_is_read_again_when_title_and_price_have_changed(
    scanner: Callable[[str], Scanner], sandbox_url: str
) -> None:
    here = scanner(sandbox_url)
    here.found(here.scan("amazon", details_max=200))
    first = here.scan("amazon", details_max=200)
    found = here.found(first)
    assert (first.seen.described, first.own_pages["credits"]) == (set(), 0)
    read = [key for key, one in found.items() if one.own_page_keys]
    with here.database.client(CLIENT) as c:
        known = page_store.pages_of(c, CLIENT, "amazon", read).values()
        pages = [NewPage(as_of_before(kept.page), kept.page_keys) for kept in known]
        page_store.put_pages(c, CLIENT, first.run.scan_id, pages)
    changed = here.scan("amazon", details_max=200)
    again = here.found(changed)
    assert changed.own_pages["unread_or_changed"] == first.own_pages["unread_or_changed"] + len(
        read
    )
    assert changed.seen.described
    assert changed.seen.described <= set(read)
    # What was read of another title says nothing of this one.
    left = set(read) - changed.seen.described
    assert all(again[key].listing.details is None for key in left)


def as_of_before(page: PageRead) -> PageRead:
    """The same page, as if it had been read when title and price were others."""
    price = Price(Decimal(1), Decimal(1), "USD")
    return replace(page, row=replace(page.row, title="Something else", price=price))


@pytest.mark.parametrize("provider", ["amazon", "ebay", "walmart"])
def test_the_plan_is_what_is_charged(
    scanner: Callable[[str], Scanner], sandbox_url: str, provider: str
) -> None:
    here = scanner(sandbox_url)
    collection = here.scan(provider, details_max=20, details_credits_max=95)
    here.found(collection)
    described = installed().description(provider)
    charged = here.charged(collection.run.scan_id, provider)
    assert charged == collection.credits == collection.credits_planned
    assert charged <= credits_at_most(collection.run.config, described)
    assert 0 < collection.own_pages["credits"] <= collection.own_pages["credits_at_most"] <= 95


def test_answers_that_fail_and_are_paid_for_take_the_credits_of_pages(
    scanner: Callable[[str], Scanner], start_sandbox: StartSandbox
) -> None:
    here = scanner(start_sandbox("--fault-empty-rate", "0.3"))
    for _ in range(3):
        collection = here.scan("amazon", pages_max=2, details_max=5)
        most = credits_at_most(collection.run.config, installed().description("amazon"))
        here.found(collection)
        assert here.charged(collection.run.scan_id, "amazon") <= most == 2 * 5 + 5 * 10


def test_the_page_of_a_listing_is_of_the_client_that_read_it(
    scanner: Callable[[str], Scanner], sandbox_url: str
) -> None:
    here = scanner(sandbox_url)
    listing = Listing("amazon", "B0TESTASIN", "Mug", "https://www.amazon.com/dp/B0TESTASIN")
    collection = here.scan("amazon")
    scan_id = collection.run.scan_id
    with here.database.client(CLIENT) as c:
        listing_store.put_listings(c, CLIENT, scan_id, [listing])
        page = NewPage(PageRead(listing, replace(listing, brand="Acme")), ("key",))
        page_store.put_pages(c, CLIENT, scan_id, [page, page])
        (kept,) = page_store.pages_of(c, CLIENT, "amazon", ["B0TESTASIN", "B0UNKNOWN1"]).values()
    assert (kept.page, kept.page_keys, kept.scan_id) == (page.page, ("key",), scan_id)
    with here.database.client("beta") as c:
        assert page_store.pages_of(c, CLIENT, "amazon", ["B0TESTASIN"]) == {}
