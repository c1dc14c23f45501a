"""A client's web-hooks on its pages: added, tried, looked after, removed."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.api.pages.conftest import ADMIN, OpenVisit, Visit
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations


def test_an_admin_adds_a_web_hook_tries_it_and_reads_how_it_went(adam: Visit) -> None:
    page = adam.page
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Web-hooks").click()
    # No name under .example is ever resolved, so the message does not leave the machine.
    page.get_by_label("Address").fill("https://hooks.acme.example/in")
    page.get_by_label("notice.sent").check()
    assert violations(adam) == []
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_label("The secret")).to_have_value(re.compile("^whsec_"))
    page.get_by_role("link", name="I have kept it").click()
    row = page.get_by_role("row", name="hooks.acme.example")
    expect(row).to_contain_text("case.flagged, notice.sent, scan.finished")
    row.get_by_role("button", name="Make a new secret").click()
    expect(page.get_by_role("alert")).to_contain_text("The one before signs too for 24 hours")
    row.get_by_role("button", name="Send a test message").click()
    expect(page.get_by_role("heading", name="Deliveries to")).to_be_visible()
    expect(page.get_by_role("row", name="webhook.tested")).to_be_visible()
    assert violations(adam) == []
    adam.show("webhooks")
    page.on("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("None yet.")).to_be_visible()


def test_a_target_that_can_never_work_is_refused_on_the_page(adam: Visit) -> None:
    adam.show("webhooks")
    adam.page.get_by_label("Address").fill("https://10.0.0.7/")
    adam.page.get_by_role("button", name="Add").click()
    expect(adam.page.get_by_role("alert")).to_contain_text("that the public internet reaches")
    adam.complaints.clear()  # the browser notes the refusal as an error of the console


def test_the_pages_fit_a_phone(open_visit: OpenVisit, scene: ReviewScene) -> None:
    visit = open_visit(width_px=360)
    visit.log_in(scene.client_id, ADMIN)
    visit.show("webhooks")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_who_may_not_manage_web_hooks_sees_none(ann: Visit) -> None:
    expect(ann.page.get_by_role("link", name="Settings")).to_have_count(0)
    assert ann.page.request.get(f"/clients/{ann.client_id}/webhooks").status == 403
