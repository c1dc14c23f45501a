"""The board of notices and the page of one, in the browser."""

from __future__ import annotations

import re
import time
from uuid import UUID

import psycopg
import pytest
from playwright.sync_api import Locator, expect

from infringement_dagster.notices.vero import VeroReport
from infringement_dagster.reviewing.decide import decide
from infringement_dagster.reviewing.notice_drafts import draft_for_case
from resources.postgres.cases.acting import submission_store
from resources.postgres.clients import access_store, client_store
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from tests.api.pages.conftest import REVIEWER, VIEWER, OpenVisit, Visit
from tests.api.pages.scene import CONFIG, ReviewScene
from tests.api.pages.test_access_for_all import violations
from tests.support.vero_scene import draft_for_items, ebay_server, group_of_items

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


def test_a_notice_to_ebay_is_submitted_from_its_page(
    open_visit: OpenVisit,
    database: Database,
    password_hash: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ebay_server() as ebay:
        (notice_id,) = draft_for_items(database, "submitting", ebay.item_ids[:1])
        with database.client("submitting") as c:
            access_store.add_user(c, "submitting", REVIEWER, "reviewer", password_hash)
        visit = open_visit()
        visit.log_in("submitting")
        visit.show(f"notices/{notice_id}")
        expect(visit.page.get_by_text("an operator sets EBAY_VERO_CLIENT_ID")).to_be_visible()
        with database.client("submitting") as c:
            report = VeroReport(ebay.item_ids[0], "9001", "It was not made by us.", None)
            submission_store.add_submission(c, "submitting", notice_id, report, "user:ann")
        visit.show("notices")
        expect(visit.page.get_by_text("On its way to eBay")).to_be_visible()
        visit.show(f"notices/{notice_id}")
        visit.page.get_by_role("button", name="Take it back").click()
        expect(visit.page.get_by_text("Taken back")).to_be_visible()
        with database.client("submitting") as c:
            assert submission_store.under_way_among(c, "submitting", [notice_id]) == {}
        monkeypatch.setenv("INFRINGEMENT_SANDBOX_URL", ebay.url)
        submit = visit.page.get_by_role("button", name="Submit to eBay")
        shown_until(visit, f"notices/{notice_id}", submit)
        assert violations(visit) == []
        visit.page.get_by_label("Why eBay should act").select_option("9001")
        visit.page.get_by_label(re.compile("I have read the notice")).check()
        submit.click()
        waiting = visit.page.get_by_role("region", name="Submit to eBay")
        expect(waiting.get_by_text(re.compile("On its way|eBay has it"))).to_be_visible()
        shown_until(visit, f"notices/{notice_id}", visit.page.get_by_text("eBay has it"))
        expect(visit.page.locator(".head .chip")).to_have_text("Sent")
        assert len(ebay.reports()) == 1
        assert violations(visit) == []


def shown_until(visit: Visit, path: str, wanted: Locator) -> None:
    """Guarantees that the page shows it, which a task of the server brings about."""
    deadline = time.monotonic() + 30
    while not wanted.count():
        assert time.monotonic() < deadline
        visit.page.wait_for_timeout(200)
        visit.show(path)


def test_a_groups_notices_are_drafted_and_submitted_in_one_go(
    open_visit: OpenVisit,
    database: Database,
    password_hash: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ebay_server() as ebay:
        monkeypatch.setenv("INFRINGEMENT_SANDBOX_URL", ebay.url)
        notices = draft_for_items(database, "at-once", ebay.item_ids[:3])
        group_id = group_of_items(database, "at-once", notices)
        with database.client("at-once") as c:
            access_store.add_user(c, "at-once", REVIEWER, "reviewer", password_hash)
        visit = open_visit()
        visit.log_in("at-once")
        shown_until(
            visit,
            f"notices/{notices[0]}",
            visit.page.get_by_role("button", name="Submit to eBay"),
        )
        visit.show(f"groups/{group_id}")
        visit.page.get_by_label("Channel").select_option("ebay_vero")
        visit.page.get_by_role("button", name="Draft for all infringing").click()
        expect(visit.page.get_by_text("3 of 3 drafted notices may be sent")).to_be_visible()
        visit.page.get_by_text("One letter about all of them").click()
        expect(visit.page.get_by_text("Listing 3 of 3")).to_be_visible()
        assert violations(visit) == []
        visit.page.get_by_label("Why eBay should act").select_option("9001")
        visit.page.get_by_label(re.compile("I have read all 3 notices")).check()
        visit.page.get_by_role("button", name="Submit all to eBay").click()
        visit.page.wait_for_url(re.compile("/notices"))
        waiting = visit.page.get_by_role("link", name=re.compile("Waiting for an answer 3"))
        shown_until(visit, "notices?state=sent", waiting)
        assert len(ebay.reports()) == 3
