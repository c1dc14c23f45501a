"""A German reviewer from log-in to a decision, and every page without a word of English."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from api.pages.languages.catalogues import translations_of
from api.pages.languages.extraction import messages
from tests.api.pages.conftest import ADMIN, PASSWORD, REVIEWER, OpenVisit, Visit
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations

PAGES = (
    *(
        "home",
        "start",
        "cases",
        "cases?tab=all",
        "groups",
        "actors",
        "notices",
        "notices?state=sent",
    ),
    *("scans", "imports", "reports", "overview", "config", "lists", "rules", "people", "webhooks"),
    *("alerts", "search?text=kelvarra", "keys", "limits", "audit"),
)
_SHOWN = """() => [
  ...document.body.innerText.split(/[\\n\\t]/),
  ...['aria-label', 'title', 'placeholder', 'alt', 'hx-confirm'].flatMap((name) =>
    [...document.querySelectorAll(`[${name}]`)].map((one) => one.getAttribute(name))),
  ...[...document.querySelectorAll('option, dialog dd')].map((one) => one.textContent),
].map((text) => text.trim())"""


def english_alone() -> frozenset[str]:
    """The English words that the German catalogue says otherwise and in no place the same."""
    german = translations_of("de")
    sources = {message.id for message in messages() if isinstance(message.id, str) and message.id}
    said = {german.gettext(source) for source in sources}
    return frozenset(sources - said)


ENGLISH = english_alone()


def leftovers(page: Page) -> list[str]:
    return sorted(ENGLISH & set(page.evaluate(_SHOWN)))


def log_in(visit: Visit, client_id: str, email: str) -> None:
    visit.client_id = client_id
    page = visit.page
    page.goto(f"/log-in?back_to=/clients/{client_id}/home")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert leftovers(page) == []
    page.get_by_label("E-Mail").fill(email)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_url(re.compile(r"/clients"))


def test_a_reviewer_decides_in_german(open_visit: OpenVisit, scene: ReviewScene) -> None:
    visit = open_visit(locale="de-DE")
    log_in(visit, scene.client_id, REVIEWER)
    page = visit.page
    expect(page.get_by_text("Dies ist Ihr erster Besuch.")).to_be_visible()
    page.get_by_role("link", name="14 Fälle prüfen").click()
    expect(page.get_by_role("heading", name="Prüfliste")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("14 Fälle")
    expect(page.locator("td.cost").first).to_have_text(re.compile(r"\d+,\d\d\s€–\d+,\d\d\s€"))
    page.locator("[data-row]").first.click()
    expect(page.get_by_role("heading", name="Warum er markiert wurde")).to_be_visible()
    expect(page.get_by_text("Der Titel nennt Ihre Marke.").first).to_be_visible()
    expect(page.get_by_role("button", name="Nebeneinander")).to_be_visible()
    expect(page.get_by_role("region", name="Team").get_by_text("noch niemandes")).to_be_visible()
    assert leftovers(page) == []
    assert violations(visit) == []
    page.get_by_role("button", name="Fälschung").click()
    page.get_by_role("button", name="Verstoß", exact=False).first.click()
    toast = page.locator("#toast")
    expect(toast).to_contain_text("Verstoß: ")
    expect(toast.get_by_role("button", name="Rückgängig")).to_be_visible()
    assert leftovers(page) == []
    page.get_by_role("link", name="Prüfliste", exact=True).first.click()
    expect(page.get_by_role("link", name="Verstoß 1", exact=True)).to_be_visible()


def test_no_page_says_a_word_of_english(open_visit: OpenVisit, scene: ReviewScene) -> None:
    visit = open_visit(locale="de-DE")
    log_in(visit, scene.client_id, ADMIN)
    found: dict[str, list[str]] = {}
    for path in (*PAGES, f"scans/{scene.scan_id}", f"cases/{scene.case_ids[1]}"):
        visit.show(path)
        visit.page.wait_for_load_state("networkidle")
        if left := leftovers(visit.page):
            found[path] = left
    assert not found, found


def test_the_choice_goes_before_the_browser(open_visit: OpenVisit, scene: ReviewScene) -> None:
    visit = open_visit(locale="de-DE")
    page = visit.page
    page.goto(f"/log-in?back_to=/clients/{scene.client_id}/cases")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_label("Email").fill(REVIEWER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Queue")).to_be_visible()
    page.goto("/account")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Ihr Konto")).to_be_visible()


@pytest.mark.parametrize("words", ["Queue", "The title names your brand.", "Log in"])
def test_english_would_be_found(words: str) -> None:
    assert words in ENGLISH
