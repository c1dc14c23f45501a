"""The pages in a real browser over the real API and a fresh database."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from api.app import create_app
from api.settings import ApiSettings
from resources.identity.credentials import hash_password
from resources.objects.store import ObjectStore
from resources.postgres.clients import access_store, operator_store
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.embedded import EmbeddedPostgres
from tests.api.conftest import serving
from tests.api.pages.scene import ReviewScene, set_scene
from tests.conftest import fresh_database
from tests.support.browser import BROWSER_ARGUMENTS, LEFT_OUT, find_browser

PASSWORD = "correct horse battery"
REVIEWER = "ann@acme.example"
VIEWER = "vera@acme.example"
ADMIN = "adam@acme.example"
OPERATOR = "olga@operators.example"
DAGSTER_UI = "https://ui.operators.example/dagster"
_NUMBERS = itertools.count(1)
_SECONDS_MAX = 30  # a preview took over five on a machine at load 15
expect.set_options(timeout=_SECONDS_MAX * 1000)


@pytest.fixture(scope="session")
def browser_path() -> str | None:
    return find_browser()


@pytest.fixture(scope="module")
def browser(browser_path: str | None) -> Iterator[Browser]:
    if browser_path is None:
        pytest.skip(LEFT_OUT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def objects(tmp_path_factory: pytest.TempPathFactory) -> ObjectStore:
    return ObjectStore(str(tmp_path_factory.mktemp("pages") / "objects"))


@pytest.fixture(scope="session")
def database_urls(postgres: EmbeddedPostgres, migrated_template: str) -> Iterator[DatabaseUrls]:
    """One database for all tests of the pages: each has clients of its own in it."""
    with fresh_database(postgres, migrated_template) as name:
        yield postgres.urls(name)


@pytest.fixture(scope="session")
def database(database_urls: DatabaseUrls) -> Iterator[Database]:
    with Database(database_urls) as database:
        yield database


@pytest.fixture(scope="session")
def server_url(database_urls: DatabaseUrls, objects: ObjectStore) -> Iterator[str]:
    settings = ApiSettings(
        port=0,
        requests_per_minute=100_000,
        client_requests_per_minute=1_000_000,
        ui_url=DAGSTER_UI,
    )
    with serving(create_app(database_urls, objects, settings), settings) as url:
        yield url


@pytest.fixture(scope="session")
def base_url(server_url: str) -> str:
    """The server by the name that people type: Chromium keeps secure cookies for it without TLS.

    Chromium knows the name by itself, others look it up in a file that an empty Debian has not.
    """
    return server_url.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="session")
def password_hash() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def scene(database: Database, objects: ObjectStore, password_hash: str) -> ReviewScene:
    """A client of this test with cases, a reviewer and a viewer."""
    scene = set_scene(database, objects, f"acme-{next(_NUMBERS)}", cases=14)
    with database.client(scene.client_id) as c:
        access_store.add_user(c, scene.client_id, REVIEWER, "reviewer", password_hash)
        access_store.add_user(c, scene.client_id, VIEWER, "viewer", password_hash)
        access_store.add_user(c, scene.client_id, ADMIN, "admin", password_hash)
    return scene


def principal_of(database: Database, client_id: str, address: str) -> str:
    """The person of the client as history names them."""
    with database.client(client_id) as c:
        people = access_store.list_users(c, client_id)
    return next(f"user:{person.user_id}" for person in people if person.email == address)


@pytest.fixture(scope="session")
def operator(database: Database, password_hash: str) -> str:
    """The address of an operator."""
    with database.identity() as c:
        operator_store.add_operator(c, OPERATOR, password_hash)
    return OPERATOR


@dataclass
class Visit:
    """A person's browser, and what must not happen in it."""

    page: Page
    base_url: str
    client_id: str = ""
    complaints: list[str] = field(default_factory=list)  # errors of the console, foreign requests

    def show(self, path: str) -> None:
        """Goes to a page of the client."""
        self.page.goto(f"/clients/{self.client_id}/{path}")

    def log_in(self, client_id: str, email: str = REVIEWER) -> None:
        """Logs in on the way to the client; operators are on the way to none."""
        self.client_id = client_id
        self.page.goto(f"/log-in?back_to=/clients/{client_id}/home" if client_id else "/log-in")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(re.compile(r"/clients"))

    def watch(self) -> None:
        """Guarantees that errors and requests to other origins are noted."""
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on(
            "console",
            lambda said: (
                self._note(said.text, said.location["url"])
                if said.type in ("error", "warning")
                else None
            ),
        )
        self.page.on(
            "request",
            lambda request: (
                self.complaints.append(f"foreign: {request.url}")
                if not request.url.startswith((self.base_url, "data:"))
                else None
            ),
        )

    def _note(self, said: str, url: str) -> None:
        """A check that was under way when its page was left is no complaint: htmx says so in two
        lines, of which the first stands before other failures, too."""
        if said.startswith("htmx:sendAbort"):
            self.complaints.pop()
        else:
            self.complaints.append(f"console: {said} {url}")


OpenVisit = Callable[..., Visit]


@pytest.fixture
def open_visit(browser: Browser, base_url: str) -> Iterator[OpenVisit]:
    """Opens a browser window with its own cookies; at the end none may have complained."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def open_window(*, width_px: int = 1280, dark: bool = False, locale: str = "en-US") -> Visit:
        context = browser.new_context(
            base_url=base_url,
            locale=locale,
            viewport={"width": width_px, "height": 900},
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(_SECONDS_MAX * 1000)
        visit = Visit(context.new_page(), base_url)
        visit.watch()
        contexts.append(context)
        visits.append(visit)
        return visit

    yield open_window
    for context in contexts:
        context.close()
    assert [visit.complaints for visit in visits if visit.complaints] == []


@pytest.fixture
def ann(open_visit: OpenVisit, scene: ReviewScene) -> Visit:
    """A reviewer of the scene's client, logged in."""
    visit = open_visit()
    visit.log_in(scene.client_id)
    return visit


@pytest.fixture
def adam(open_visit: OpenVisit, scene: ReviewScene) -> Visit:
    """Who may change the client's settings, logged in."""
    visit = open_visit()
    visit.log_in(scene.client_id, ADMIN)
    return visit
