"""The second factor on the pages: set up, asked for, required; and sessions seen and ended."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
from playwright.sync_api import Locator, Page, expect

from tests.api.pages.conftest import ADMIN, PASSWORD, REVIEWER, OpenVisit, Visit
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations


def code_of(secret: str, steps_on: int = 0) -> str:
    """The code of now or of later steps: an older one is no longer taken once a step has passed."""
    return pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30 * steps_on))


def secret_in(page: Page) -> str:
    page.get_by_text("Cannot scan it?").click()
    return page.locator("code.key").inner_text()


def set_up(visit: Visit) -> tuple[str, list[str]]:
    """Sets a second factor up in the account: its secret and recovery codes."""
    visit.page.goto("/account")
    part = visit.page.locator("section", has=visit.page.get_by_role("heading", name="Second"))
    part.get_by_label("Your password").fill(PASSWORD)
    part.get_by_role("button", name="Set up").click()
    secret = secret_in(visit.page)
    part.get_by_label("Code", exact=True).fill(code_of(secret))
    assert violations(visit) == []
    part.get_by_role("button", name="Turn it on").click()
    codes = recovery_codes(part)
    assert violations(visit) == []
    return secret, codes


def recovery_codes(where: Locator) -> list[str]:
    expect(where.locator(".codes code")).to_have_count(10)
    return where.locator(".codes code").all_inner_texts()


def give_password(visit: Visit, client_id: str, email: str) -> None:
    visit.page.goto(f"/log-in?back_to=/clients/{client_id}/cases")
    visit.page.get_by_label("Email").fill(email)
    visit.page.get_by_label("Password").fill(PASSWORD)
    visit.page.get_by_role("button", name="Log in").click()


def give_code(visit: Visit, code: str) -> None:
    visit.page.get_by_label("Code", exact=True).fill(code)
    visit.page.get_by_role("button", name="Go on").click()


def test_a_person_sets_one_up_logs_in_with_it_and_turns_it_off(
    ann: Visit, scene: ReviewScene, open_visit: OpenVisit
) -> None:
    secret, codes = set_up(ann)
    again = open_visit(width_px=360)
    give_password(again, scene.client_id, REVIEWER)
    expect(again.page.get_by_role("heading", name="Second factor")).to_be_visible()
    assert violations(again) == []
    give_code(again, "000000")
    expect(again.page.get_by_text("Wrong code")).to_be_visible()
    assert violations(again) == []
    again.complaints.clear()  # the browser itself reports an answer of 401
    give_code(again, code_of(secret, 1))
    again.page.wait_for_url(re.compile(rf"/clients/{scene.client_id}/cases"))
    other = open_visit()
    give_password(other, scene.client_id, REVIEWER)
    give_code(other, codes[0])
    other.page.wait_for_url(re.compile(rf"/clients/{scene.client_id}/cases"))
    other.page.goto("/account")
    expect(other.page.get_by_text("9 recovery codes left")).to_be_visible()
    assert violations(other) == []
    part = other.page.locator("#factor")
    part.get_by_label("Your password").fill(PASSWORD)
    part.get_by_label("Code").fill(codes[1])
    part.get_by_role("button", name="Turn it off").click()
    expect(part.get_by_role("button", name="Set up")).to_be_visible()


def test_a_client_that_requires_one_leads_through_setting_it_up(
    adam: Visit, scene: ReviewScene, open_visit: OpenVisit
) -> None:
    adam.show("people")
    adam.page.get_by_role("button", name="Require it of everybody").click()
    expect(adam.page.get_by_text("set up your own second factor before")).to_be_visible()
    adam.complaints.clear()  # the browser itself reports an answer of 403
    set_up(adam)
    adam.show("people")
    adam.page.get_by_role("button", name="Require it of everybody").click()
    expect(adam.page.get_by_text("Nobody comes in without a second factor.")).to_be_visible()
    expect(adam.page.get_by_role("row", name=ADMIN)).to_contain_text("Second factor")
    assert violations(adam) == []
    visit = open_visit()
    give_password(visit, scene.client_id, REVIEWER)
    expect(visit.page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    assert violations(visit) == []
    visit.page.get_by_label("Code", exact=True).fill("000000")
    visit.page.get_by_role("button", name="Turn it on").click()
    expect(visit.page.get_by_text("shows another code")).to_be_visible()
    visit.complaints.clear()  # the browser itself reports an answer of 422
    visit.page.get_by_label("Code", exact=True).fill(code_of(secret_in(visit.page)))
    visit.page.get_by_role("button", name="Turn it on").click()
    recovery_codes(visit.page.get_by_role("main"))
    assert violations(visit) == []
    visit.page.get_by_role("link", name="I have kept them").click()
    visit.page.wait_for_url(re.compile(rf"/clients/{scene.client_id}/cases"))


def test_a_person_sees_where_they_are_logged_in_and_ends_it(
    ann: Visit, scene: ReviewScene, open_visit: OpenVisit
) -> None:
    other = open_visit()
    other.log_in(scene.client_id)
    ann.page.goto("/account")
    sessions = ann.page.locator(".sessions li")
    expect(sessions).to_have_count(2)
    expect(sessions.filter(has_text="This one")).to_contain_text("Chrome")
    expect(sessions.first).to_contain_text("127.0.0.1")
    assert violations(ann) == []
    ann.page.get_by_role("button", name="End the session").click()
    expect(sessions).to_have_count(1)
    other.page.reload()
    other.page.wait_for_url(re.compile("/log-in"))
