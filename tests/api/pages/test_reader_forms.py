"""Times where the reader is, and money as people write it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, expect

from infringement_dagster.reporting.listing_words import money
from resources.postgres.database import Database
from tests.api.pages.conftest import Visit
from tests.api.pages.scene import ReviewScene

SEEN_AT = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Asia/Tokyo", "2 Jul 2026, 07:30"),
        ("America/New_York", "1 Jul 2026, 18:30"),
        ("UTC", "1 Jul 2026, 22:30 UTC"),
    ],
)
def test_times_are_those_of_the_reader_and_tell_utc_when_pointed_at(
    browser: Browser, base_url: str, scene: ReviewScene, database: Database, zone: str, told: str
) -> None:
    with database.client(scene.client_id) as c:
        c.execute(
            "UPDATE listings SET first_seen_at = %s, last_seen_at = %s WHERE client_id = %s",
            (SEEN_AT, SEEN_AT, scene.client_id),
        )
    context = browser.new_context(base_url=base_url, timezone_id=zone)
    visit = Visit(context.new_page(), base_url)
    visit.watch()
    visit.log_in(scene.client_id)
    visit.show(f"cases/{scene.case_ids[0]}")
    seen = visit.page.locator(".history time").first
    expect(seen).to_have_text(told)
    expect(seen).to_have_attribute("title", "1 Jul 2026, 22:30:00 UTC")
    expect(seen).to_have_attribute("datetime", SEEN_AT.isoformat())
    context.close()
    assert visit.complaints == []


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Europe", "Nowhere/Land", "%00", "a" * 300])
def test_a_zone_that_is_none_is_utc(
    browser: Browser, base_url: str, scene: ReviewScene, zone: str
) -> None:
    context = browser.new_context(base_url=base_url)
    visit = Visit(context.new_page(), base_url)
    visit.log_in(scene.client_id)
    context.add_cookies([{"name": "zone", "value": zone, "url": base_url}])
    page = context.request.get(f"/clients/{scene.client_id}/cases/{scene.case_ids[0]}")
    status, text = page.status, page.text()
    context.close()
    assert status == 200
    assert " UTC</time>" in text


@pytest.mark.parametrize(
    ("value", "currency", "told"),
    [
        ("9.9", "EUR", "€9.90"),
        ("1234.5", "USD", "$1,234.50"),
        ("1200", "JPY", "¥1,200"),
        ("12", "CHF", "CHF\N{NO-BREAK SPACE}12.00"),
        ("7", "ZZZ", "ZZZ\N{NO-BREAK SPACE}7.00"),
        ("3e12", "EUR", "3.00e+12 EUR"),
    ],
)
def test_money_is_written_as_people_write_it(value: str, currency: str, told: str) -> None:
    assert money(Decimal(value), currency) == told
