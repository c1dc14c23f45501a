"""The config in the browser: previewed, refused with reasons beside the fields, saved."""

from __future__ import annotations

import re
from decimal import Decimal

import httpx
import pytest
from playwright.sync_api import expect

from api.pages.clients.config_form import document_of, form_of
from infringement_dagster.domain.listing import Listing, Price
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from tests.api.pages.conftest import REVIEWER, OpenVisit, Visit
from tests.api.pages.scene import CONFIG, ReviewScene
from tests.api.pages.stored_scan import keep_snapshot

MARK = {"name": "KELVARRA, the bottle", "number": "1234567", "office": "USPTO"}
# In one go, so that no answer comes before the typing.
ASK_AND_TYPE_ON = """
(field, text) => {
  document.getElementById("config-preview").click();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
"""
BOLT = Listing(
    "amazon",
    "BOLT1",
    "Bolt bottle replica",
    "https://shop.example/BOLT1",
    price=Price(Decimal(9), Decimal(9), "EUR"),
)


def saved(database: Database, client_id: str) -> tuple[int, dict[str, object]]:
    with database.client(client_id) as c:
        row = client_store.load_config(c, client_id)
    return row.version, dict(row.document)


def test_a_threshold_is_changed_after_seeing_what_would_be_dropped(
    adam: Visit, scene: ReviewScene, database: Database, objects: ObjectStore
) -> None:
    keep_snapshot(database, objects, scene)
    adam.show("config")
    adam.page.get_by_label("Review from").fill("0.99999")
    adam.page.get_by_label("Notices from").fill("0.999995")
    adam.page.get_by_role("button", name="Preview").click()
    amazon = adam.page.get_by_role("region", name="Amazon")
    expect(amazon).to_contain_text(
        "14 listings in the last scan. Flagged now: 14. With this draft: 0."
    )
    expect(amazon.locator(".tiles li")).to_have_count(14)
    expect(amazon.locator(".tiles img").first).to_have_js_property("complete", value=True)
    assert amazon.locator(".tiles img").first.evaluate("one => one.naturalWidth") > 0
    assert saved(database, scene.client_id)[0] == 1
    adam.page.get_by_label("Why").fill("too much noise")
    adam.page.get_by_role("button", name="Save as version 2").click()
    adam.page.wait_for_url(re.compile(r"saved=2$"))
    expect(adam.page.get_by_role("region", name="Versions")).to_contain_text("too much noise")
    thresholds = {"review": 0.99999, "notice_ready": 0.999995}
    assert saved(database, scene.client_id) == (2, CONFIG | {"thresholds": thresholds})


def test_a_brand_is_added_and_its_listing_shown_before_it_is_saved(
    adam: Visit, scene: ReviewScene, database: Database, objects: ObjectStore
) -> None:
    keep_snapshot(database, objects, scene, (BOLT,))
    adam.show("config")
    adam.page.locator("summary", has_text="Another brand").click()
    adam.page.locator("[id='/brands/1/name']").fill("Bolt")
    adam.page.locator("[id='/brands/1/categories']").fill("bottle\n\n mug ")
    adam.page.locator("[id='/thresholds/review']").fill("0.3")
    adam.page.get_by_role("button", name="Preview").click()
    amazon = adam.page.get_by_role("region", name="Amazon")
    expect(amazon).to_contain_text("1 newly flagged")
    expect(amazon.locator(".tiles li")).to_contain_text("Bolt bottle replica")
    adam.page.locator("[id='/brands/1/name']").fill("Bolts")
    expect(amazon).to_have_count(0)  # it told of another draft
    adam.page.get_by_role("button", name="Preview").click()
    adam.page.get_by_role("button", name="Save as version 2").click()
    adam.page.wait_for_url(re.compile(r"saved=2$"))
    _, document = saved(database, scene.client_id)
    kept = CONFIG["brands"]
    assert isinstance(kept, list)
    assert document["brands"] == [*kept, {"name": "Bolts", "categories": ["bottle", "mug"]}]


def test_what_is_typed_while_a_preview_runs_stays_and_is_not_taken_for_what_it_tells_of(
    adam: Visit, scene: ReviewScene, database: Database, objects: ObjectStore
) -> None:
    keep_snapshot(database, objects, scene)
    page = adam.page
    adam.show("config")
    page.get_by_label("Review from").fill("0.99999")
    page.get_by_label("Notices from").fill("0.999995")
    terms = page.get_by_label("Words that admit a copy")
    terms.evaluate(ASK_AND_TYPE_ON, "superfake")
    outcome = page.locator("#outcome")
    expect(outcome).to_contain_text("With this draft: 0.")
    expect(outcome.get_by_text("this tells of the fields as they were then")).to_be_visible()
    expect(page.get_by_role("button", name="Save as version 2")).to_have_count(0)
    expect(terms).to_have_value("superfake")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Save as version 2").click()
    page.wait_for_url(re.compile(r"saved=2$"))
    assert saved(database, scene.client_id)[1]["fraud_terms"] == ["superfake"]


def test_errors_stand_beside_their_fields_and_nothing_is_lost(
    adam: Visit, scene: ReviewScene, database: Database
) -> None:
    adam.show("config")
    adam.page.get_by_label("Review from").fill("many")
    adam.page.get_by_label("Words that admit a copy").fill("replica\n" + "x" * 201)
    adam.page.locator("[id='/brands/0/price_floor/currency']").fill("euro")
    adam.page.get_by_role("button", name="Preview").click()
    review = adam.page.get_by_label("Review from")
    expect(review).to_have_attribute("aria-invalid", "true")
    expect(review).to_have_value("many")
    error = adam.page.locator("[id='/thresholds/review/error']")
    expect(error).to_contain_text("should be a number")
    expect(adam.page.locator("[id='/fraud_terms/error']")).to_contain_text("line 2:")
    expect(adam.page.locator("[id='/brands/0/price_floor/currency/error']")).to_be_visible()
    expect(adam.page.get_by_role("button", name="Save")).to_have_count(0)
    assert saved(database, scene.client_id)[0] == 1


def test_trademarks_that_notices_require_are_entered_on_the_form(
    adam: Visit, scene: ReviewScene, database: Database
) -> None:
    adam.show("config")
    adam.page.locator("summary", has_text="Rights holder").click()
    adam.page.locator("[id='/rights_holder/name']").fill("Kelvarra Ltd")
    marks = adam.page.get_by_label("Registered trademarks")
    marks.fill("KELVARRA, the bottle, 1234567, USPTO\nKELVARRA, 7654321")
    adam.page.get_by_role("button", name="Preview").click()
    error = adam.page.locator("[id='/rights_holder/trademarks/error']")
    expect(error).to_have_text("entry 2 of trademarks needs office")
    # The field's own check may say so before the preview, whose answer replaces the form.
    expect(adam.page.locator("#outcome")).to_contain_text("entry 2 of trademarks needs office")
    marks.fill("KELVARRA, the bottle, 1234567, USPTO")
    adam.page.get_by_role("button", name="Preview").click()
    adam.page.get_by_role("button", name="Save as version 2").click()
    adam.page.wait_for_url(re.compile(r"saved=2$"))
    holder = saved(database, scene.client_id)[1]["rights_holder"]
    assert holder == {"name": "Kelvarra Ltd", "trademarks": [MARK]}


def test_an_empty_form_says_in_its_own_words_with_what_to_begin(
    open_visit: OpenVisit, database: Database, operator: str
) -> None:
    with database.client("blank") as c:
        client_store.add_client(c, "blank", "Blank")
    visit = open_visit()
    visit.log_in("", operator)
    visit.page.goto("/clients/blank/config")
    visit.page.get_by_role("button", name="Preview").click()
    outcome = visit.page.locator("#outcome")
    expect(outcome).to_contain_text("Name: enter the name of your brand")
    expect(outcome).to_contain_text("enter at least one search at one of the marketplaces")
    expect(outcome).not_to_contain_text("{")
    expect(outcome.locator("li")).to_have_count(2)


def test_a_draft_of_an_older_version_is_not_saved(
    adam: Visit, scene: ReviewScene, database: Database
) -> None:
    adam.show("config")
    adam.page.get_by_label("Words that admit a copy").fill("replica\nfake")
    adam.page.get_by_role("button", name="Preview").click()
    button = adam.page.get_by_role("button", name="Save as version 2")
    expect(button).to_be_visible()
    with database.client(scene.client_id) as c:
        client_store.save_config(c, scene.client_id, CONFIG | {"fraud_terms": ["dupe"]}, "bob")
    button.click()
    expect(adam.page.locator("#notice")).to_contain_text("somebody has saved meanwhile")
    assert saved(database, scene.client_id)[1]["fraud_terms"] == ["dupe"]
    assert [complaint for complaint in adam.complaints if "412" not in complaint] == []
    adam.complaints.clear()  # the browser itself reports an answer of 412


def test_who_may_not_change_it_reads_it(open_visit: OpenVisit, scene: ReviewScene) -> None:
    visit = open_visit(width_px=360, dark=True)
    visit.log_in(scene.client_id, REVIEWER)
    visit.show("config")
    expect(visit.page.get_by_label("Words that admit a copy")).to_be_disabled()
    expect(visit.page.get_by_role("button", name="Preview")).to_have_count(0)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("path", ["preview", "save"])
def test_a_stranger_changes_nothing(scene: ReviewScene, server_url: str, path: str) -> None:
    sent = {"version": "1", "document": "{}"}
    address = f"{server_url}/clients/{scene.client_id}/config/{path}"
    assert httpx.post(address, data=sent).status_code == 401


def test_a_form_that_nobody_touched_is_the_document_it_was_made_of() -> None:
    document: dict[str, object] = {
        "brands": [{"name": "K", "price_floor": {"amount": "29.00", "currency": "EUR"}}],
        "searches": {
            "amazon": {"queries": ["k"], "details_max": 0},
            "ebay": {
                "queries": ["k"],
                "vendor": "ebay_browse",
                "photos_max": 3,
                "options": {"sort_by": "price_lowest", "category_ids": "20696"},
            },
        },
        "key_points": "never",
        "further_hashes": ["whash", "average_hash_16"],
        "weights": {"low_price": 0, "average_hash_16": 3},
        "rights_holder": {"name": "X", "trademarks": [MARK, {"name": "a", "number": "1"}]},
    }
    fields = [field for section in form_of(document).sections for field in section.fields]
    filled = {
        field.pointer: field.text for field in fields if field.rule.kind != "flag" or field.text
    }
    assert document_of(document, filled) == document
    without = document_of(document, filled | {"/further_hashes": "whash"})
    assert without["weights"] == {"low_price": 0}
    assert document_of(document, filled | {"/brands/0/name": " "})["brands"] == []
