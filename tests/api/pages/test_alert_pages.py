"""Mails about a client: chosen on a page, ended by a link, and refused by an address."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from infringement_dagster.reporting.alerts.content import as_html
from infringement_dagster.reporting.alerts.unsubscribing import link_path
from infringement_dagster.reporting.alerts.words import content_of
from resources.postgres.alerts import mail_store, preference_store
from resources.postgres.database import Database
from tests.api.pages.conftest import ADMIN, REVIEWER, OpenVisit, Visit, principal_of
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations
from tests.reporting.alerts.facts import ENDING, READER, a_digest


def picture(visit: Visit, name: str) -> None:
    """Keeps a picture of the page where PICTURES names a folder, for people to look at."""
    if folder := os.environ.get("PICTURES"):
        visit.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_person_chooses_and_their_choices_are_there_again(ann: Visit, scene: ReviewScene) -> None:
    page = ann.page
    page.get_by_role("link", name=REVIEWER).click()
    page.get_by_role("link", name="Choose what you are told").click()
    expect(page.get_by_label("Failed scans")).to_have_count(0)  # for admins
    page.get_by_label("How often").select_option("weekly")
    page.locator("select[name=digest_hour]").select_option("06:00")
    page.get_by_label("Priority cases").check()
    page.get_by_label("Time zone").fill("Asia/Tokyo")
    page.get_by_label("Quiet hours").check()
    page.locator("select[name=quiet_from_hour]").select_option("21:00")
    assert violations(ann) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("The next digest is due")
    ann.show("home")
    page.get_by_role("link", name="Be told by mail").click()
    expect(page.get_by_label("How often")).to_have_value("weekly")
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    expect(page.locator("select[name=quiet_from_hour]")).to_have_value("21")
    expect(page.get_by_label("Priority cases")).to_be_checked()
    page.get_by_label("Time zone").fill("Mars/Olympus")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("there is no time zone 'Mars/Olympus'")
    ann.complaints.clear()  # the browser notes the refusal as an error of the console


def test_the_link_of_a_mail_ends_it_without_a_log_in(
    ann: Visit, scene: ReviewScene, open_visit: OpenVisit, database: Database
) -> None:
    ann.show("alerts")
    ann.page.get_by_label("How often").select_option("daily")
    ann.page.get_by_role("button", name="Save").click()
    expect(ann.page.get_by_role("status")).to_be_visible()
    principal = principal_of(database, scene.client_id, REVIEWER)
    with database.client(scene.client_id) as c:
        row = preference_store.get_preferences(c, scene.client_id, principal)
    assert row is not None
    reader = open_visit(width_px=360)
    reader.page.goto(link_path(scene.client_id, principal, "digest", row.unsubscribe_key))
    assert violations(reader) == []
    picture(reader, "unsubscribe-360")
    reader.page.get_by_role("button", name="Stop them").click()
    expect(reader.page.get_by_role("status")).to_contain_text("told no more of the digest")
    ann.show("alerts")
    expect(ann.page.get_by_label("How often")).to_have_value("off")


def test_an_admin_sees_whose_address_takes_no_mail_and_so_does_the_person(
    ann: Visit, scene: ReviewScene, open_visit: OpenVisit, database: Database
) -> None:
    ann.show("alerts")
    ann.page.get_by_label("Priority cases").check()
    ann.page.get_by_role("button", name="Save").click()
    expect(ann.page.get_by_role("status")).to_be_visible()
    principal = principal_of(database, scene.client_id, REVIEWER)
    with database.client(scene.client_id) as c:
        preference_store.note_refusal(c, scene.client_id, principal, "550 no such box")
    adam = open_visit()
    adam.log_in(scene.client_id, ADMIN)
    adam.show("people")
    row = adam.page.get_by_role("row", name=REVIEWER)
    expect(row).to_contain_text("Takes no mail")
    expect(row).to_contain_text("550 no such box")
    assert violations(adam) == []
    ann.show("alerts")
    expect(ann.page.get_by_text("Your address takes no mail")).to_be_visible()
    ann.page.get_by_role("button", name="Save").click()
    expect(ann.page.get_by_role("status")).to_be_visible()
    expect(ann.page.get_by_text("Your address takes no mail")).to_have_count(0)


@pytest.mark.parametrize(("width_px", "dark"), [(360, False), (1440, False), (1440, True)])
def test_the_page_fits_and_axe_finds_nothing_serious(
    open_visit: OpenVisit, scene: ReviewScene, database: Database, *, width_px: int, dark: bool
) -> None:
    visit = open_visit(width_px=width_px, dark=dark)
    visit.log_in(scene.client_id, ADMIN)
    visit.show("alerts")
    visit.page.get_by_label("How often").select_option("daily")
    visit.page.get_by_label("Failed scans").check()
    visit.page.get_by_role("button", name="Save").click()
    expect(visit.page.get_by_role("status")).to_be_visible()
    principal = principal_of(database, scene.client_id, ADMIN)
    with database.client(scene.client_id) as c:
        for number, ended in enumerate(("sent", "skipped", None)):
            at = datetime.now(UTC) - timedelta(days=number)
            mail = mail_store.NewMail(principal, "digest", str(number), 0, 1, at)
            mail_store.make_mail(c, scene.client_id, mail, at)
            taken = mail_store.take_due(c, scene.client_id)
            if taken is not None and ended == "sent":
                mail_store.end_mail(c, scene.client_id, taken.mail_id, "sent")
            elif taken is not None and ended == "skipped":
                reason = "nothing is left to tell"
                mail_store.end_mail(c, scene.client_id, taken.mail_id, "skipped", reason)
    visit.show("alerts")
    assert violations(visit) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width_px
    picture(visit, f"alerts-{width_px}{'-dark' if dark else ''}")
    visit.page.goto("/account")
    picture(visit, f"account-{width_px}{'-dark' if dark else ''}")
    visit.show("webhooks")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width_px
    picture(visit, f"webhooks-{width_px}{'-dark' if dark else ''}")


def test_an_operator_turns_alerts_of_the_installation_off_and_on(
    open_visit: OpenVisit, operator: str
) -> None:
    visit = open_visit()
    visit.log_in("", operator)
    visit.page.goto("/account")
    visit.page.get_by_role("button", name="Tell me no more").click()
    expect(visit.page.get_by_text("You are told of no failures")).to_be_visible()
    assert violations(visit) == []
    visit.page.get_by_role("button", name="Tell me").click()
    expect(visit.page.get_by_text("You are told of failed runs")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_a_digest_is_readable_on_the_smallest_phone(open_visit: OpenVisit, *, dark: bool) -> None:
    visit = open_visit(width_px=320, dark=dark)
    visit.page.set_content(as_html(content_of(a_digest(), READER), ENDING))
    assert violations(visit) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 320
    picture(visit, f"mail-320{'-dark' if dark else ''}")
