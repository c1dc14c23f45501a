"""Sections of the config page: help, checks on the way, the schedule in words, importance."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from resources.postgres.clients import client_store
from resources.postgres.database import Database
from tests.api.pages.conftest import Visit
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations


def saved(database: Database, client_id: str) -> dict[str, object]:
    with database.client(client_id) as c:
        return dict(client_store.load_config(c, client_id).document)


def test_a_field_is_checked_when_it_is_left_and_no_other_section_is(adam: Visit) -> None:
    adam.show("config")
    review = adam.page.get_by_label("Review from")
    review.fill("7")
    adam.page.locator("[id='/brands/0/price_floor/currency']").fill("euro")
    error = adam.page.locator("[id='/thresholds/review/error']")
    expect(error).to_have_text("7 cannot be used: it should be below 1.0, for example 0.5")
    expect(review).to_have_attribute("aria-invalid", "")
    expect(review).to_have_value("7")
    review.fill("0.6")
    adam.page.keyboard.press("Tab")
    expect(error).to_be_hidden()
    expect(review).not_to_have_attribute("aria-invalid", re.compile(".*"))
    currency = adam.page.locator("[id='/brands/0/price_floor/currency/error']")
    expect(currency).to_contain_text("not written as it should be")
    assert violations(adam) == []


def test_a_schedule_is_told_in_words_before_it_is_saved(adam: Visit) -> None:
    adam.show("config#schedule")
    plan = adam.page.locator("#schedule-plan")
    expect(plan).to_have_text("Scans start by hand only.")  # the navigation has unfolded it
    adam.page.get_by_label("Scans start").select_option("weekly")
    adam.page.get_by_label("On", exact=True).select_option("friday")
    adam.page.get_by_label("Time zone").fill("Europe/Berlin")
    adam.page.keyboard.press("Tab")
    expect(plan).to_contain_text("Every Friday at 03:00, Europe/Berlin.")
    expect(plan).to_contain_text(re.compile(r"Next: (Friday, \d+ \w+ \d{4}, 03:00(; )?){3}"))
    adam.page.get_by_label("Time zone").fill("Berlin")
    adam.page.keyboard.press("Tab")
    expect(adam.page.locator("[id='/schedule/kind/error']")).to_contain_text("is no time zone")


def test_what_a_scan_costs_follows_the_searches(adam: Visit) -> None:
    adam.show("config#searches")
    cost = adam.page.locator("#search-cost")
    expect(cost).to_contain_text("at most 115 credits: Amazon 115.")
    pages = adam.page.locator("[id='/searches/amazon/pages_max']")
    pages.fill("5")
    pages.press("Tab")
    expect(cost).to_contain_text("at most 125 credits: Amazon 125.")
    pages.fill("500")
    pages.press("Tab")
    error = adam.page.locator("[id='/searches/amazon/pages_max/error']")
    expect(error).to_contain_text("should be at most 50")
    expect(cost).to_be_hidden()


def test_signs_have_an_importance_and_models_a_price_of_their_own(
    adam: Visit, scene: ReviewScene, database: Database
) -> None:
    adam.show("config")
    adam.page.get_by_role("navigation", name="Sections").get_by_text("Importance").click()
    price = adam.page.get_by_label("Low price", exact=True)
    expect(price).to_have_accessible_description(
        "The price is far below what the genuine product costs. (low price)"
    )
    price.select_option("0: ignore it")
    models = adam.page.locator("[id='/brands/0/models']")
    models.fill("Trailjug 32\nGrowler, large")
    floors = adam.page.locator("[id='/brands/0/model_floors']")
    floors.fill("Growler, large, 44.00, USD\nTrailjug, 30, EUR")
    adam.page.get_by_role("button", name="Preview").click()
    expect(adam.page.locator("#outcome")).to_contain_text("Trailjug")
    models.fill("Trailjug\nGrowler, large")
    adam.page.get_by_role("button", name="See what this would change").click()
    outcome = adam.page.locator("#outcome")
    expect(outcome).to_contain_text("Weights of signals, low price: set to 0")
    expect(outcome).to_contain_text("Lowest prices of single models: added Growler, large, 44.00")
    adam.page.get_by_role("button", name="Save as version 2").click()
    adam.page.wait_for_url(re.compile(r"saved=2$"))
    document = saved(database, scene.client_id)
    assert document["weights"] == {"low_price": 0}
    brands = document["brands"]
    assert isinstance(brands, list)
    assert brands[0]["model_floors"] == {
        "Growler, large": {"amount": "44.00", "currency": "USD"},
        "Trailjug": {"amount": "30", "currency": "EUR"},
    }
