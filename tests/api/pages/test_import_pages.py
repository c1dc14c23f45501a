"""Own listings: a file is taken in on a page, which says what became of each row."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.api.pages.conftest import VIEWER, OpenVisit, Visit
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations
from tests.support.listing_files import offers, write_csv


def test_a_file_is_imported_and_its_bad_rows_are_named(
    ann: Visit, scene: ReviewScene, tmp_path: Path
) -> None:
    rows = offers("anything")[:6]
    rows[2] = rows[2] | {"price": "<b>call us</b>"}
    path = write_csv(tmp_path / "kelmarkt.csv", rows)
    ann.page.goto(f"/clients/{scene.client_id}/scans")
    ann.page.get_by_role("link", name="Import listings of your own").click()
    expect(ann.page.get_by_text("No file was imported yet.")).to_be_visible()
    assert violations(ann) == []
    ann.page.get_by_label("CSV, JSON Lines or Parquet").set_input_files(path)
    ann.page.get_by_role("button", name="Import").click()
    expect(ann.page.get_by_role("heading", name="kelmarkt", exact=True)).to_be_visible(
        timeout=60_000
    )
    expect(ann.page.get_by_text("5 of 6 rows are listings; 1 are bad")).to_be_visible()
    expect(ann.page.get_by_role("row", name=re.compile("^4 price '<b>call us"))).to_be_visible()
    expect(ann.page.get_by_text("No scan reads it yet")).to_be_visible()
    assert violations(ann) == []
    with ann.page.expect_download() as download:
        ann.page.get_by_role("link", name="Download it as JSON Lines").click()
    download.value.save_as(tmp_path / "faults.jsonl")
    assert '"line": 4' in (tmp_path / "faults.jsonl").read_text()
    ann.page.get_by_role("link", name="All imports").click()
    expect(
        ann.page.get_by_role("row", name=re.compile("kelmarkt kelmarkt.csv 5 1 0"))
    ).to_be_visible()


def test_a_file_that_holds_no_listing_is_told_where_it_was_chosen(
    ann: Visit, scene: ReviewScene, tmp_path: Path
) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("sku,price\n1,2\n")
    ann.page.goto(f"/clients/{scene.client_id}/imports")
    ann.page.get_by_label("CSV, JSON Lines or Parquet").set_input_files(path)
    ann.page.get_by_role("button", name="Import").click()
    expect(ann.page.locator("#notice")).to_contain_text(
        "the file has no column title and url", timeout=60_000
    )
    ann.complaints.clear()  # the browser itself reports an answer of 422


def test_who_may_not_scan_sees_imports_and_no_form(
    open_visit: OpenVisit, scene: ReviewScene
) -> None:
    visit = open_visit()
    visit.log_in(scene.client_id, VIEWER)
    visit.page.goto(f"/clients/{scene.client_id}/imports")
    expect(visit.page.get_by_text("No file was imported yet.")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Import")).to_have_count(0)
