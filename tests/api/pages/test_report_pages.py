"""A client's reports: the list, one of them, and the page that is downloaded."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from infringement_dagster.reporting.export_tables import export_tables
from infringement_dagster.reporting.make_report import make_report
from resources.objects.store import ObjectStore
from resources.postgres.clients import access_store
from resources.postgres.database import Database
from tests.api.pages.conftest import REVIEWER, VIEWER, OpenVisit
from tests.api.pages.test_access_for_all import violations
from tests.support.reported import AFTER, WEEK, told_client

_NUMBERS = itertools.count(1)


@pytest.fixture
def reported(database: Database, objects: ObjectStore, password_hash: str) -> str:
    """A client with a report of its week, a reviewer and a viewer."""
    client_id = f"reported-{next(_NUMBERS)}"
    told_client(database, objects, client_id)
    export_tables(database, objects, client_id, WEEK, AFTER)
    make_report(database, objects, client_id, WEEK)
    with database.client(client_id) as c:
        access_store.add_user(c, client_id, REVIEWER, "reviewer", password_hash)
        access_store.add_user(c, client_id, VIEWER, "viewer", password_hash)
    return client_id


def test_a_report_is_found_read_and_taken_along(
    open_visit: OpenVisit, reported: str, tmp_path: Path
) -> None:
    ann = open_visit()
    ann.log_in(reported)
    ann.page.get_by_role("link", name="Reports").click()
    ann.page.get_by_role("link", name="2 Mar 2026").click()
    expect(ann.page.get_by_text("Week of 2 March 2026, Monday to Sunday (UTC)")).to_be_visible()
    figures = ann.page.locator(".report-numbers")
    expect(figures).to_contain_text(re.compile(r"Infringing among what is listed\s*40%"))
    dmca = ann.page.get_by_role("row", name=re.compile("DMCA"))
    expect(dmca).to_have_accessible_name(re.compile(r"50% 9\.5% to 91% 5\.0"))
    listed = ann.page.get_by_role("img", name=re.compile("^Listings seen, by week"))
    expect(listed).to_have_attribute("aria-label", re.compile("50 weeks are not known"))
    expect(listed.locator("rect.fill")).to_have_count(2)
    with ann.page.expect_download() as download:
        ann.page.get_by_role("link", name="Download to print").click()
    kept = tmp_path / "report.html"
    download.value.save_as(kept)
    alone = open_visit()
    requests: list[str] = []
    alone.page.on("request", lambda request: requests.append(request.url))
    alone.page.goto(kept.as_uri())
    expect(alone.page.get_by_role("heading", name=re.compile("Reported"))).to_be_visible()
    assert requests == [kept.as_uri()]
    alone.complaints.clear()  # a file is of another origin than the product


@pytest.mark.parametrize(("width_px", "dark"), [(1280, True), (360, False)])
def test_everybody_can_read_a_report(
    open_visit: OpenVisit, reported: str, *, width_px: int, dark: bool
) -> None:
    vera = open_visit(width_px=width_px, dark=dark)
    vera.log_in(reported, VIEWER)
    for path in ("reports", f"reports/{WEEK}"):
        vera.show(path)
        assert violations(vera) == []
        assert vera.page.evaluate("document.documentElement.scrollWidth") <= width_px
    expect(vera.page.get_by_role("link", name="Download to print")).to_have_count(0)
