"""One box on every page finds everything of the client, by keyboard alone."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.api.pages.conftest import OpenVisit, Visit
from tests.api.pages.scene import ReviewScene


def test_typing_finds_a_case_and_arrows_lead_to_it(ann: Visit, scene: ReviewScene) -> None:
    ann.show("scans")
    ann.page.keyboard.press("/")
    ann.page.keyboard.type("trailjug 13")
    cases = ann.page.get_by_role("region", name="Cases")
    expect(cases.get_by_role("link", name=re.compile("Trailjug 13 oz"))).to_be_visible()
    ann.page.keyboard.press("ArrowDown")
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("h1.title")).to_contain_text("Trailjug 13 oz")


def test_escape_closes_what_was_found_and_leaves_the_box(ann: Visit) -> None:
    ann.show("scans")
    ann.page.keyboard.press("/")
    ann.page.keyboard.type("sly shop")
    sellers = ann.page.get_by_role("region", name="Sellers")
    expect(sellers).to_contain_text("Amazon · 7 listings, 7 cases")
    ann.page.keyboard.press("ArrowDown")
    ann.page.keyboard.press("Escape")
    expect(sellers).to_be_hidden()
    expect(ann.page.get_by_role("searchbox")).to_be_focused()
    ann.page.keyboard.press("Escape")
    expect(ann.page.get_by_role("searchbox")).not_to_be_focused()


def test_enter_shows_all_that_is_found_as_a_page(ann: Visit, scene: ReviewScene) -> None:
    ann.show("cases")
    ann.page.keyboard.press("/")
    ann.page.keyboard.type("trailjug")
    ann.page.keyboard.press("Enter")
    ann.page.wait_for_url(re.compile(r"/search\?text=trailjug$"))
    main = ann.page.get_by_role("main")
    expect(main.get_by_role("heading", name="Found for “trailjug”")).to_be_visible()
    main.get_by_role("link", name="all in the queue").click()
    expect(ann.page.locator("tbody tr")).to_have_count(len(scene.case_ids))


def test_a_scan_and_a_reference_are_found_and_shown(ann: Visit, scene: ReviewScene) -> None:
    ann.show(f"search?text={str(scene.scan_id)[:8]}")
    expect(ann.page.get_by_role("main").get_by_role("link")).to_have_count(1)
    ann.page.get_by_role("main").get_by_role("link").click()
    expect(ann.page.get_by_text(str(scene.scan_id))).to_be_visible()
    ann.show("search?text=front.png")
    ann.page.get_by_role("main").get_by_role("link", name="front.png").click()
    expect(ann.page.locator(".wall li:target")).to_contain_text("front.png")


def test_nothing_found_and_too_little_typed_are_said(
    open_visit: OpenVisit, scene: ReviewScene
) -> None:
    visit = open_visit(width_px=360)
    visit.log_in(scene.client_id)
    visit.show("search?text=a%00")
    visit.complaints.clear()  # the browser itself reports an answer of 422
    visit.show("search?text=<b>zz</b>")
    expect(visit.page.get_by_text("Nothing found for “<b>zz</b>”.")).to_be_visible()
    visit.show("search?text=zz")
    expect(visit.page.get_by_text("Type at least three characters")).to_be_visible()
