"""The queue in the browser: filters, pages, deciding on a filtered list."""

from __future__ import annotations

from dataclasses import replace

from playwright.sync_api import expect

from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.reviewing.decide import decide
from resources.objects.store import ObjectStore
from resources.postgres.cases import case_store, decision_store
from resources.postgres.cases.case_lists import CaseFilter, case_page
from resources.postgres.database import Database
from resources.postgres.listings.listing_store import put_listings
from tests.api.pages.conftest import REVIEWER, OpenVisit, Visit, principal_of
from tests.api.pages.scene import ReviewScene, scene_listing, set_scene


def decided_by_seller(database: Database, scene: ReviewScene) -> set[tuple[str | None, str | None]]:
    with database.client(scene.client_id) as c:
        rows = case_page(c, scene.client_id, CaseFilter(), "newest", 100)
    return {(row.seller_name, row.decision) for row in rows}


def test_filters_narrow_the_list_and_stay_in_the_address(ann: Visit, scene: ReviewScene) -> None:
    ann.show("cases")
    ann.page.keyboard.press("t")
    ann.page.keyboard.type("TRAILJUG 1")
    ann.page.get_by_label("Seller").fill("sly shop")
    ann.page.keyboard.press("Enter")
    expect(ann.page.locator("tbody tr")).to_have_count(2)  # 10 and 12 of 1, 10, 11, 12, 13
    ann.page.reload()
    expect(ann.page.locator("tbody tr")).to_have_count(2)
    ann.page.get_by_label("Marketplace").select_option("ebay")
    expect(ann.page.get_by_text("No case fits these filters.")).to_be_visible()
    ann.page.get_by_role("link", name="Clear the filters").click()
    expect(ann.page.locator("tbody tr")).to_have_count(14)


def test_a_sampled_case_is_marked_in_the_list_and_on_its_page(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    drawn = replace(scene_listing(90), title="A plain jug")
    with database.client(scene.client_id) as c:
        put_listings(c, scene.client_id, scene.scan_id, [drawn])
        flag = CaseFlag(drawn.listing_id, 0.02, None, sampled_chance=0.02)
        case_store.flag_cases(c, scene.client_id, scene.scan_id, "amazon", 1, [flag])
    ann.show("cases")
    ann.page.get_by_label("Why here").select_option("sampled")
    expect(ann.page.locator("tbody tr")).to_have_count(1)
    expect(ann.page.locator("tbody .chip", has_text="Sampled")).to_be_visible()
    ann.page.get_by_role("link", name="A plain jug").click()
    expect(ann.page.get_by_role("heading", name="Why it is here")).to_be_visible()
    expect(ann.page.get_by_text("Drawn at random (2 % chance)")).to_be_visible()


def test_pages_of_a_long_list_repeat_and_miss_nothing(
    open_visit: OpenVisit, database: Database, objects: ObjectStore, operator: str
) -> None:
    scene = set_scene(database, objects, "long", cases=60)
    visit = open_visit()
    visit.log_in("", operator)
    visit.page.goto("/clients/long/cases")
    links = "[data-row]"
    first = visit.page.locator(links).evaluate_all("all => all.map(one => one.href)")
    visit.page.keyboard.press("l")
    expect(visit.page.locator(links)).to_have_count(10)
    second = visit.page.locator(links).evaluate_all("all => all.map(one => one.href)")
    shown = [link.partition("/cases/")[2].partition("?")[0] for link in first + second]
    assert shown == [str(case_id) for case_id in scene.case_ids]


def test_a_filtered_list_is_decided_after_a_question_that_says_what_will_happen(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    ann.show("cases?seller=Sly Shop")
    ann.page.get_by_role("button", name="Decide on all").click()
    question = ann.page.get_by_role("dialog", name="Decide on 7 cases")
    expect(question).to_contain_text("All 7 cases of this list: 7 at Amazon")
    question.get_by_label("Reason").fill("one workshop")
    question.get_by_role("button", name="Infringing", exact=True).click()
    expect(ann.page.get_by_text("Infringing: 7 cases")).to_be_visible()
    assert decided_by_seller(database, scene) == {("Sly Shop", "infringing"), ("Cheap & Co", None)}
    with database.client(scene.client_id) as c:
        kept = [decision_store.decisions_of(c, scene.client_id, item) for item in scene.case_ids]
    assert {(item[0].reason, item[0].decided_by) for item in kept if item} == {
        ("one workshop", principal_of(database, scene.client_id, REVIEWER))
    }
    ann.page.keyboard.press("z")
    expect(ann.page.get_by_text("7 decisions taken back")).to_be_visible()
    assert decided_by_seller(database, scene) == {("Sly Shop", None), ("Cheap & Co", None)}


def test_a_list_that_changed_since_the_question_is_not_decided(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    ann.show("cases")
    ann.page.get_by_role("button", name="Decide on all").click()
    question = ann.page.get_by_role("dialog", name="Decide on 14 cases")
    expect(question).to_be_visible()
    with database.client(scene.client_id) as c:
        decide(c, scene.client_id, scene.case_ids[0], "infringing", "", "user:bob", 1)
    question.get_by_role("button", name="Not infringing").click()
    expect(ann.page.locator("#notice")).to_contain_text("The list has changed")
    assert {decision for _, decision in decided_by_seller(database, scene)} == {"infringing", None}
    assert [complaint for complaint in ann.complaints if "409" not in complaint] == []
    ann.complaints.clear()  # the browser itself reports an answer of 409
