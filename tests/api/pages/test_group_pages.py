"""The queue by group in the browser: read, decided, taken back, split, merged."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import expect

from infringement_dagster.reviewing.groups import decide_group, read_group
from resources.objects.store import ObjectStore
from resources.postgres.clients import access_store
from resources.postgres.database import Database
from tests.api.pages.conftest import REVIEWER, VIEWER, OpenVisit, Visit
from tests.api.pages.test_access_for_all import violations
from tests.support.grouped import Found, GroupScene, begin
from tests.support.photos import encoded, product
from tests.support.scene import a_photo

_NUMBERS = itertools.count(1)


@pytest.fixture
def grouped(database: Database, objects: ObjectStore, password_hash: str) -> GroupScene:
    """A client of this test with a group of three at two marketplaces and a case alone."""
    scene = begin(database, f"grouped-{next(_NUMBERS)}")
    with database.client(scene.client_id) as c:
        access_store.add_user(c, scene.client_id, REVIEWER, "reviewer", password_hash)
        access_store.add_user(c, scene.client_id, VIEWER, "viewer", password_hash)
    for name in ("copied", "copied+2", "copied+4", "mug"):
        objects.put_once(a_photo(name).object_key, encoded(product(1, 120)))
    scene.scan(
        Found("E1"),
        Found("E2", photo="copied+4", probability=0.8),
        Found("W1", seller="Meek", provider="walmart", probability=0.7),
        Found("E9", "Some other mug of glass", "Odd", "mug"),
    )
    return scene


@pytest.fixture
def rita(open_visit: OpenVisit, grouped: GroupScene) -> Visit:
    """A reviewer of the grouped client, logged in."""
    visit = open_visit()
    visit.log_in(grouped.client_id)
    return visit


def test_a_group_is_one_row_decided_but_for_an_exception_and_taken_back(
    rita: Visit, grouped: GroupScene
) -> None:
    page = rita.page
    rita.show("cases")
    page.get_by_role("link", name="By group").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("3 of 3")
    assert violations(rita) == []
    page.locator("[data-row]").click()
    expect(page.get_by_role("heading", name="Group of 3 listings")).to_be_visible()
    expect(page.locator("tbody")).to_contain_text("same photo (4 of 256 bits differ)")
    assert violations(rita) == []
    page.locator("tr", has_text="Walmart").get_by_role("checkbox").check()
    page.get_by_label("Reason").fill("one workshop")
    page.get_by_role("button", name="Infringing", exact=False).first.click()
    expect(page.locator("#toast")).to_contain_text("Infringing: 2 cases")
    expect(page.locator("tr", has_text="Walmart")).to_contain_text("Left out")
    page.keyboard.press("z")
    expect(page.get_by_text("All 3 to review")).to_be_visible()


def decide_first_group(rita: Visit, grouped: GroupScene) -> None:
    rita.show(f"groups/{grouped.group_of('E1')}")
    rita.page.get_by_label("Reason").fill("one workshop")
    rita.page.keyboard.press("Escape")
    rita.page.keyboard.press("i")
    expect(rita.page.locator("#toast")).to_contain_text("Infringing: 3 cases")


def test_a_later_case_shows_what_its_group_proposes(rita: Visit, grouped: GroupScene) -> None:
    page = rita.page
    decide_first_group(rita, grouped)
    grouped.scan(Found("E3", photo="copied+2"))
    rita.show(f"cases/{grouped.case('E3')}")
    expect(page.get_by_text("Proposed: Infringing")).to_be_visible()
    page.get_by_role("link", name="One of 4 near-identical listings").click()
    expect(page.locator("#proposal")).to_contain_text("one workshop")
    expect(page.locator("#proposal")).to_contain_text("Nothing is decided until you say so.")
    assert violations(rita) == []


def test_newcomers_of_decided_groups_are_confirmed_together_but_for_one_and_taken_back(
    rita: Visit, grouped: GroupScene
) -> None:
    page = rita.page
    decide_first_group(rita, grouped)
    rita.show("proposals")
    expect(page.get_by_text("Nothing is proposed.")).to_be_visible()
    assert violations(rita) == []
    grouped.scan(Found("E3", photo="copied+2"), Found("E4"), Found("W4", provider="walmart"))
    rita.show("groups")
    page.get_by_role("link", name="Proposals").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    expect(page.locator("tbody")).to_contain_text("as 3 of its group")
    expect(page.locator("tbody")).to_contain_text("one workshop")
    assert violations(rita) == []
    page.locator("tr", has_text="Walmart").get_by_role("checkbox").check()
    page.keyboard.press("c")
    expect(page.locator("#toast")).to_contain_text("Infringing: 2 cases")
    expect(page.get_by_text("Nothing is proposed.")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator("tbody tr")).to_have_count(2)  # what was left out is proposed no more


def test_proposals_that_grew_meanwhile_are_not_confirmed(rita: Visit, grouped: GroupScene) -> None:
    rita.show(f"groups/{grouped.group_of('E1')}")
    rita.page.keyboard.press("n")
    expect(rita.page.locator("#toast")).to_contain_text("3 cases")
    grouped.scan(Found("E3"))
    rita.show("proposals")
    grouped.scan(Found("E4"))
    rita.page.keyboard.press("c")
    expect(rita.page.get_by_role("alert")).to_contain_text("The proposals have changed")
    rita.complaints.clear()  # the browser itself reports an answer of 409


def test_cases_are_split_off_and_groups_are_merged(rita: Visit, grouped: GroupScene) -> None:
    page = rita.page
    rita.show(f"groups/{grouped.group_of('E1')}")
    page.locator("tr", has_text="Walmart").get_by_role("checkbox").check()
    page.get_by_role("button", name="Make the ticked a group of their own").click()
    expect(page.get_by_role("heading", name="Group of 1 listing")).to_be_visible()
    expect(page.locator("tbody")).to_contain_text(f"Put here by {REVIEWER}")
    page.get_by_text("The same as another group").click()
    page.get_by_label("The same as").select_option(str(grouped.group_of("E9")))
    page.get_by_role("button", name="Make them one group").click()
    expect(page.get_by_role("heading", name="Group of 2 listings")).to_be_visible()
    assert grouped.groups() >= {frozenset({"E1", "E2"}), frozenset({"W1", "E9"})}


def test_a_group_that_grew_meanwhile_is_not_decided(rita: Visit, grouped: GroupScene) -> None:
    rita.show(f"groups/{grouped.group_of('E1')}")
    grouped.scan(Found("E3"))
    rita.page.keyboard.press("n")
    expect(rita.page.get_by_role("alert")).to_contain_text("The group has changed")
    rita.complaints.clear()  # the browser itself reports an answer of 409


def test_who_only_looks_is_offered_no_decision(open_visit: OpenVisit, grouped: GroupScene) -> None:
    visit = open_visit(width_px=360)
    visit.log_in(grouped.client_id, VIEWER)
    visit.show(f"groups/{grouped.group_of('E1')}")
    expect(visit.page.get_by_role("heading", name="Group of 3 listings")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Infringing")).to_have_count(0)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert violations(visit) == []
    with grouped.database.client(grouped.client_id) as c:
        group = read_group(c, grouped.client_id, grouped.group_of("E1"))
        decide_group(
            c, grouped.client_id, group.row.group_id, "infringing", "", REVIEWER, group.seen
        )
    grouped.scan(Found("E3"))
    visit.show("proposals")
    expect(visit.page.locator("tbody tr")).to_have_count(1)
    expect(visit.page.get_by_role("button", name="Confirm")).to_have_count(0)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert violations(visit) == []
