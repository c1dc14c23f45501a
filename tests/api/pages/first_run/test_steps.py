"""First steps, from what is stored of a client."""

from __future__ import annotations

from dataclasses import replace

import pytest

from api.http.problems import FieldError
from api.pages.first_run.brand_form import BrandForm, errors_by_field
from api.pages.first_run.steps import checklist
from resources.postgres.cases.work_query import Beginnings

NOTHING = Beginnings(0, None, None, has_scanned=False, open_cases=0, has_decided=False)
CONFIG: dict[str, object] = {
    "brands": [{"name": "Acme"}, {"name": "Zenith"}],
    "searches": {"amazon": {"queries": ["acme bottle", "akme"]}, "ebay": {"queries": ["acme"]}},
}


@pytest.mark.parametrize(
    ("config", "begun", "states"),
    [
        ({}, NOTHING, ["now", "later", "later", "later", "later"]),
        (CONFIG, NOTHING, ["done", "now", "done", "later", "later"]),
        (CONFIG, replace(NOTHING, photos=1), ["done", "done", "done", "now", "later"]),
        (
            CONFIG,
            replace(NOTHING, photos=1, has_scanned=True),
            ["done", "done", "done", "done", "now"],
        ),
        (  # whoever began without photos is asked for them still
            CONFIG,
            replace(NOTHING, has_scanned=True, has_decided=True),
            ["done", "now", "done", "done", "done"],
        ),
        ({}, replace(NOTHING, photos=3), ["now", "done", "later", "later", "later"]),
    ],
)
def test_each_step_is_done_by_what_is_there(
    config: dict[str, object], begun: Beginnings, states: list[str]
) -> None:
    found = checklist(config, begun)
    assert [step.state for step in found.steps] == states
    assert found.done == states.count("done")


def test_what_is_there_is_said_in_words() -> None:
    found = checklist(CONFIG, replace(NOTHING, photos=2))
    said = {step.name: step.said for step in found.steps}
    assert said["brand"] == "Acme, Zenith"
    assert said["photos"] == "2 photos"
    assert said["search"] == "acme bottle, akme at Amazon; acme at eBay"


def test_a_brand_becomes_a_config_that_searches_for_it() -> None:
    form = BrandForm(name=" Acme ", kind="bottle", price="29,50", currency="eur", provider={"ebay"})
    assert form.document() == {
        "brands": [
            {
                "name": "Acme",
                "categories": ["bottle"],
                "price_floor": {"amount": "29.50", "currency": "EUR"},
            }
        ],
        "searches": {"ebay": {"queries": ["Acme bottle"]}},
    }


def test_what_is_wrong_stands_beside_its_field() -> None:
    form = BrandForm(name="Acme", price="much", currency="EUR", provider={"ebay"})
    pointers = {
        "/brands/0/price_floor/amount": "price",
        "/brands/0/price_floor/currency": "currency",
    }
    for pointer, field in pointers.items():
        error = FieldError(pointer=pointer, place="body", message="not so")
        assert errors_by_field(form, [error]) == {field: "not so"}
    assert set(errors_by_field(BrandForm(price="9"), [])) == {"name", "provider", "currency"}
