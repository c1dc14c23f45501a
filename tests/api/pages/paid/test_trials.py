"""A search tried on the config page: its price first, then one page of it, against a sandbox."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import expect

from api.jobs import trials
from infringement_dagster.domain.admission import ClientLimits
from resources.postgres.clients import limit_store
from resources.postgres.database import Database
from tests.api.pages.conftest import VIEWER, OpenVisit, Visit
from tests.api.pages.paid.books import credits_today
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations


def ask(visit: Visit, query: str = "") -> None:
    """Asks for the price of a search at Amazon."""
    visit.show("config#searches")
    fold = visit.page.locator("details", has=visit.page.locator("#trial-amazon"))
    if not fold.locator(".trial").is_visible():
        fold.locator("summary").click()
    fold.get_by_label("Try one search").fill(query)
    fold.get_by_role("button", name="Try it …").click()


def test_a_search_is_tried_after_its_price_was_said(
    adam: Visit, scene: ReviewScene, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.admission() as c:
        limit_store.set_client_limits(c, scene.client_id, ClientLimits(credits_per_day=100))
    ask(adam)
    dialog = adam.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Try “kelvarra bottle” at Amazon?")
    expect(dialog).to_contain_text("One page of results costs 5 credits.")
    expect(dialog).to_contain_text("Left today: 100.")
    assert violations(adam) == []
    assert credits_today(database, scene.client_id) == 0
    dialog.get_by_role("button", name="Try it").click()
    found = adam.page.locator("#trial-amazon")
    expect(found.locator(".tiles li")).to_have_count(12)
    expect(found).to_contain_text(re.compile(r"finds \d+ listings .* It cost 5 credits\."))
    photo = found.locator(".tiles img").first
    expect(photo).to_have_js_property("complete", value=True)
    assert photo.evaluate("one => one.naturalWidth") > 0
    assert credits_today(database, scene.client_id) == 5
    assert violations(adam) == []
    monkeypatch.setattr(trials, "TRIALS_A_DAY_MAX", 1)
    adam.page.get_by_label("Try one search").first.fill("growler")
    adam.page.get_by_role("button", name="Try it …").first.click()
    adam.page.get_by_role("dialog").get_by_role("button", name="Try it").click()
    expect(adam.page.locator("#notice")).to_contain_text("Too many trial searches")
    assert credits_today(database, scene.client_id) == 5
    adam.complaints.clear()  # the browser itself reports an answer of 429


def test_who_has_no_credits_left_is_told_before(
    adam: Visit, scene: ReviewScene, database: Database
) -> None:
    with database.admission() as c:
        limit_store.set_client_limits(c, scene.client_id, ClientLimits(credits_per_day=4))
    ask(adam, "growler")
    dialog = adam.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Today 4 credits are left, which is not enough.")
    dialog.get_by_role("button", name="Try it").click()
    expect(adam.page.locator("#notice")).to_contain_text("costs 5 credits")
    assert credits_today(database, scene.client_id) == 0
    adam.complaints.clear()  # the browser itself reports an answer of 422


def test_a_reviewer_tries_the_saved_search_and_a_viewer_none(
    ann: Visit, open_visit: OpenVisit, scene: ReviewScene
) -> None:
    ask(ann)
    expect(ann.page.get_by_role("dialog")).to_contain_text("Try “kelvarra bottle” at Amazon?")
    vera = open_visit(width_px=360)
    vera.log_in(scene.client_id, VIEWER)
    vera.show("config")
    expect(vera.page.locator(".trial")).to_have_count(0)


def test_a_stranger_tries_nothing(scene: ReviewScene, server_url: str) -> None:
    sent = {"provider": "amazon", "search": "{}", "credits_most": "5"}
    address = f"{server_url}/clients/{scene.client_id}/trials"
    assert httpx.post(address, data=sent).status_code == 401
