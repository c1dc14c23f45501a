"""Operators see the health of the installation, and nobody else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from api.pages.operators.health_facts import store_trouble
from resources.postgres.clients import schedule_store
from resources.postgres.database import Database
from resources.postgres.scans import run_store
from tests.api.pages.conftest import DAGSTER_UI, OpenVisit, Visit
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations
from tests.support.scene import ask_for_scan

DAGSTER_RUN = "0f1e2d3c-4b5a-4678-8899-aabbccddeeff"


@pytest.fixture
def failed_scan(scene: ReviewScene, database: Database) -> str:
    """A scan of the scene's client of which a run failed just now."""
    client_id = scene.client_id
    with database.client(client_id) as c:
        scan_id = ask_for_scan(c, client_id)
        run = run_store.start_run(c, client_id, scan_id, "amazon", DAGSTER_RUN)
        run_store.finish_run(
            c, client_id, scan_id, "amazon", run.epoch, "failed", error="the vendor said no"
        )
    return str(scan_id)


@pytest.mark.parametrize(("width_px", "dark"), [(1440, False), (1440, True), (360, False)])
def test_failed_runs_lead_to_their_scan_and_to_dagster(
    open_visit: OpenVisit,
    operator: str,
    scene: ReviewScene,
    failed_scan: str,
    *,
    width_px: int,
    dark: bool,
) -> None:
    visit = open_visit(width_px=width_px, dark=dark)
    visit.log_in("", operator)
    visit.page.get_by_role("link", name="Health").click()
    runs = visit.page.get_by_role("table", name="Failed runs of the last 24 hours")
    row = runs.get_by_role("row").filter(has=visit.page.get_by_text(scene.client_id, exact=True))
    expect(row).to_contain_text("the vendor said no")
    scan, dagster_run = row.get_by_role("link").all()
    assert scan.get_attribute("href") == f"/clients/{scene.client_id}/scans/{failed_scan}"
    assert dagster_run.get_attribute("href") == f"{DAGSTER_UI}/runs/{DAGSTER_RUN}"
    part = visit.page.get_by_role("row").filter(has_text="retry them on the page of the scan")
    expect(part).to_contain_text("Look at it")
    assert violations(visit) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width_px
    if width_px == 1440:
        assert visit.page.locator("header.top").evaluate("head => head.offsetHeight") < 60


def test_a_schedule_that_nobody_looked_at_is_trouble_of_the_sensors(
    open_visit: OpenVisit, operator: str, scene: ReviewScene, database: Database
) -> None:
    visit = open_visit()
    visit.log_in("", operator)
    due_at = datetime.now(UTC) - timedelta(hours=7)
    try:
        with database.admission() as c:
            schedule_store.keep_schedule(c, scene.client_id, 1, due_at)
        visit.page.goto("/health")
        parts = visit.page.get_by_role("table", name="Parts of the installation")
        expect(parts.get_by_role("row").nth(1)).to_contain_text("was not looked at")
        expect(parts.get_by_role("row").nth(1)).to_contain_text("client_schedules")
        late = visit.page.get_by_role("table", name="Late scans")
        expect(late.get_by_role("row").filter(has_text=scene.client_id)).to_contain_text(
            "Never asked for"
        )
    finally:  # other tests look at the same installation
        with database.admission() as c:
            schedule_store.keep_schedule(c, scene.client_id, 1, None)


def test_a_store_that_does_not_answer_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
    assert store_trouble(str(tmp_path_factory.mktemp("store"))) == ""
    assert "could not read" in store_trouble("s3://photos?endpoint=http://127.0.0.1:9")


def test_health_is_for_operators_alone(adam: Visit) -> None:
    expect(adam.page.get_by_role("link", name="Health")).to_have_count(0)
    assert adam.page.request.get("/health").status == 403
