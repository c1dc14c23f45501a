"""Watching a scan: live, across a reload and a new server, partial failures, start and cancel."""

from __future__ import annotations

import re
from urllib.parse import urlsplit
from uuid import UUID

from playwright.sync_api import Browser, expect

from api.app import create_app
from api.settings import ApiSettings
from infringement_dagster.domain.admission import AdmissionPlan, ClientLimits, QueuedRun
from infringement_dagster.domain.event import NewEvent
from resources.objects.store import ObjectStore
from resources.postgres.clients import client_store, limit_store
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.events import event_store
from resources.postgres.scans import outcome_store, run_store, scan_store
from resources.postgres.scans.admission_store import carry_out
from tests.api.conftest import serving
from tests.api.pages.conftest import DAGSTER_UI, PASSWORD, REVIEWER, OpenVisit, Visit
from tests.api.pages.scene import ReviewScene


def tell(database: Database, client_id: str, scan_id: UUID, done: int, total: int = 40) -> None:
    """Says how far the run has come, as a step does."""
    body = {
        "provider": "amazon",
        "phase": "image_hashes",
        "done": done,
        "total": total,
        "per_second": 12.5,
        "found": 40,
        "flagged": 3,
    }
    with database.client(client_id) as c:
        event = NewEvent(type="run.progress", scan_id=scan_id, body=body)
        event_store.append_events(c, client_id, [event])


def test_a_scan_is_watched_live_and_across_a_reload(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    tell(database, scene.client_id, scene.scan_id, 10)
    ann.show(f"scans/{scene.scan_id}")
    amazon = ann.page.get_by_role("region", name="Amazon")
    expect(amazon).to_contain_text("Comparing photos · 10 of 40 · 12.5 a second")
    expect(ann.page.get_by_role("status")).to_have_text("live")
    tell(database, scene.client_id, scene.scan_id, 25)
    expect(amazon).to_contain_text("25 of 40")
    ann.page.reload()
    expect(amazon).to_contain_text("25 of 40")
    tell(database, scene.client_id, scene.scan_id, 39)
    expect(amazon).to_contain_text("39 of 40")
    expect(ann.page.get_by_role("progressbar")).to_have_attribute("value", "97.5")


def test_the_end_shows_what_was_not_stored_and_why(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    ann.show(f"scans/{scene.scan_id}")
    expect(ann.page.get_by_role("status")).to_have_text("live")
    counts = {
        "found": 40,
        "stored": 37,
        "skipped": 2,
        "failed": 1,
        "reasons": {"skipped: blank": 2, "failed: timed_out": 1},
    }
    with database.client(scene.client_id) as c:
        run = scan_store.get_scan(c, scene.client_id, scene.scan_id).runs[0]
        outcome_store.merge_counts(
            c, scene.client_id, scene.scan_id, "amazon", run.epoch, "image_hashes", counts
        )
        run_store.finish_run(
            c, scene.client_id, scene.scan_id, "amazon", run.epoch, "partial", {}, None
        )
    amazon = ann.page.get_by_role("region", name="Amazon")
    expect(amazon).to_contain_text("partial")
    expect(amazon).to_contain_text(
        "failed 1 photo not loaded or not decoded in time. Try the failed parts again."
    )
    expect(amazon).to_contain_text("skipped 2 photos of one colour, which tells nothing.")
    ann.page.keyboard.press("t")
    expect(amazon).to_contain_text("Waiting: earlier scans go first.")


def test_repeats_are_told_apart_from_what_was_lost(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    reasons = {"skipped: repeated": 105, "skipped: no_title": 3}
    counts = {"found": 199, "stored": 91, "skipped": 108, "failed": 0, "reasons": reasons}
    with database.client(scene.client_id) as c:
        run = scan_store.get_scan(c, scene.client_id, scene.scan_id).runs[0]
        outcome_store.merge_counts(
            c, scene.client_id, scene.scan_id, "amazon", run.epoch, "raw_listings", counts
        )
    ann.show(f"scans/{scene.scan_id}")
    summary = ann.page.get_by_text("Left out: 108, 105 of them repeats and ads")
    summary.click()
    amazon = ann.page.get_by_role("region", name="Amazon")
    expect(amazon).to_contain_text("105 listings shown again on a page, often as an advertisement")
    expect(amazon).to_contain_text("3 listings without a readable title")


def test_a_scan_is_started_waits_for_a_reason_and_is_cancelled_by_keyboard(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    ann.show("scans")
    expect(ann.page.locator("table.scans tbody tr")).to_have_count(1)
    ann.page.keyboard.press("s")
    question = ann.page.get_by_role("dialog", name="Start a scan at 1 marketplace?")
    expect(question).to_contain_text("up to 115 credits: Amazon up to 115.")
    question.get_by_role("button", name="Start the scan").click()
    ann.page.wait_for_url(re.compile(r"/scans/[0-9a-f-]{36}$"))
    amazon = ann.page.get_by_role("region", name="Amazon")
    expect(amazon).to_contain_text("Waiting: earlier scans go first.")
    asked = UUID(ann.page.url.rpartition("/")[2])
    waiting = QueuedRun(scene.client_id, asked, "amazon", 1)
    with database.admission() as c:
        carry_out(c, AdmissionPlan((), {waiting: "client_runs"}, {}))
    expect(amazon).to_contain_text("as many scans as its limit allows")
    ann.page.keyboard.press("x")
    state = ann.page.locator("#runs .head .chip").first
    expect(state).to_have_text("cancelled")
    with database.client(scene.client_id) as c:
        assert scan_store.get_scan(c, scene.client_id, asked).state == "cancelled"


def test_a_stray_key_starts_no_scan_and_the_question_tells_cost_and_limits(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    with database.admission() as c:
        limits = ClientLimits(credits_per_day=100, credits_per_month=5000)
        limit_store.set_client_limits(c, scene.client_id, limits)
    ann.show("scans")
    ann.page.keyboard.press("s")
    question = ann.page.get_by_role("dialog", name="Start a scan at 1 marketplace?")
    expect(question).to_contain_text("Left today: 100. Left this month: 5,000.")
    expect(question).to_contain_text(
        "Today 100 credits are left. What does not fit into them waits."
    )
    ann.page.keyboard.press("s")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_be_hidden()
    ann.page.get_by_role("checkbox", name="Amazon").uncheck()
    ann.page.keyboard.press("s")
    expect(ann.page.get_by_role("dialog")).to_contain_text("No marketplace is ticked")
    with database.client(scene.client_id) as c:
        scans = scan_store.scan_page(c, scene.client_id, 10)
    assert [scan.scan_id for scan in scans] == [scene.scan_id]


def test_a_new_clients_scans_lead_to_its_config(
    open_visit: OpenVisit, database: Database, operator: str
) -> None:
    with database.client("brand-new") as c:
        client_store.add_client(c, "brand-new", "Brand New")
    visit = open_visit()
    visit.log_in("", operator)
    visit.page.goto("/clients/brand-new/scans")
    expect(visit.page.get_by_role("heading", name="Scans")).to_be_visible()
    visit.page.get_by_role("link", name="Enter brands and searches").click()
    expect(visit.page.get_by_role("heading", name="Config", exact=True)).to_be_visible()


def test_a_page_goes_on_after_the_server_was_started_again(
    browser: Browser,
    scene: ReviewScene,
    database: Database,
    database_urls: DatabaseUrls,
    objects: ObjectStore,
) -> None:
    settings = ApiSettings(port=0, requests_per_minute=100_000)
    with serving(create_app(database_urls, objects, settings), settings) as url:
        visit = Visit(browser.new_context().new_page(), url.replace("127.0.0.1", "localhost"))
        settings = settings.model_copy(update={"port": urlsplit(url).port})
        log_in_at(visit, scene.client_id)
        visit.page.goto(f"{visit.base_url}/clients/{scene.client_id}/scans/{scene.scan_id}")
        status = visit.page.get_by_role("status")
        expect(status).to_have_text("live")
    expect(status).to_have_text("connecting again")
    tell(database, scene.client_id, scene.scan_id, 31)
    with serving(create_app(database_urls, objects, settings), settings):
        expect(status).to_have_text("live", timeout=20_000)
        expect(visit.page.get_by_role("region", name="Amazon")).to_contain_text("31 of 40")
        visit.page.context.close()


def log_in_at(visit: Visit, client_id: str) -> None:
    """Logs in on the visit's own server."""
    visit.page.goto(f"{visit.base_url}/log-in?back_to=/clients/{client_id}/cases")
    visit.page.get_by_label("Email").fill(REVIEWER)
    visit.page.get_by_label("Password").fill(PASSWORD)
    visit.page.get_by_role("button", name="Log in").click()
    visit.page.wait_for_url(re.compile(r"/clients"))


def test_the_pages_of_scans_are_for_everybody(
    open_visit: OpenVisit, scene: ReviewScene, database: Database
) -> None:
    tell(database, scene.client_id, scene.scan_id, 10)
    for width_px, dark in ((1280, False), (360, True)):
        visit = open_visit(width_px=width_px, dark=dark)
        visit.log_in(scene.client_id)
        for path in ("scans", f"scans/{scene.scan_id}"):
            visit.show(path)
            expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
            wide = visit.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width_px


def test_cases_scan_and_dagster_run_lead_to_each_other(
    ann: Visit, open_visit: OpenVisit, scene: ReviewScene, database: Database, operator: str
) -> None:
    tell(database, scene.client_id, scene.scan_id, 39)
    with database.client(scene.client_id) as c:
        run = scan_store.get_scan(c, scene.client_id, scene.scan_id).runs[0]
        run_store.finish_run(c, scene.client_id, scene.scan_id, "amazon", run.epoch, "succeeded")
    assert run.dagster_run_id is not None
    ann.show(f"cases/{scene.case_ids[0]}?tab=all")
    ann.page.get_by_role("link", name="this scan").click()
    expect(ann.page.get_by_text(str(scene.scan_id))).to_be_visible()
    expect(ann.page.get_by_role("link", name="Dagster run")).to_have_count(0)
    ann.page.get_by_role("link", name="Cases that it was the last to flag").click()
    expect(ann.page.locator("[data-row]")).to_have_count(len(scene.case_ids))
    ann.show(f"cases?tab=all&scan_id={UUID(int=1)}")
    expect(ann.page.get_by_text("No case fits these filters.")).to_be_visible()
    visit = open_visit()
    visit.log_in("", operator)
    visit.page.goto(f"/clients/{scene.client_id}/scans/{scene.scan_id}")
    link = visit.page.get_by_role("link", name="Dagster run")
    expect(link).to_have_attribute("href", f"{DAGSTER_UI}/runs/{run.dagster_run_id}")
