"""Selecting cases on the queue and deciding on all that are selected, with and without a mouse."""

from __future__ import annotations

from collections import Counter

import pytest
from playwright.sync_api import expect

from infringement_dagster.reviewing.decide import decide
from resources.objects.store import ObjectStore
from resources.postgres.cases import decision_store
from resources.postgres.cases.case_lists import CaseFilter, case_page
from resources.postgres.database import Database
from tests.api.pages.conftest import VIEWER, OpenVisit, Visit
from tests.api.pages.scene import ReviewScene, set_scene
from tests.api.pages.test_access_for_all import violations

SHIFT_MAX = 0.05  # of the window, as web vitals count


def decided(database: Database, scene: ReviewScene) -> Counter[str]:
    with database.client(scene.client_id) as c:
        rows = case_page(c, scene.client_id, CaseFilter(), "newest", 200)
    return Counter(row.decision or ("unsure" if row.set_aside else "open") for row in rows)


def selected(visit: Visit) -> int:
    return visit.page.locator("[data-tick]:checked").count()


def watch_shifts(visit: Visit) -> None:
    visit.page.evaluate(
        """() => { window.shifted = 0; new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shifted += entry.value;
        }).observe({ type: "layout-shift" }); }"""
    )


def test_thirty_are_selected_decided_and_taken_back_by_keyboard(
    open_visit: OpenVisit, database: Database, objects: ObjectStore, operator: str
) -> None:
    scene = set_scene(database, objects, "thirty", cases=40)
    visit = open_visit()
    visit.log_in("", operator)
    visit.page.goto("/clients/thirty/cases")
    visit.page.keyboard.press("j")
    for _ in range(29):
        visit.page.keyboard.press("J")
    expect(visit.page.get_by_role("region", name="Selected cases")).to_contain_text("30 selected")
    assert violations(visit) == []
    watch_shifts(visit)
    visit.page.keyboard.press("r")
    visit.page.keyboard.type("same workshop, no invoice")
    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("i")
    expect(visit.page.locator("#toast")).to_contain_text("Infringing: 30 cases")
    assert decided(database, scene) == {"infringing": 30, "open": 10}
    with database.client("thirty") as c:
        told = decision_store.decisions_of(c, "thirty", scene.case_ids[29])
    assert [entry.reason for entry in told] == ["same workshop, no invoice"]
    expect(visit.page.locator("tbody tr")).to_have_count(10)
    expect(visit.page.get_by_role("link", name="Infringing 30", exact=True)).to_be_visible()
    assert visit.page.evaluate("window.shifted") <= SHIFT_MAX
    assert violations(visit) == []
    visit.page.keyboard.press("z")
    expect(visit.page.get_by_text("30 decisions taken back")).to_be_visible()
    expect(visit.page.locator("tbody tr")).to_have_count(40)
    assert decided(database, scene) == {"open": 40}


def test_a_range_all_and_none_are_selected(ann: Visit, scene: ReviewScene) -> None:
    ann.show("cases")
    boxes = ann.page.locator("[data-tick]")
    boxes.nth(2).click()
    boxes.nth(6).click(modifiers=["Shift"])
    assert selected(ann) == 5
    boxes.nth(4).click()
    assert selected(ann) == 4
    ann.page.keyboard.press("a")
    assert selected(ann) == len(scene.case_ids)
    expect(ann.page.get_by_label("Select all cases on this page")).to_be_checked()
    ann.page.keyboard.press("a")
    assert selected(ann) == 0
    expect(ann.page.locator(".selection-bar")).to_be_hidden()
    ann.page.get_by_label("Select all cases on this page").click()
    ann.page.keyboard.press("Escape")
    assert selected(ann) == 0


def test_the_case_in_focus_is_decided_by_one_key_and_the_next_one_is_in_focus(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    ann.show("cases")
    for _ in range(3):
        ann.page.keyboard.press("j")
    third = ann.page.locator("[data-row]").nth(2)
    title = third.inner_text()
    after = ann.page.locator("[data-row]").nth(3).inner_text()
    ann.page.keyboard.press("n")
    expect(ann.page.locator("#toast")).to_contain_text(f"Not infringing: {title}")
    expect(ann.page.locator("[data-row]").nth(2)).to_have_text(after)
    expect(ann.page.locator("[data-row]").nth(2)).to_be_focused()
    assert decided(database, scene) == {"not_infringing": 1, "open": 13}
    ann.page.get_by_role("button", name="Dismiss").click()
    expect(ann.page.locator("#toast")).to_be_empty()


def test_unsure_is_set_aside_until_it_is_asked_for(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    ann.show("cases")
    ann.page.locator("[data-tick]").first.click()
    ann.page.get_by_role("button", name="Unsure", exact=False).click()
    expect(ann.page.locator("tbody tr")).to_have_count(13)
    assert decided(database, scene) == {"unsure": 1, "open": 13}
    ann.page.get_by_role("link", name="Unsure 1").click()
    expect(ann.page.locator("tbody tr")).to_have_count(1)
    ann.page.locator("[data-row]").click()
    expect(ann.page.locator(".case-head .chip")).to_have_text("Unsure")


def test_a_selection_of_which_one_was_decided_meanwhile_is_refused(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    ann.show("cases")
    ann.page.keyboard.press("a")
    with database.client(scene.client_id) as c:
        decide(c, scene.client_id, scene.case_ids[3], "infringing", "", "user:bob", 1)
    ann.page.keyboard.press("n")
    expect(ann.page.locator("#notice")).to_contain_text("Nothing was written.")
    expect(ann.page.locator("tbody tr")).to_have_count(14)
    assert decided(database, scene) == {"infringing": 1, "open": 13}
    assert [complaint for complaint in ann.complaints if "409" not in complaint] == []
    ann.complaints.clear()  # the browser itself reports an answer of 409


def test_filters_apply_as_they_are_set_and_say_how_many_fit(ann: Visit, scene: ReviewScene) -> None:
    ann.show("cases")
    count = ann.page.locator(".list-head")
    expect(count).to_contain_text("14 cases")
    ann.page.get_by_label("Title contains").press_sequentially("trailjug 1")
    expect(count).to_contain_text("5 cases fit")
    expect(ann.page.get_by_label("Title contains")).to_be_focused()
    ann.page.wait_for_url("**/cases?tab=open&sort=most_probable&text=trailjug+1")
    ann.page.get_by_role("link", name="Sly Shop").first.click()
    expect(count).to_contain_text("2 cases fit")
    expect(ann.page.get_by_label("Seller")).to_have_value("Sly Shop")
    count.get_by_role("link", name="Clear the filters").click()
    expect(count).to_contain_text("14 cases")


def test_columns_sort_and_rows_say_why(ann: Visit, scene: ReviewScene) -> None:
    ann.show("cases")
    expect(ann.page.locator(".reason").first).to_be_visible()
    ann.page.get_by_role("link", name="Price").click()
    expect(ann.page.locator("[data-row]").first).to_contain_text("Trailjug 0 oz")
    expect(ann.page.get_by_role("columnheader", name="Price")).to_have_attribute(
        "aria-sort", "ascending"
    )
    ann.page.get_by_role("link", name="Probability").click()
    ann.page.get_by_role("link", name="Probability").click()
    expect(ann.page.get_by_role("columnheader", name="Probability")).to_have_attribute(
        "aria-sort", "ascending"
    )
    least = ann.page.locator("[data-row]").first.get_attribute("href") or ""
    assert str(scene.case_ids[-1]) in least


@pytest.mark.parametrize("width_px", [360, 1280])
def test_more_rows_fit_when_asked_and_stay_so(
    open_visit: OpenVisit, scene: ReviewScene, width_px: int
) -> None:
    visit = open_visit(width_px=width_px)
    visit.log_in(scene.client_id)
    visit.show("cases")
    row = visit.page.locator("tbody tr").first
    tall = row.evaluate("one => one.offsetHeight")
    visit.page.keyboard.press("d")
    dense = row.evaluate("one => one.offsetHeight")
    assert dense < tall
    visit.page.reload()
    assert row.evaluate("one => one.offsetHeight") == dense
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width_px
    assert violations(visit) == []


def test_who_only_looks_selects_nothing(open_visit: OpenVisit, scene: ReviewScene) -> None:
    visit = open_visit()
    visit.log_in(scene.client_id, VIEWER)
    visit.show("cases")
    expect(visit.page.locator("tbody tr")).to_have_count(14)
    expect(visit.page.get_by_role("checkbox")).to_have_count(0)
    for key in ("j", "x", "a", "J", "i"):
        visit.page.keyboard.press(key)
    expect(visit.page.locator("tbody tr")).to_have_count(14)
