"""A person's own password, and an admin's page of people."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.api.pages.conftest import PASSWORD, REVIEWER, OpenVisit, Visit
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations

FRESH = "copper lantern tuesday"


def test_a_person_changes_their_password(
    ann: Visit, scene: ReviewScene, open_visit: OpenVisit
) -> None:
    ann.page.get_by_role("link", name=REVIEWER).click()
    form = ann.page.get_by_role("main")
    form.get_by_label("Current password").fill(PASSWORD)
    form.get_by_label("New password", exact=True).fill(FRESH)
    form.get_by_label("New password again").fill(FRESH)
    assert violations(ann) == []
    form.get_by_role("button", name="Change password").click()
    expect(ann.page.get_by_role("status")).to_contain_text("Your password is changed")
    again = open_visit()
    again.page.goto(f"/log-in?back_to=/clients/{scene.client_id}/home")
    again.page.get_by_label("Email").fill(REVIEWER)
    again.page.get_by_label("Password").fill(FRESH)
    again.page.get_by_role("button", name="Log in").click()
    again.page.wait_for_url(re.compile(r"/home$"))


def test_an_admin_hands_out_a_link_with_which_a_person_sets_a_password(
    adam: Visit, scene: ReviewScene, open_visit: OpenVisit
) -> None:
    adam.page.get_by_role("link", name="Settings").click()
    adam.page.get_by_label("Email").fill("Nina@acme.example")
    adam.page.get_by_role("button", name="Add").click()
    row = adam.page.get_by_role("row", name="nina@acme.example")
    expect(row).to_contain_text("No password yet")
    assert violations(adam) == []
    row.get_by_role("button", name="Make a reset link").click()
    shown = adam.page.get_by_label("Give this link")
    expect(shown).to_have_value(re.compile(r"^http://localhost:\d+/set-password\?token="))
    nina = open_visit()
    nina.page.goto(shown.input_value())
    nina.page.get_by_label("New password", exact=True).fill(FRESH)
    nina.page.get_by_label("New password again").fill(FRESH)
    assert violations(nina) == []
    nina.page.get_by_role("button", name="Set password").click()
    nina.page.wait_for_url("**/log-in")
    nina.page.get_by_label("Email").fill("nina@acme.example")
    nina.page.get_by_label("Password").fill(FRESH)
    nina.page.get_by_role("button", name="Log in").click()
    nina.page.wait_for_url(re.compile(r"/home$"))


def test_an_admin_changes_a_role_and_shuts_a_person_out_and_in(
    adam: Visit, scene: ReviewScene
) -> None:
    adam.show("people")
    row = adam.page.get_by_role("row", name=REVIEWER)
    row.get_by_role("combobox").select_option("viewer")
    with adam.page.expect_navigation():  # a click before it is lost with the page
        row.get_by_role("button", name="Change the role").click()
    expect(row.get_by_role("combobox")).to_have_value("viewer")
    row.get_by_role("button", name="Deactivate").click()
    expect(row).to_contain_text("Deactivated")
    row.get_by_role("button", name="Reactivate").click()
    expect(row).to_contain_text("Active")


def test_who_may_not_manage_access_sees_no_people(ann: Visit) -> None:
    expect(ann.page.get_by_role("link", name="Settings")).to_have_count(0)
    assert ann.page.request.get(f"/clients/{ann.client_id}/people").status == 403
