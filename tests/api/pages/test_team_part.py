"""Work is shared out on the case's page and found again in the queue, by keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.api.pages.conftest import REVIEWER, VIEWER, OpenVisit, Visit
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations


def test_a_case_is_taken_commented_on_and_found_among_ones_own(
    ann: Visit, scene: ReviewScene
) -> None:
    page = ann.page
    ann.show(f"cases/{scene.case_ids[0]}")
    team = page.get_by_role("region", name="Team")
    expect(team.get_by_text("nobody's yet")).to_be_visible()
    page.keyboard.press("a")
    expect(team.get_by_label("Assign to")).to_be_focused()
    team.get_by_label("Assign to").select_option(label=f"{REVIEWER} (you)")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(team.get_by_text(f"{REVIEWER} (you)").first).to_be_visible()
    expect(team.get_by_text(f"Assigned to {REVIEWER}")).to_be_visible()
    team.get_by_label("Due on").fill("2020-01-31")
    team.get_by_role("button", name="Set the day").click()
    expect(team.get_by_text("Overdue")).to_be_visible()
    team.get_by_label("Tags").fill("Urgent, ask first")
    team.get_by_role("button", name="Set tags").click()
    expect(team.get_by_text("Tags: ask first, urgent")).to_be_visible()
    team.get_by_label("Comment", exact=True).blur()
    page.keyboard.press("w")
    page.keyboard.type("<b>Ask the seller</b>")
    page.keyboard.press("Enter")
    expect(team.get_by_text("<b>Ask the seller</b>")).to_be_visible()
    assert violations(ann) == []

    ann.show("cases")
    page.get_by_label("Whose work").select_option("Mine")
    rows = page.locator("table.queue tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(re.compile("Due 2020-01-31.*Yours.*ask first.*urgent", re.DOTALL))
    page.get_by_label("Tag", exact=True).fill("nothing")
    expect(rows).to_have_count(0)
    page.get_by_label("Tag", exact=True).fill("Urgent")
    page.get_by_role("combobox", name="Due").select_option("Overdue")
    expect(rows).to_have_count(1)
    assert violations(ann) == []


def test_somebody_elses_change_is_not_overwritten(
    ann: Visit, scene: ReviewScene, open_visit: OpenVisit
) -> None:
    ann.show(f"cases/{scene.case_ids[0]}")
    team = ann.page.get_by_role("region", name="Team")
    expect(team.get_by_label("Tags")).to_be_visible()
    other = open_visit()
    other.log_in(scene.client_id)
    other.show(f"cases/{scene.case_ids[0]}")
    theirs = other.page.get_by_role("region", name="Team")
    theirs.get_by_label("Tags").fill("theirs")
    theirs.get_by_role("button", name="Set tags").click()
    expect(theirs.get_by_text("Tags: theirs")).to_be_visible()
    team.get_by_label("Tags").fill("mine")
    with ann.page.expect_response(re.compile("/team/tags")) as refused:
        team.get_by_role("button", name="Set tags").click()
    assert refused.value.status == 409
    expect(ann.page.get_by_text("The case's work has changed")).to_be_visible()
    ann.complaints.clear()  # the browser notes the refusal in its console


def test_who_may_not_decide_reads_what_the_team_wrote(
    open_visit: OpenVisit, scene: ReviewScene
) -> None:
    visit = open_visit(width_px=360)
    visit.log_in(scene.client_id, VIEWER)
    visit.show(f"cases/{scene.case_ids[0]}")
    team = visit.page.get_by_role("region", name="Team")
    expect(team.get_by_text("nobody's yet")).to_be_visible()
    expect(team.get_by_role("button")).to_have_count(0)
