"""The audit trail on its page: in words, by kind and person, page by page."""

from __future__ import annotations

import ast
import re

from playwright.sync_api import expect

from api.pages.admin.audit_words import ACTIONS
from api.pages.languages.extraction import ROOT
from resources.postgres.clients.audit import Doer, record
from resources.postgres.database import Database
from tests.api.pages.conftest import ADMIN, REVIEWER, Visit, principal_of
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations

RECORDING = {"record", "record_for", "_record", "_keep"}
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")


def recorded_actions() -> set[str]:
    """Every action that the sources put on a client's trail by its name."""
    calls = [
        node
        for folder in ("api", "infringement_dagster")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call)
    ]
    return {
        arg.value
        for call in calls
        if getattr(call.func, "id", getattr(call.func, "attr", "")) in RECORDING
        for arg in call.args
        if isinstance(arg, ast.Constant)
        and isinstance(arg.value, str)
        and ACTION.fullmatch(arg.value)
    }


def test_every_action_has_words() -> None:
    found = recorded_actions()
    assert {"key.created", "login.refused", "webhook.tested", "notice.exported"} <= found
    assert found - ACTIONS.keys() == set()


def test_the_trail_is_told_in_words_by_kind_and_person(
    adam: Visit, scene: ReviewScene, database: Database
) -> None:
    ann = principal_of(database, scene.client_id, REVIEWER)
    with database.client(scene.client_id) as c:
        by_ann = Doer(ann, "203.0.113.7")
        record(c, scene.client_id, by_ann, "bundle.exported", str(scene.case_ids[0]))
        told = {"role": "viewer", "former": "reviewer"}
        adams = Doer(principal_of(database, scene.client_id, ADMIN))
        record(c, scene.client_id, adams, "user.role_changed", ann[5:], **told)
    page = adam.page
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Audit trail").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(page.get_by_role("row", name="Changed a role")).to_contain_text(REVIEWER)
    expect(page.get_by_text("reviewer is now viewer")).to_be_visible()
    expect(page.get_by_text(ann[5:])).to_have_count(0)
    assert violations(adam) == []
    page.get_by_label("Kind").select_option("exports")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("203.0.113.7")
    expect(rows.get_by_role("link", name="Case")).to_have_attribute(
        "href", f"/clients/{scene.client_id}/cases/{scene.case_ids[0]}"
    )
    page.get_by_label("Kind").select_option("changes")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(rows).to_have_text([re.compile("Changed a role")])
    page.get_by_label("Kind").select_option("all")
    page.get_by_label("Who").select_option(label=REVIEWER)
    page.get_by_role("button", name="Show", exact=True).click()
    expect(rows).to_have_text([re.compile("Took an evidence bundle along")])
    page.get_by_label("Kind").select_option("log-ins")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("Nothing of this is on the trail.")).to_be_visible()


def test_a_long_trail_goes_on_page_by_page(
    adam: Visit, scene: ReviewScene, database: Database
) -> None:
    with database.client(scene.client_id) as c:
        for number in range(60):
            record(c, scene.client_id, Doer("nobody"), "rule.paused", f"rule {number}")
    adam.show("audit?kind=changes")
    rows = adam.page.locator("tbody tr")
    expect(rows).to_have_count(50)
    adam.page.get_by_role("link", name="Next page").click()
    expect(rows).to_have_count(10)
    expect(adam.page.get_by_role("link", name="Next page")).to_have_count(0)
    adam.page.get_by_role("link", name="First page").click()
    expect(rows).to_have_count(50)


def test_a_reviewer_reads_no_trail(ann: Visit) -> None:
    assert ann.page.request.get(f"/clients/{ann.client_id}/audit").status == 403
