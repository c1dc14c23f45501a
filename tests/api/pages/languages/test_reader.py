"""Which language a reader gets, and how numbers, money and days are written in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import httpx
import pytest

from api.pages.formatting import device_name, iso_day, ordinal, violation_name
from api.pages.languages import figures
from api.pages.languages.reader import asked_for, speak
from api.pages.languages.words import gettext, ngettext

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def german() -> Iterator[None]:
    speak("de")
    yield
    speak("en")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("en;q=0.3, DE;q=0.7", "de"),
        ("fr-CH, de;q=0.4", "de"),
        ("fr, es", "en"),
        ("de;q=0", "en"),
        ("de;q=none, *", "en"),
        ("x" * 5000 + ",de", "de"),
    ],
)
def test_a_browser_is_answered_in_the_language_that_it_ranks_first(
    header: str, language: str
) -> None:
    assert asked_for(header) == language


def page(base_url: str, **headers: str) -> str:
    return httpx.get(f"{base_url}/log-in", headers=headers).text


def test_own_choice_goes_before_the_browser(server_url: str) -> None:
    browsers = page(server_url, **{"Accept-Language": "de"})
    assert '<html lang="de">' in browsers
    assert "Passwort vergessen?" in browsers
    chosen = page(server_url, **{"Accept-Language": "de", "Cookie": "language=en"})
    assert '<html lang="en">' in chosen
    assert "Forgot your password?" in chosen
    assert '<html lang="de">' in page(server_url, Cookie="language=de")
    assert '<html lang="en">' in page(server_url, Cookie="language=xx")


def test_caches_are_told_that_the_language_counts(server_url: str) -> None:
    assert httpx.get(f"{server_url}/log-in").headers["vary"] == (
        "HX-Request, Accept-Language, Cookie"
    )


def test_choosing_leads_back_and_only_within_these_pages(server_url: str) -> None:
    address = f"{server_url}/language"
    chosen = httpx.post(address, data={"language": "de", "back_to": "/log-in?back_to=/clients/a"})
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/log-in?back_to=/clients/a")
    assert chosen.headers["set-cookie"].startswith("language=de; HttpOnly; Max-Age=31536000")
    away = httpx.post(address, data={"language": "de", "back_to": "//evil.example"})
    assert away.headers["location"] == "/"


def test_what_cannot_be_chosen_is_refused(server_url: str) -> None:
    address = f"{server_url}/language"
    assert httpx.post(address, data={"language": "xx"}).status_code == 422
    foreign = {"Origin": "https://evil.example"}
    assert httpx.post(address, data={"language": "de"}, headers=foreign).status_code == 403


def test_programs_are_answered_in_english(server_url: str) -> None:
    headers = {"Accept-Language": "de", "Cookie": "language=de", "Accept": "text/html"}
    assert httpx.get(f"{server_url}/v1/session", headers=headers).json()["title"] == "Not signed in"
    page = httpx.get(f"{server_url}/nowhere", headers=headers)
    assert "Hier ist nichts" in page.text
    assert '<html lang="de">' in page.text


@pytest.mark.usefixtures("german")
def test_numbers_in_german() -> None:
    assert [figures.count(n) for n in (7, 1234, 1234567)] == ["7", "1.234", "1.234.567"]
    assert [figures.decimal(n) for n in (1.5, 2.0)] == ["1,5", "2,0"]
    assert figures.significant(0.1254) == "0,125"
    shares = [figures.percent(share) for share in (0.0, 0.004, 0.45, 0.996, 1.0)]
    assert shares == ["0\xa0%", "<1\xa0%", "45\xa0%", ">99\xa0%", "100\xa0%"]
    assert ordinal(3) == "Platz 3"


@pytest.mark.usefixtures("german")
def test_money_in_german() -> None:
    assert figures.money(Decimal("1234.5"), "EUR") == "1.234,50\xa0€"
    assert figures.money(Decimal(12), "CHF") == "12,00\xa0CHF"
    assert figures.money(Decimal(1200), "JPY") == "1.200\xa0¥"


@pytest.mark.usefixtures("german")
def test_days_in_german() -> None:
    assert figures.day(date(2026, 12, 3)) == "03.12.2026"
    assert figures.minute(datetime(2026, 12, 3, 14, 5, tzinfo=UTC)) == "03.12.2026, 14:05"
    assert iso_day(date(2026, 12, 3)) == "03.12.2026"


@pytest.mark.usefixtures("german")
def test_words_in_german() -> None:
    assert violation_name("counterfeit_suspicion") == "Verdacht auf Fälschung"
    assert violation_name("of_tomorrow") == "of_tomorrow"
    assert device_name(FIREFOX) == "Firefox unter Windows"
    assert gettext("Brand %(name)s", name="100 %") == "Marke 100 %"
    shown = [ngettext("%(photos)s photo", "%(photos)s photos", n, photos=n) for n in (1, 2)]
    assert shown == ["1 Foto", "2 Fotos"]


def test_english_is_as_it_was() -> None:
    assert figures.count(1234567) == "1,234,567"
    assert figures.percent(0.45) == "45%"
    assert figures.money(Decimal("9.90"), "EUR") == "€9.90"
    assert figures.day(date(2026, 12, 3)) == "3 Dec 2026"
    assert iso_day(date(2026, 12, 3)) == "2026-12-03"
