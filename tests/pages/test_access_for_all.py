"""Every page for people who see, point and read in different ways."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.pages.conftest import OpenVisit, Visit
from tests.pages.scene import ReviewScene

SERIOUS = ("serious", "critical")


def pages_of(scene: ReviewScene) -> list[str]:
    return ["cases", "cases?tab=infringing", f"cases/{scene.case_ids[0]}", "config"]


def violations(visit: Visit) -> list[str]:
    """The serious complaints of axe about the page shown."""
    found = Axe().run(visit.page).response["violations"]
    return [
        f"{one['id']}: {node['html']}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(("width_px", "dark"), [(1280, False), (1280, True), (360, False)])
def test_axe_finds_nothing_serious_and_no_page_is_wider_than_its_window(
    open_visit: OpenVisit, scene: ReviewScene, *, width_px: int, dark: bool
) -> None:
    visit = open_visit(width_px=width_px, dark=dark)
    visit.page.goto("/log-in")
    assert violations(visit) == []
    visit.log_in(scene.client_id)
    for path in pages_of(scene):
        visit.show(path)
        visit.page.wait_for_load_state("networkidle")
        assert violations(visit) == [], path
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width_px, path


def test_dark_is_dark_and_light_is_light(open_visit: OpenVisit, scene: ReviewScene) -> None:
    grounds = []
    for dark in (False, True):
        visit = open_visit(dark=dark)
        visit.page.goto("/log-in")
        grounds.append(visit.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(247, 247, 248)", "rgb(14, 15, 18)"]
