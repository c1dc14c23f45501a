"""A person of several clients chooses one after logging in; an operator also adds one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from resources.postgres.clients import access_store
from resources.postgres.clients.audit import entries_before
from resources.postgres.clients.client_store import add_client
from resources.postgres.database import Database
from tests.api.pages.conftest import PASSWORD, OpenVisit, Visit
from tests.api.pages.test_access_for_all import violations

ANN = "ann@agency.example"


@pytest.fixture(scope="module")
def clients(database: Database, password_hash: str) -> None:
    """Two clients of which the same person is."""
    for client_id, name in (("agency-one", "Kelvarra"), ("agency-two", "Huddlet")):
        with database.client(client_id) as c:
            add_client(c, client_id, name)
            access_store.add_user(c, client_id, ANN, "reviewer", password_hash)


def give_password(visit: Visit, path: str) -> None:
    visit.page.goto(path)
    visit.page.get_by_label("Email").fill(ANN)
    visit.page.get_by_label("Password").fill(PASSWORD)
    visit.page.get_by_role("button", name="Log in").click()


def test_a_person_of_two_clients_chooses_one_and_can_choose_once(
    open_visit: OpenVisit, clients: None
) -> None:
    visit = open_visit()
    give_password(visit, "/log-in")
    expect(visit.page.get_by_role("heading", name="Choose a client")).to_be_visible()
    assert violations(visit) == []
    begun = visit.page.url
    visit.page.get_by_role("button", name="Huddlet").click()
    visit.page.wait_for_url(re.compile(r"/clients/agency-two/home$"))
    visit.page.goto(begun)
    visit.page.wait_for_url("**/log-in")


def test_the_way_to_a_client_chooses_it(open_visit: OpenVisit, clients: None) -> None:
    visit = open_visit()
    give_password(visit, "/clients/agency-one/cases?tab=all")
    visit.page.wait_for_url(re.compile(r"/clients/agency-one/cases\?tab=all"))


def test_the_way_to_a_client_that_is_not_theirs_ends_in_the_choice(
    open_visit: OpenVisit, clients: None
) -> None:
    visit = open_visit()
    give_password(visit, "/clients/agency-nine/scans")
    visit.page.get_by_role("button", name="Kelvarra").click()
    visit.page.wait_for_url(re.compile(r"/clients/agency-one/home$"))


def test_an_operator_adds_a_client_and_is_led_to_its_first_steps(
    open_visit: OpenVisit, operator: str, database: Database
) -> None:
    visit = open_visit()
    visit.log_in("", operator)
    page = visit.page
    page.get_by_label("Id", exact=True).fill("Wrong Id")
    page.get_by_label("Name", exact=True).fill("Newly Ltd.")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("input[name=client_id]:invalid")).to_be_visible()
    page.get_by_label("Id", exact=True).fill("newly-added")
    assert violations(visit) == []
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_url(re.compile(r"/clients/newly-added/start$"))
    expect(page.get_by_text("0 of 5 done")).to_be_visible()
    with database.client("newly-added") as c:
        (entry,) = entries_before(c, "newly-added", 10)
    assert (entry.action, entry.principal_name) == ("client.created", operator)


def test_an_id_that_is_taken_is_refused_in_words(open_visit: OpenVisit, operator: str) -> None:
    visit = open_visit()
    visit.log_in("", operator)
    for _ in range(2):
        visit.page.goto("/clients")
        visit.page.get_by_label("Id", exact=True).fill("taken-twice")
        visit.page.get_by_label("Name", exact=True).fill("Taken")
        visit.page.get_by_role("button", name="Add", exact=True).click()
        expect(
            visit.page.locator("#notice, .steps").filter(has_text=re.compile(r"\w"))
        ).to_be_visible()
    expect(visit.page.locator("#notice")).to_contain_text("exists already; choose another id")
    visit.complaints.clear()  # the browser's, of the refusal


def test_who_is_of_a_client_adds_none(open_visit: OpenVisit, clients: None) -> None:
    visit = open_visit()
    give_password(visit, "/clients/agency-one/home")
    visit.page.wait_for_url(re.compile(r"/clients/agency-one/home$"))
    sent = visit.page.request.post(
        "/clients", form={"client_id": "sneaked-in", "display_name": "No"}
    )
    assert sent.status == 403
