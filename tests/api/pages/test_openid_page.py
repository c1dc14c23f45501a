"""Logging in at a provider, in the browser."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from api.app import create_app
from api.settings import ApiSettings
from resources.objects.store import ObjectStore
from resources.postgres.database import DatabaseUrls
from tests.api.conftest import serving
from tests.api.pages.conftest import REVIEWER, Visit
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations
from tests.support.openid_provider import CLIENT_ID, SECRET, Provider, openid_provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    with openid_provider() as provider:
        provider.email = REVIEWER
        yield provider


@pytest.fixture
def own_url(database_urls: DatabaseUrls, objects: ObjectStore, provider: Provider) -> Iterator[str]:
    """A server that knows its own address, to which the provider sends people back."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    url = f"http://localhost:{port}"
    settings = ApiSettings(
        port=port,
        OIDC_ISSUER=provider.url,
        OIDC_CLIENT_ID=CLIENT_ID,
        OIDC_CLIENT_SECRET=SECRET,
        OIDC_NAME="Acme accounts",
        INFRINGEMENT_PAGES_URL=url,
    )
    with serving(create_app(database_urls, objects, settings), settings):
        yield url


def test_a_click_leads_to_the_provider_and_back_to_the_page_that_was_wanted(
    browser: Browser, own_url: str, provider: Provider, scene: ReviewScene
) -> None:
    context = browser.new_context(base_url=own_url)
    page = context.new_page()
    page.goto(f"/clients/{scene.client_id}/cases")
    assert violations(Visit(page, own_url)) == []
    page.get_by_role("link", name="Log in with Acme accounts").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    assert page.url.startswith(f"{own_url}/clients/{scene.client_id}/cases")
    context.clear_cookies()
    provider.email = "stranger@acme.example"
    page.goto("/")
    page.get_by_role("link", name="Log in with Acme accounts").click()
    expect(page.locator(".notice.bad")).to_contain_text("nobody here has the address")
    context.close()
