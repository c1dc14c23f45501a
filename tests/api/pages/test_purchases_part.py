"""A test purchase on the page of its case: ordered, photographed, and frozen with its outcome."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from resources.objects.store import ObjectStore
from resources.postgres.cases import evidence_store
from resources.postgres.database import Database
from tests.api.pages.conftest import VIEWER, OpenVisit, Visit
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations
from tests.evidence.frozen import freeze
from tests.support.photos import encoded, product


@pytest.fixture
def frozen(scene: ReviewScene, database: Database, objects: ObjectStore) -> ReviewScene:
    freeze(database, objects, scene.client_id, scene.case_ids[0], scene.scan_id)
    return scene


def record(visit: Visit) -> None:
    part = visit.page.get_by_role("region", name="Test purchases")
    part.get_by_text("Record a test purchase").click()
    part.get_by_label("Order number").fill("28-1 <b>")
    part.get_by_label("Ordered on").fill("2026-03-04")
    part.get_by_label("Paid").fill("19.90")
    part.get_by_label("Currency").fill("eur")
    part.get_by_role("button", name="Record", exact=True).click()
    expect(part.get_by_text("awaited: nothing has arrived yet")).to_be_visible()


def test_a_purchase_is_recorded_shown_and_frozen(
    ann: Visit, frozen: ReviewScene, database: Database, tmp_path: Path
) -> None:
    page, case_id = ann.page, frozen.case_ids[0]
    ann.show(f"cases/{case_id}")
    part = page.get_by_role("region", name="Test purchases")
    expect(part.get_by_text("Nobody has bought it to see yet.")).to_be_visible()
    record(ann)
    bought = part.get_by_role("region", name="Order 28-1 <b>")
    expect(bought).to_contain_text("€19.90")
    expect(bought.get_by_role("option")).to_have_text(["Nothing arrived"])
    files = [tmp_path / f"{number}.png" for number in (1, 2)]
    for number, file in enumerate(files, start=1):
        file.write_bytes(encoded(product(number), "PNG"))
    bought.get_by_label("Photos of what arrived").set_input_files(files)
    bought.get_by_role("button", name="Add photos").click()
    expect(bought.get_by_text("awaited: nobody has said yet what arrived")).to_be_visible()
    expect(bought.get_by_role("img")).to_have_count(2)
    shown = bought.get_by_role("img").first
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("complete", value=True)
    assert shown.evaluate("one => one.naturalWidth") > 0
    assert violations(ann) == []

    page.once("dialog", lambda dialog: dialog.accept())
    bought.get_by_label("What came of it").select_option("Counterfeit")
    bought.get_by_label("By what it was seen").fill("no hologram")
    bought.get_by_role("button", name="Record the outcome").click()
    expect(bought.get_by_text("Frozen as evidence")).to_be_visible()
    expect(bought).to_contain_text("no hologram")
    expect(bought.get_by_role("button")).to_have_count(0)
    evidence = page.get_by_role("region", name="Evidence")
    expect(evidence.get_by_text("purchase photo", exact=True)).to_have_count(2)
    assert violations(ann) == []
    with database.client(frozen.client_id) as c:
        copies = evidence_store.evidence_of(c, frozen.client_id, case_id)
    assert [copy.kind for copy in copies].count("purchase_photo") == 2


def test_a_file_that_is_no_photo_is_refused_with_the_reason(
    ann: Visit, frozen: ReviewScene, tmp_path: Path
) -> None:
    ann.show(f"cases/{frozen.case_ids[0]}")
    record(ann)
    (tmp_path / "a.png").write_bytes(b"no photo")
    bought = ann.page.get_by_role("region", name="Order 28-1 <b>")
    bought.get_by_label("Photos of what arrived").set_input_files(tmp_path / "a.png")
    bought.get_by_role("button", name="Add photos").click()
    expect(ann.page.locator("#notice")).to_contain_text("The photo cannot be read")
    ann.complaints.clear()  # the browser itself reports an answer of 422


def test_who_may_not_decide_sees_what_was_bought(
    ann: Visit, open_visit: OpenVisit, frozen: ReviewScene
) -> None:
    ann.show(f"cases/{frozen.case_ids[0]}")
    record(ann)
    vera = open_visit(width_px=360)
    vera.log_in(frozen.client_id, VIEWER)
    vera.show(f"cases/{frozen.case_ids[0]}")
    part = vera.page.get_by_role("region", name="Test purchases")
    expect(part.get_by_text("awaited: nothing has arrived yet")).to_be_visible()
    expect(part.get_by_role("button")).to_have_count(0)
    assert violations(vera) == []
