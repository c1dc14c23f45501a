"""The board of notices and the page of one, in the browser."""

from __future__ import annotations

import re
from uuid import UUID

import psycopg
import pytest
from playwright.sync_api import expect

from infringement_dagster.reviewing.decide import decide
from infringement_dagster.reviewing.notice_drafts import draft_for_case
from resources.postgres.clients import client_store
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from tests.api.pages.conftest import VIEWER, OpenVisit, Visit
from tests.api.pages.scene import CONFIG, ReviewScene
from tests.api.pages.test_access_for_all import violations

DSA = "Notice under Article 16 of the Digital Services Act"
HOLDER = {"rights_holder": {"name": "Kelvarra GmbH", "email": "legal@kelvarra.example"}}
THRESHOLDS = {"thresholds": {"review": 0.01, "notice_ready": 0.01}}


@pytest.fixture
def drafted(scene: ReviewScene, database: Database) -> UUID:
    """A notice about the scene's first case, ready to be sent."""
    case_id = scene.case_ids[0]
    with database.client(scene.client_id) as c:
        client_store.save_config(c, scene.client_id, CONFIG | HOLDER | THRESHOLDS, "tests")
        decide(c, scene.client_id, case_id, "infringing", "copied photo", "user:ann", 1)
        return draft_for_case(c, scene.client_id, case_id, "dsa_art16", "user:ann").notice_id


def test_a_notice_goes_from_the_board_to_accepted(ann: Visit, drafted: UUID) -> None:
    ann.show("home")
    ann.page.get_by_role("link", name="Notices", exact=True).click()
    expect(ann.page.get_by_role("link", name=re.compile("To send 1"))).to_be_visible()
    ann.page.keyboard.press("j")
    ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_role("heading", name=DSA)).to_be_visible()
    form = ann.page.get_by_role("link", name="Open the channel's form")
    assert (form.get_attribute("href") or "").startswith("https://")
    assert form.get_attribute("rel") == "noopener noreferrer"
    ann.page.get_by_label("Note").fill("reference 4711")
    ann.page.get_by_role("button", name="Mark as sent").click()
    expect(ann.page.locator(".head .chip")).to_have_text("Sent")
    expect(ann.page.get_by_text("reference 4711")).to_be_visible()
    ann.page.get_by_role("button", name="It was accepted").click()
    expect(ann.page.locator(".head .chip")).to_have_text("Accepted")
    ann.page.keyboard.press("b")
    expect(ann.page.get_by_role("link", name=re.compile("Accepted 1"))).to_be_visible()
    row = ann.page.get_by_role("row", name=re.compile(DSA)).first
    expect(row).to_contain_text("1 of 1")
    assert violations(ann) == []


def test_a_field_is_copied_with_one_click(ann: Visit, drafted: UUID) -> None:
    ann.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ann.show(f"notices/{drafted}")
    copy = ann.page.get_by_role("button", name="Copy e-mail")
    copy.click()
    expect(copy).to_have_text("Copied")
    assert ann.page.evaluate("navigator.clipboard.readText()") == "legal@kelvarra.example"
    ann.page.get_by_text("The whole notice").click()
    ann.page.get_by_role("button", name="Copy the notice").click()
    expect(copy).to_have_text("Copy")
    assert DSA in str(ann.page.evaluate("navigator.clipboard.readText()"))


def test_a_silent_channel_is_reminded(
    ann: Visit, drafted: UUID, database_urls: DatabaseUrls
) -> None:
    ann.show(f"notices/{drafted}")
    ann.page.get_by_role("button", name="Mark as sent").click()
    expect(ann.page.get_by_text("today")).to_be_visible()
    with psycopg.connect(with_database(database_urls.admin, database_of(database_urls.owner))) as c:
        c.execute(
            "UPDATE notices SET changed_at = now() - interval '9 days' WHERE notice_id = %s",
            (drafted,),
        )
    ann.show("notices?state=sent")
    expect(ann.page.get_by_text("No answer for 9 days")).to_be_visible()
    ann.show(f"notices/{drafted}")
    expect(ann.page.get_by_role("region", name="Remind the channel")).to_contain_text(
        "No answer has come"
    )
    assert violations(ann) == []


def test_who_may_not_decide_sees_a_notice_and_changes_nothing(
    open_visit: OpenVisit, drafted: UUID, scene: ReviewScene
) -> None:
    visit = open_visit(width_px=360)
    visit.log_in(scene.client_id, VIEWER)
    visit.show(f"notices/{drafted}")
    expect(visit.page.get_by_role("heading", name=DSA)).to_be_visible()
    expect(visit.page.get_by_role("button", name="Mark as sent")).to_have_count(0)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert violations(visit) == []
