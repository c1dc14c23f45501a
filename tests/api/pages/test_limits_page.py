"""A client's limits on their page: read beside their use, changed by operators alone."""

from __future__ import annotations

from playwright.sync_api import expect

from infringement_dagster.domain.admission import ClientLimits
from resources.postgres.clients.audit import entries_before
from resources.postgres.clients.limit_store import client_limits, set_client_limits
from resources.postgres.database import Database
from resources.postgres.retention.retention_store import Retention, set_retention
from tests.api.pages.conftest import OpenVisit, Visit
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations


def test_an_admin_reads_limits_and_what_is_kept(adam: Visit, database: Database) -> None:
    with database.admission() as c:
        set_client_limits(c, adam.client_id, ClientLimits(runs_max=7, credits_per_day=4321))
        set_retention(c, adam.client_id, Retention(events_days=17))
    page = adam.page
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Limits").click()
    expect(page.get_by_text("of 7")).to_be_visible()
    expect(page.get_by_text("of 4,321")).to_be_visible()
    expect(page.get_by_text("17 days")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    assert violations(adam) == []
    token = page.locator("body").get_attribute("hx-headers") or ""
    refused = page.request.post(
        f"/clients/{adam.client_id}/limits",
        form={"weight": "1", "runs_max": "9"},
        headers={"X-CSRF-Token": token.split('"')[3], "Origin": adam.base_url},
    )
    assert (refused.status, "clients:manage" in refused.text()) == (403, True)


def test_an_operator_changes_them(
    open_visit: OpenVisit, scene: ReviewScene, operator: str, database: Database
) -> None:
    visit = open_visit()
    visit.log_in("", operator)
    visit.client_id = scene.client_id
    visit.show("limits")
    page = visit.page
    page.get_by_label("Scans at once").last.fill("5")
    page.get_by_label("Credits a day").fill("1200")
    assert violations(visit) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("of 5")).to_be_visible()
    with database.client(scene.client_id) as c:
        limits = client_limits(c, scene.client_id)
        assert (limits.runs_max, limits.credits_per_day) == (5, 1200)
        newest = entries_before(c, scene.client_id, 1)[0]
    assert (newest.action, newest.details["credits_per_day"]) == ("limits.changed", 1200)
    page.get_by_label("Credits a day").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("of 1,200")).to_have_count(0)
    with database.client(scene.client_id) as c:
        assert client_limits(c, scene.client_id).credits_per_day is None
