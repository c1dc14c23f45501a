"""Logging in and out, who may see what, static files, errors as pages."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from api.pages.ways_back import own_path
from tests.api.pages.conftest import PASSWORD, REVIEWER, OpenVisit, Visit
from tests.api.pages.scene import ReviewScene

HTML = {"Accept": "text/html"}


def test_a_reviewer_logs_in_where_they_wanted_to_go_and_out_again(
    open_visit: OpenVisit, scene: ReviewScene
) -> None:
    visit = open_visit()
    visit.page.goto(f"/clients/{scene.client_id}/cases?tab=all")
    visit.page.get_by_label("Email").fill(REVIEWER)
    visit.page.get_by_label("Password").fill(PASSWORD)
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url(re.compile(r"/cases\?tab=all$"))
    expect(visit.page.get_by_role("link", name="Queue")).to_have_attribute("aria-current", "page")
    visit.page.get_by_role("button", name="Log out").click()
    visit.page.wait_for_url(re.compile("/log-in$"))
    visit.page.goto(f"/clients/{scene.client_id}/cases")
    assert urlsplit(visit.page.url).path == "/log-in"


def test_a_wrong_password_is_refused_without_saying_which_part_is_wrong(
    scene: ReviewScene, server_url: str
) -> None:
    sent = {"email": REVIEWER, "password": "wrong", "back_to": "/"}
    answers = [
        httpx.post(f"{server_url}/log-in", data=sent | {"email": email})
        for email in (REVIEWER, "nobody@acme.example")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].text.replace(REVIEWER, "nobody@acme.example") == answers[1].text
    assert "set-cookie" not in answers[0].headers


def test_a_form_of_another_site_opens_no_session(scene: ReviewScene, server_url: str) -> None:
    sent = {"email": REVIEWER, "password": PASSWORD}
    foreign = httpx.post(f"{server_url}/log-in", data=sent, headers={"Origin": "https://x.example"})
    assert foreign.status_code == 403
    assert "set-cookie" not in foreign.headers


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("/clients/acme/cases?tab=all", "/clients/acme/cases?tab=all"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_log_in_leads_to_no_other_site(given: str, used: str) -> None:
    assert own_path(given) == used


def test_an_operator_chooses_among_all_clients(
    open_visit: OpenVisit, scene: ReviewScene, operator: str
) -> None:
    visit = open_visit()
    visit.log_in("", operator)
    visit.page.get_by_label("Name or id").fill(scene.client_id.upper())
    visit.page.keyboard.press("Enter")
    visit.page.get_by_role("link", name=scene.client_id.title()).click()
    expect(visit.page.get_by_role("link", name="Review 14 cases")).to_be_visible()


def test_people_get_errors_as_pages_and_programs_as_documents(ann: Visit, server_url: str) -> None:
    found = ann.page.request.get("/clients/beta/cases", headers=HTML)
    assert (found.status, found.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "No such client" in found.text()
    refused = ann.page.request.get("/clients", headers=HTML)
    assert refused.status == 403
    assert httpx.get(f"{server_url}/nothing", headers=HTML).status_code == 404
    document = httpx.get(f"{server_url}/v1/clients", headers=HTML)
    assert document.headers["content-type"] == "application/problem+json"


def test_pages_run_no_inline_code_and_their_files_are_kept(ann: Visit, server_url: str) -> None:
    page = ann.page.request.get(f"/clients/{ann.client_id}/cases")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    names = re.findall(r"/static/[\w.]+", page.text())
    assert len(set(names)) == 5
    for name in names:
        file = httpx.get(f"{server_url}{name}")
        assert "immutable" in file.headers["cache-control"]
    stale = re.sub(r"\.\w{12}\.", ".000000000000.", names[0])
    assert httpx.get(f"{server_url}{stale}").status_code == 404


def test_a_change_without_the_token_of_the_page_is_refused(ann: Visit) -> None:
    assert ann.page.request.post("/log-out").status == 403
    assert ann.page.request.get(f"/clients/{ann.client_id}/cases").status == 200
