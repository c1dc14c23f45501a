"""A screenshot of a listing's page taken on the page of its case, against a sandbox."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from api.jobs import screenshots
from infringement_dagster.domain.admission import ClientLimits
from resources.objects.store import ObjectStore
from resources.postgres.cases import evidence_store
from resources.postgres.clients import job_store, limit_store
from resources.postgres.database import Database
from tests.api.pages.conftest import VIEWER, OpenVisit, Visit
from tests.api.pages.paid.books import credits_today
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations
from tests.support.screenshot_case import ScreenshotCase, screenshot_case
from tests.support.waiting import until

JOB_MS = 90_000  # a worker that starts on a loaded machine takes 20 s


@pytest.fixture
def case(scene: ReviewScene, database: Database, objects: ObjectStore) -> ScreenshotCase:
    return screenshot_case(database, objects, scene.client_id)


def test_a_screenshot_is_taken_after_its_price_was_said(
    ann: Visit, case: ScreenshotCase, database: Database
) -> None:
    with database.admission() as c:
        limit_store.set_client_limits(c, case.client_id, ClientLimits(credits_per_day=100))
    ann.show(f"cases/{case.case_id}")
    ask = ann.page.get_by_role("button", name="Screenshot of the page …")
    ask.click()
    dialog = ann.page.get_by_role("dialog")
    expect(dialog).to_contain_text("It costs at most 20 credits.")
    expect(dialog).to_contain_text("Left today: 100.")
    assert violations(ann) == []
    assert credits_today(database, case.client_id) == 0
    dialog.get_by_role("button", name="Take it").click()
    screenshot = ann.page.locator(".screenshot")
    expect(screenshot).to_contain_text("The page as sandbox rendered it", timeout=JOB_MS)
    expect(screenshot.locator("img")).to_have_js_property("complete", value=True)
    assert screenshot.locator("img").evaluate("one => one.naturalWidth") == 1280
    expect(ask).to_have_count(0)  # one a scan
    assert credits_today(database, case.client_id) == 15
    assert violations(ann) == []
    photo = ann.page.request.get(
        str(screenshot.locator("a").evaluate("one => one.href")), fail_on_status_code=True
    )
    assert photo.body().startswith(b"\xff\xd8")  # made by us, not what the vendor sent


def test_who_has_no_credits_left_is_told_and_nothing_is_frozen(
    ann: Visit, case: ScreenshotCase, database: Database
) -> None:
    with database.admission() as c:
        limit_store.set_client_limits(c, case.client_id, ClientLimits(credits_per_day=19))
    ann.show(f"cases/{case.case_id}")
    ann.page.get_by_role("button", name="Screenshot of the page …").click()
    dialog = ann.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Today 19 credits are left, which is not enough.")
    dialog.get_by_role("button", name="Take it").click()
    expect(ann.page.locator("#notice")).to_contain_text("costs 20 credits", timeout=JOB_MS)
    with database.client(case.client_id) as c:
        copies = evidence_store.evidence_of(c, case.client_id, case.case_id)
    assert not any("screenshot" in copy.kind for copy in copies)
    ann.complaints.clear()  # the browser itself reports an answer of 422


def test_a_page_that_could_not_be_rendered_says_why_and_may_be_asked_for_again(
    ann: Visit, scene: ReviewScene, database: Database, objects: ObjectStore
) -> None:
    gone = "https://www.amazon.com/dp/B000000000"
    case = screenshot_case(database, objects, scene.client_id, url=gone)
    ann.show(f"cases/{case.case_id}")
    ann.page.get_by_role("button", name="Screenshot of the page …").click()
    ann.page.get_by_role("dialog").get_by_role("button", name="Take it").click()
    evidence = ann.page.locator("#evidence")
    expect(evidence).to_contain_text(
        "none could be taken: not_found: the marketplace knows no", timeout=JOB_MS
    )
    expect(ann.page.get_by_role("button", name="Screenshot of the page …")).to_be_visible()
    assert violations(ann) == []


def test_nobody_asks_for_screenshots_without_end(
    ann: Visit, case: ScreenshotCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screenshots, "SCREENSHOTS_A_DAY_MAX", 0)
    ann.show(f"cases/{case.case_id}")
    ann.page.get_by_role("button", name="Screenshot of the page …").click()
    ann.page.get_by_role("dialog").get_by_role("button", name="Take it").click()
    expect(ann.page.locator("#notice")).to_contain_text("Too many screenshots")
    ann.complaints.clear()  # the browser itself reports an answer of 429


def test_a_viewer_sees_no_button(open_visit: OpenVisit, case: ScreenshotCase) -> None:
    vera = open_visit(width_px=360)
    vera.log_in(case.client_id, VIEWER)
    vera.show(f"cases/{case.case_id}")
    expect(vera.page.locator(".copies li").first).to_be_visible()
    expect(vera.page.get_by_role("button", name="Screenshot of the page …")).to_have_count(0)


def test_a_stranger_takes_and_sees_nothing(case: ScreenshotCase, server_url: str) -> None:
    address = f"{server_url}/clients/{case.client_id}/cases/{case.case_id}/screenshots"
    assert httpx.post(address).status_code == 401
    assert httpx.get(f"{address}/{'ab' * 32}").status_code == 401


def test_a_job_whose_worker_died_is_not_asked_again(
    case: ScreenshotCase, database: Database, server_url: str
) -> None:
    order = {"kind": "screenshot", "case_id": str(case.case_id)}
    with database.client(case.client_id) as c:
        job_id = job_store.add_job(c, case.client_id, "screenshot", order, "user:ann")
        taken = job_store.take_job(c, case.client_id)  # by a worker that ends here
        assert taken is not None
        job_store.give_back(c, case.client_id, taken.job_id)
    assert httpx.get(f"{server_url}/healthz").status_code == 200

    def ended() -> bool:
        with database.client(case.client_id) as c:
            return job_store.get_job(c, case.client_id, job_id).ended_at is not None

    until(ended)
    with database.client(case.client_id) as c:
        job = job_store.get_job(c, case.client_id, job_id)
    assert job.problem is not None
    assert "may have been charged" in job.problem
    assert credits_today(database, case.client_id) == 0
