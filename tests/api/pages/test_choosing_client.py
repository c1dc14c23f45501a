"""A person whose password opens several clients chooses one after logging in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from resources.postgres.clients import access_store
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
