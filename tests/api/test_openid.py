"""Logging in at an OpenID Connect provider that is real but for its people."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.settings import ApiSettings
from resources.identity import openid
from resources.identity.credentials import hash_password
from resources.network.tls import tls_context
from resources.postgres.clients import access_store
from resources.postgres.clients.operator_store import set_client_state
from resources.postgres.database import Database
from resources.settings import BadSetting
from tests.api.conftest import Caller, CallerOf
from tests.support.openid_provider import CLIENT_ID, SECRET, Provider, openid_provider

PAGES = "http://localhost:1"  # where the provider sends people; the test goes to the API instead
ADDRESS = "ann@acme.example"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with openid_provider() as provider:
        yield provider


@pytest.fixture
def api_settings(provider: Provider) -> ApiSettings:
    return ApiSettings(
        port=0,
        requests_per_minute=100_000,
        OIDC_ISSUER=provider.url,
        OIDC_CLIENT_ID=CLIENT_ID,
        OIDC_CLIENT_SECRET=SECRET,
        OIDC_NAME="Acme accounts",
        INFRINGEMENT_PAGES_URL=PAGES,
    )


@pytest.fixture
def ann(acme: Caller, database: Database) -> Caller:
    with database.client("acme") as c:
        access_store.add_user(
            c, "acme", ADDRESS, "reviewer", hash_password("correct horse battery")
        )
    return acme


class Browser:
    """Follows the way to the provider and back, with cookies as a browser keeps them."""

    def __init__(self, base_url: str) -> None:
        self.http = httpx.Client(base_url=base_url, timeout=30, verify=tls_context())
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> httpx.Response:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items() if value)
        answer = self.http.get(path, headers={"Cookie": kept} if kept else {})
        for said in answer.headers.get_list("set-cookie"):
            name, _, rest = said.partition("=")
            self.cookies[name] = rest.partition(";")[0].strip('"')
        return answer

    def sent_back(self, back_to: str = "/clients/acme/cases") -> str:
        """The path on which the provider sends the browser back."""
        begun = self.get(f"/log-in/openid?back_to={back_to}")
        assert begun.status_code == 303, begun.text
        at_provider = httpx.get(begun.headers["location"], verify=tls_context())
        assert at_provider.status_code == 303, at_provider.text
        return str(at_provider.headers["location"]).removeprefix(PAGES)


@pytest.fixture
def browser(base_url: str) -> Iterator[Browser]:
    browser = Browser(base_url)
    yield browser
    browser.http.close()


def test_whom_the_provider_vouches_for_comes_to_the_page_that_was_wanted(
    ann: Caller, browser: Browser
) -> None:
    assert "Acme accounts" in browser.get("/log-in").text
    back = browser.get(browser.sent_back())
    assert (back.status_code, back.headers["location"]) == (303, "/clients/acme/cases")
    assert browser.cookies["__Host-openid"] == ""
    assert browser.get("/clients/acme/cases").status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": "gr\u00f6\u00dfer"},
        {"aud": "somebody else"},
        {"aud": [CLIENT_ID, "somebody else"]},
        {"iss": "https://elsewhere.example"},
        {"exp": int(time.time()) - 600},
        {"exp": None},
        {"email": None},
        {"email": "\u0000"},
        {"email": ["ann@acme.example"]},
        {"email_verified": False},
        {"email_verified": None},
        {"email": "stranger@acme.example"},
    ],
)
def test_a_word_that_is_not_about_this_log_in_opens_nothing(
    ann: Caller, browser: Browser, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    refused = browser.get(browser.sent_back())
    assert refused.status_code == 401
    assert 'role="alert"' in refused.text
    assert browser.get("/clients/acme/cases").status_code == 401


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_word_that_nobody_or_anybody_signed_opens_nothing(
    ann: Caller, browser: Browser, provider: Provider, algorithm: str
) -> None:
    provider.algorithm = algorithm
    assert browser.get(browser.sent_back()).status_code == 401


def test_a_way_back_works_once_and_in_the_browser_that_began_it(
    ann: Caller, browser: Browser, provider: Provider, base_url: str
) -> None:
    path = browser.sent_back()
    other = Browser(base_url)
    assert other.get(path).status_code == 401, "somebody else was handed the address"
    other.sent_back()
    assert other.get(path).status_code == 401, "the state is that of another visit"
    assert browser.get(path).status_code == 303
    assert browser.get(path).status_code == 401
    assert provider.tokens == 1
    other.http.close()


@pytest.mark.parametrize("cookie", ["", "e30=", "W10=", "bnVsbA==", "gr\u00fc\u00df", "x" * 3000])
def test_rubbish_in_place_of_the_visit_is_refused(
    ann: Caller, browser: Browser, cookie: str
) -> None:
    headers = [(b"Cookie", f"__Host-openid={cookie}".encode())]
    path = "/log-in/openid/back?state=%C3%A9&code=1"
    assert browser.http.get(path, headers=headers).status_code == 401


def test_the_provider_may_refuse_be_down_and_change_its_keys(
    ann: Caller, browser: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.is_down = True
    assert browser.get("/log-in/openid").status_code == 503
    provider.is_down = False
    provider.refuses = "access_denied"
    refused = browser.get(browser.sent_back())
    assert refused.status_code == 401
    assert "access_denied" in refused.text
    provider.refuses = ""
    assert browser.get(browser.sent_back()).status_code == 303
    assert browser.get(browser.sent_back()).status_code == 303
    assert provider.keys_asked == 1
    provider.rotate()
    assert browser.get(browser.sent_back()).status_code == 401, "asked a moment ago"
    monkeypatch.setattr(openid, "_KEYS_AGAIN_SECONDS", 0.0)
    assert browser.get(browser.sent_back()).status_code == 303


def test_an_address_at_two_clients_chooses_and_a_suspended_client_stays_shut(
    ann: Caller, browser: Browser, caller_of: CallerOf, database: Database
) -> None:
    caller_of("bolt")
    with database.client("bolt") as c:
        access_store.add_user(c, "bolt", ADDRESS, "viewer", None)
    back = browser.get(browser.sent_back("/"))
    assert back.headers["location"].startswith("/log-in/next")
    page = browser.get(back.headers["location"]).text
    assert "Acme" in page
    assert "Bolt" in page
    with database.identity() as c:
        for client_id in ("acme", "bolt"):
            set_client_state(c, client_id, "suspended")
    refused = browser.get(browser.sent_back())
    assert refused.status_code == 403
    assert "suspended" in refused.text


def test_settings_that_cannot_work_are_named(provider: Provider) -> None:
    with pytest.raises(BadSetting, match="OIDC_CLIENT_ID"):
        _ = ApiSettings(OIDC_ISSUER=provider.url).open_id
    with pytest.raises(BadSetting, match="https"):
        _ = ApiSettings(OIDC_ISSUER="http://login.example").open_id
