"""Actors and sellers in the browser: listed, read, split, merged, found from cases and search."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import expect

from infringement_dagster.domain.actors.sellers import SellerKey
from resources.objects.store import ObjectStore
from resources.postgres.actors import seller_lists
from resources.postgres.clients import access_store
from resources.postgres.database import Database
from tests.api.pages.conftest import REVIEWER, VIEWER, OpenVisit, Visit
from tests.api.pages.test_access_for_all import violations
from tests.support.grouped import Found
from tests.support.linked import ActorScene, Sold, begin, two_shops
from tests.support.photos import encoded, product
from tests.support.scene import a_photo

_NUMBERS = itertools.count(1)


@pytest.fixture
def linked(database: Database, objects: ObjectStore, password_hash: str) -> ActorScene:
    """A client of this test with an actor of three sellers at three marketplaces, and another."""
    scene = begin(database, f"linked-{next(_NUMBERS)}")
    with database.client(scene.client_id) as c:
        access_store.add_user(c, scene.client_id, REVIEWER, "reviewer", password_hash)
        access_store.add_user(c, scene.client_id, VIEWER, "viewer", password_hash)
    objects.put_once(a_photo("own").object_key, encoded(product(1, 120)))
    third = Sold(
        Found("A1", "Jug of clay", "Odd/Oddments & Co", None, "amazon", 0.6),
        "call +86 139 1234 5678",
    )
    scene.scan(*two_shops(), third, Sold(Found("E9", "Mug", "Somebody Else", None)))
    return scene


@pytest.fixture
def rita(open_visit: OpenVisit, linked: ActorScene) -> Visit:
    """A reviewer of the linked client, logged in."""
    visit = open_visit()
    visit.log_in(linked.client_id)
    return visit


def test_an_actor_is_read_with_its_evidence_split_and_merged(
    rita: Visit, linked: ActorScene
) -> None:
    page = rita.page
    rita.show("cases")
    page.get_by_role("link", name="By actor").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("3 sellers")
    assert violations(rita) == []
    page.locator("[data-row]").click()
    expect(page.get_by_role("heading", name="Actor", exact=False).first).to_be_visible()
    expect(page.get_by_text("8613912345678").first).to_be_visible()
    expect(page.locator(".network circle")).to_have_count(3)
    assert violations(rita) == []
    page.get_by_role("checkbox", name="Take out Odd/Oddments").check()
    page.get_by_role("button", name="Make the ticked").click()
    expect(page.locator("h1")).to_contain_text("Odd/Oddments & Co")
    expect(page.get_by_role("heading", name="Maybe the same as")).to_be_visible()
    expect(page.get_by_text("Put here by")).to_be_visible()
    assert violations(rita) == []
    page.locator("select[name=other_actor_id]").select_option(label="Brightpeak Store (2)")
    page.get_by_role("button", name="Make them one actor").click()
    expect(page.locator(".network circle")).to_have_count(3)


def test_a_sellers_page_is_reached_from_its_case_and_from_the_search(
    rita: Visit, linked: ActorScene
) -> None:
    page = rita.page
    rita.show(f"cases/{linked.groups.case('A1')}")
    page.locator("#seller-title ~ div a", has_text="Odd/Oddments").first.click()
    expect(page.locator("h1")).to_contain_text("Seller Odd/Oddments & Co")
    expect(page.get_by_text("One of 3 sellers of")).to_be_visible()
    expect(page.get_by_role("heading", name="Risk")).to_be_visible()
    assert violations(rita) == []
    rita.show("search?text=kindly")
    page.get_by_role("link", name="Who is behind kindly deals").click()
    expect(page.locator("h1")).to_contain_text("Seller kindly deals")
    page.locator("p.card a").click()
    expect(page.locator(".network circle")).to_have_count(3)


def test_who_may_only_look_is_offered_no_split(open_visit: OpenVisit, linked: ActorScene) -> None:
    visit = open_visit()
    visit.log_in(linked.client_id, VIEWER)
    with linked.database.client(linked.client_id) as c:
        row = seller_lists.get_seller(c, linked.client_id, SellerKey("ebay", "name:somebody else"))
    visit.show(f"actors/{row.actor_id}")
    expect(visit.page.get_by_role("button", name="Make")).to_have_count(0)
