"""Every page for people who see, point and read in different ways."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.api.pages.conftest import ADMIN, OpenVisit, Visit
from tests.api.pages.scene import ReviewScene

SERIOUS = ("serious", "critical")


def pages_of(scene: ReviewScene) -> list[str]:
    return [
        "home",
        "notices",
        "cases",
        "cases?tab=infringing",
        f"cases/{scene.case_ids[0]}",
        "config",
        "overview",
        "start",
        "reports",
        "scans",
        "search?text=kelvarra",
        f"scans/{scene.scan_id}",
        "groups",
        "actors",
        "lists",
        "rules",
        "imports",
        "people",
        "keys",
        "limits",
        "audit",
        "alerts",
        "webhooks",
    ]


def violations(visit: Visit) -> list[str]:
    """The serious complaints of axe about the page shown."""
    found = Axe().run(visit.page).response["violations"]
    return [
        f"{item['id']}: {node['html']}"
        for item in found
        if item["impact"] in SERIOUS
        for node in item["nodes"]
    ]


@pytest.mark.parametrize(("width_px", "dark"), [(1280, False), (1280, True), (360, False)])
def test_axe_finds_nothing_serious_and_no_page_is_wider_than_its_window(
    open_visit: OpenVisit, scene: ReviewScene, *, width_px: int, dark: bool
) -> None:
    visit = open_visit(width_px=width_px, dark=dark)
    visit.page.goto("/log-in")
    assert violations(visit) == []
    visit.log_in(scene.client_id, ADMIN)
    for path in pages_of(scene):
        visit.show(path)
        visit.page.wait_for_load_state("networkidle" if "scans/" not in path else "load")
        assert violations(visit) == [], path
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width_px, path


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious_in_dialogs_notices_and_pages_of_operators(
    open_visit: OpenVisit, scene: ReviewScene, operator: str, *, dark: bool
) -> None:
    visit = open_visit(dark=dark)
    visit.log_in("", operator)
    expect(visit.page.get_by_role("heading", name="Clients")).to_be_visible()
    assert violations(visit) == []
    visit.page.goto("/clients/nobody/cases")
    expect(visit.page.get_by_role("heading", name="No such client")).to_be_visible()
    assert violations(visit) == []
    visit.complaints.clear()  # the browser itself reports an answer of 404
    visit.page.goto(f"/clients/{scene.client_id}/cases")
    visit.page.keyboard.press("?")
    expect(visit.page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert violations(visit) == []
    visit.page.keyboard.press("?")
    visit.page.get_by_role("button", name="Decide on all").click()
    expect(visit.page.get_by_role("dialog", name="Decide on 14 cases")).to_be_visible()
    assert violations(visit) == []
    dialog = visit.page.get_by_role("dialog", name="Decide on 14 cases")
    dialog.get_by_role("button", name="Not infringing").click()
    expect(visit.page.get_by_text("Not infringing: 14 cases")).to_be_visible()
    assert violations(visit) == []


def test_dark_is_dark_and_light_is_light(open_visit: OpenVisit, scene: ReviewScene) -> None:
    grounds = []
    for dark in (False, True):
        visit = open_visit(dark=dark)
        visit.page.goto("/log-in")
        grounds.append(visit.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(247, 247, 248)", "rgb(14, 15, 18)"]
