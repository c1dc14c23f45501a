"""Forgotten passwords and invitations on the pages of an installation that sends mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from api.app import create_app
from api.settings import ApiSettings
from resources.objects.store import ObjectStore
from resources.postgres.database import DatabaseUrls
from tests.api.conftest import serving
from tests.api.pages.conftest import ADMIN, REVIEWER, OpenVisit
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations
from tests.support.mail_server import MailServer, link_in, mail_server

FRESH = "copper lantern tuesday"
PAGES = "https://pages.example"


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def base_url(database_urls: DatabaseUrls, objects: ObjectStore, post: MailServer) -> Iterator[str]:
    settings = ApiSettings(
        port=0,
        requests_per_minute=100_000,
        SMTP_URL=f"smtp://127.0.0.1:{post.port}?tls=none",
        MAIL_FROM="review@pages.example",
        INFRINGEMENT_PAGES_URL=PAGES,
    )
    with serving(create_app(database_urls, objects, settings), settings) as url:
        yield url.replace("127.0.0.1", "localhost")


def path_in(post: MailServer) -> str:
    """Where the link of the next letter leads, below the address of the pages."""
    link = link_in(post.letter_asked_for())
    assert link.startswith(PAGES)
    return link.removeprefix(PAGES)


def test_who_forgot_the_password_sets_a_new_one_by_mail(
    open_visit: OpenVisit, scene: ReviewScene, post: MailServer
) -> None:
    page = (visit := open_visit()).page
    page.goto(f"/clients/{scene.client_id}/cases")
    page.get_by_role("link", name="Forgot your password?").click()
    assert violations(visit) == []
    page.get_by_label("Email").fill(REVIEWER)
    page.get_by_role("button", name="Mail me a link").click()
    expect(page.get_by_role("status")).to_contain_text("is on its way")
    assert violations(visit) == []
    page.goto(path_in(post))
    page.get_by_label("New password", exact=True).fill(FRESH)
    page.get_by_label("New password again").fill(FRESH)
    page.get_by_role("button", name="Set password").click()
    page.wait_for_url("**/log-in")
    page.goto(f"/log-in?back_to=/clients/{scene.client_id}/cases")
    page.get_by_label("Email").fill(REVIEWER)
    page.get_by_label("Password").fill(FRESH)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(re.compile(rf"/clients/{scene.client_id}/cases"))


def test_an_admin_invites_a_person_by_mail(
    open_visit: OpenVisit, scene: ReviewScene, post: MailServer
) -> None:
    adam = open_visit()
    adam.log_in(scene.client_id, ADMIN)
    adam.page.get_by_role("link", name="Settings").click()
    address = f"nina@{scene.client_id}.example"
    adam.page.get_by_label("Email").fill(address)
    adam.page.get_by_role("button", name="Invite", exact=True).click()
    row = adam.page.get_by_role("row", name=address)
    expect(row).to_contain_text("No password yet")
    first = path_in(post)
    row.get_by_role("button", name="again").click()
    expect(adam.page.get_by_text("An invitation is on its way")).to_be_visible()
    assert violations(adam) == []
    nina = open_visit()
    for path, works in ((first, False), (path_in(post), True)):
        nina.page.goto(path)
        nina.page.get_by_label("New password", exact=True).fill(FRESH)
        nina.page.get_by_label("New password again").fill(FRESH)
        nina.page.get_by_role("button", name="Set password").click()
        if not works:
            expect(nina.page.get_by_text("replaced by a newer one")).to_be_visible()
            nina.complaints.clear()  # the browser itself reports an answer of 422
    nina.page.wait_for_url("**/log-in")
