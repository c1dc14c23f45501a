"""Operators manage each other and read what they did; nobody else does."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import expect

from resources.postgres.clients.audit import Doer, record_of_operators
from resources.postgres.clients.operator_store import list_operators
from resources.postgres.database import Database
from tests.api.pages.conftest import OpenVisit, Visit
from tests.api.pages.test_access_for_all import violations

FRESH = "copper lantern tuesday"


@pytest.fixture
def olga(open_visit: OpenVisit, operator: str) -> Visit:
    """An operator, logged in."""
    visit = open_visit()
    visit.log_in("", operator)
    return visit


def id_of(database: Database, address: str) -> UUID:
    with database.identity() as c:
        return next(row.user_id for row in list_operators(c) if row.email == address)


def test_an_operator_adds_another_who_sets_a_password_and_is_shut_out(
    olga: Visit, operator: str, open_visit: OpenVisit
) -> None:
    address = f"omar-{uuid4().hex[:8]}@operators.example"
    olga.page.get_by_role("link", name="Operators", exact=True).click()
    olga.page.get_by_label("Email").fill(address)
    olga.page.get_by_role("button", name="Add").click()
    row = olga.page.get_by_role("row").filter(has_text=address)
    expect(row).to_contain_text("No password yet")
    assert violations(olga) == []
    row.get_by_role("button", name="Make a reset link").click()
    shown = olga.page.get_by_label("Give this link")
    expect(shown).to_have_value(re.compile(r"^http://localhost:\d+/set-password\?token="))
    omar = open_visit()
    omar.page.goto(shown.input_value())
    omar.page.get_by_label("New password", exact=True).fill(FRESH)
    omar.page.get_by_label("New password again").fill(FRESH)
    omar.page.get_by_role("button", name="Set password").click()
    omar.page.wait_for_url("**/log-in")
    olga.page.reload()
    expect(row).to_contain_text("Active")
    olga.page.on("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Deactivate").click()
    expect(row).to_contain_text("Deactivated")
    own = olga.page.get_by_role("row").filter(has_text=operator)
    expect(own.get_by_role("button", name="Deactivate")).to_have_count(0)
    olga.page.get_by_role("link", name="Audit trail").click()
    newest = olga.page.get_by_role("row").nth(1)
    expect(newest).to_contain_text(operator)
    expect(newest).to_contain_text("Deactivated an operator")
    expect(newest).to_contain_text(address)
    assert violations(olga) == []


def test_nobody_deactivates_themselves_by_a_form_of_their_own(
    olga: Visit, operator: str, database: Database
) -> None:
    olga.page.goto("/operators")
    headers = olga.page.evaluate("JSON.parse(document.body.getAttribute('hx-headers'))")
    answer = olga.page.request.post(
        f"/operators/{id_of(database, operator)}/disable", headers=headers
    )
    assert answer.status == 409
    with database.identity() as c:
        assert all(row.disabled_at is None for row in list_operators(c) if row.email == operator)


def test_the_trail_goes_on_after_fifty_entries(olga: Visit, database: Database) -> None:
    with database.identity() as c:
        for number in range(60):
            record_of_operators(c, Doer("nobody"), "key.refused", f"key-{number:02}")
    olga.page.goto("/operators/audit")
    expect(olga.page.get_by_role("row")).to_have_count(51)
    expect(olga.page.get_by_role("row").nth(1)).to_contain_text("key-59")
    olga.page.get_by_role("link", name="Next page").click()
    expect(olga.page.get_by_role("row").nth(1)).to_contain_text("key-09")
    olga.page.get_by_role("link", name="First page").click()
    expect(olga.page.get_by_role("row").nth(1)).to_contain_text("key-59")


@pytest.mark.parametrize("path", ["/operators", "/operators/audit"])
def test_no_page_is_wider_than_a_phone(open_visit: OpenVisit, operator: str, path: str) -> None:
    visit = open_visit(width_px=360, dark=True)
    visit.log_in("", operator)
    visit.page.goto(path)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert violations(visit) == []


def test_operators_are_managed_by_operators_alone(adam: Visit, database: Database) -> None:
    expect(adam.page.get_by_role("link", name="Operators", exact=True)).to_have_count(0)
    assert adam.page.request.get("/operators").status == 403
    assert adam.page.request.get("/operators/audit").status == 403
    headers = adam.page.evaluate("JSON.parse(document.body.getAttribute('hx-headers'))")
    address = "adam@operators.example"
    sent = adam.page.request.post("/operators", form={"address": address}, headers=headers)
    assert sent.status == 403
    with database.identity() as c:
        assert address not in [row.email for row in list_operators(c)]
