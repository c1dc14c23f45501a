"""Lists and rules in the browser: added, tried out, saved, paused, resumed, taken back."""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import expect

from resources.postgres.clients import access_store
from resources.postgres.database import Database
from tests.api.pages.conftest import ADMIN, VIEWER, OpenVisit, Visit
from tests.api.pages.test_access_for_all import violations
from tests.support.grouped import Found
from tests.support.moderated import SURE, ModeratedScene, begin

_NUMBERS = itertools.count(1)


@pytest.fixture
def ruled(database: Database, password_hash: str) -> ModeratedScene:
    """A client of this test with a rule that has decided one of two cases."""
    scene = begin(database, SURE, client_id=f"ruled-{next(_NUMBERS)}")
    with database.client(scene.client_id) as c:
        access_store.add_user(c, scene.client_id, ADMIN, "admin", password_hash)
        access_store.add_user(c, scene.client_id, VIEWER, "viewer", password_hash)
    scene.scan(
        Found("E1", probability=0.99, photo=None),
        Found("E2", "Some other mug of glass", "Odd & Co", None, probability=0.8),
    )
    return scene


@pytest.fixture
def adam(open_visit: OpenVisit, ruled: ModeratedScene) -> Visit:
    """An admin of the client, logged in."""
    visit = open_visit()
    visit.log_in(ruled.client_id, ADMIN)
    return visit


def test_a_seller_is_listed_from_its_case_and_shown_there_and_on_the_lists(
    adam: Visit, ruled: ModeratedScene
) -> None:
    page = adam.page
    adam.show(f"cases/{ruled.groups.case('E2')}")
    part = page.locator("#case-lists")
    expect(part).to_contain_text("Neither the seller nor the listing is on a list.")
    part.get_by_text("Put on a list").click()
    part.get_by_label("Reason").fill("authorised dealer")
    part.get_by_role("button", name="Add").click()
    expect(part).to_contain_text("on your allow list since")
    expect(part).to_contain_text("because authorised dealer")
    adam.show("lists")
    expect(page.locator("tbody tr")).to_contain_text("Odd & Co")
    assert violations(adam) == []
    page.get_by_role("button", name="Take Odd & Co off the allow list").click()
    expect(page.locator("tbody")).to_contain_text("Nothing here yet.")


def test_a_usual_rule_is_tried_out_and_saved_as_it_was_tried(
    adam: Visit, ruled: ModeratedScene
) -> None:
    page = adam.page
    ruled.list_seller("allow", "Odd & Co")
    adam.show("rules")
    page.get_by_role("textbox", name="All rules in their order").fill(
        '[{"name": "dealers", "then": "decide_not_infringing", "when": {"seller_list": "allow"}}]'
    )
    page.locator("form[hx-post$='rules/preview'] button").click()
    outcome = page.locator("#outcome")
    expect(outcome).to_contain_text("1 of 2 cases that nobody has decided would change")
    expect(outcome).to_contain_text("Some other mug of glass")
    assert violations(adam) == []
    outcome.get_by_role("button", name="Save as version").click()
    expect(page.locator(".toast")).to_contain_text("the next scan acts by it")
    page.get_by_role("button", name="Preview Follow a decided group").click()
    expect(outcome).to_contain_text("follow-decided-groups changes nothing")
    page.get_by_role("textbox", name="All rules in their order").fill('[{"name": "x"}]')
    page.locator("form[hx-post$='rules/preview'] button").click()
    expect(page.locator("#notice")).to_contain_text("rules")
    adam.complaints.clear()  # the browser notes each answer that refuses


def test_a_rule_is_paused_resumed_and_taken_back(adam: Visit, ruled: ModeratedScene) -> None:
    page = adam.page
    adam.show("rules")
    expect(page.locator("main")).to_contain_text("1 of 1 decided still stand")
    page.get_by_label("Why surely-infringing is paused").fill("the shop moves")
    page.get_by_role("button", name="Pause surely-infringing").click()
    expect(page.locator("main .notice")).to_contain_text("the shop moves")
    assert violations(adam) == []
    page.get_by_role("button", name="Resume surely-infringing").click()
    expect(page.get_by_role("button", name="Pause surely-infringing")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Take back all 1 of surely-infringing").click()
    expect(page.locator(".toast")).to_contain_text("1 decision taken back.")
    assert ruled.stands("E1") == ("open", None, None)


def test_a_viewer_reads_both_on_a_phone_and_changes_nothing(
    open_visit: OpenVisit, ruled: ModeratedScene
) -> None:
    visit = open_visit(width_px=360)
    visit.log_in(ruled.client_id, VIEWER)
    ruled.list_seller("deny", "A seller of a very long name indeed " * 3)
    for path in ("lists", "rules"):
        visit.show(path)
        expect(visit.page.locator("h1")).to_be_visible()
        wide = visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
        assert visit.page.get_by_role("button", name="Add", exact=True).count() == 0
        assert violations(visit) == []
