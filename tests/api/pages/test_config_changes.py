"""Differences of configs in the words of the form."""

from __future__ import annotations

import pytest

from api.pages.clients.config_changes import ConfigChange, changes_in_words

BRAND: dict[str, object] = {"name": "Acme", "misspellings": ["akme"]}
CONFIG: dict[str, object] = {
    "brands": [BRAND, {"name": "Zenith"}],
    "searches": {"amazon": {"queries": ["acme bottle"]}, "ebay": {"queries": ["acme"]}},
    "thresholds": {"review": 0.5},
}


def with_brand(**changed: object) -> dict[str, object]:
    return CONFIG | {"brands": [BRAND | changed, {"name": "Zenith"}]}


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (CONFIG, []),
        (CONFIG | {"fraud_terms": []}, []),
        (
            CONFIG | {"thresholds": {"review": 0.6}},
            [("What is flagged", "Review from", "0.5 → 0.6")],
        ),
        (
            CONFIG | {"thresholds": {}},
            [("What is flagged", "Review from", "no longer set, was 0.5")],
        ),
        (
            CONFIG | {"schedule": {"kind": "daily"}},
            [("Schedule", "Scans start", "set to daily")],
        ),
        (
            with_brand(misspellings=["acmee", "akmee"]),
            [("Brand Acme", "Known misspellings", "added acmee, akmee; removed akme")],
        ),
        (
            with_brand(common_word=True),
            [("Brand Acme", "The name is an everyday word", "yes")],
        ),
        (
            with_brand(price_floor={"amount": "29.00", "currency": "USD"}),
            [
                ("Brand Acme", "Lowest genuine price", "set to 29.00"),
                ("Brand Acme", "Currency", "set to USD"),
            ],
        ),
        (with_brand(unheard_of=1), [("Brand Acme", "", "changed in parts that no field shows")]),
        (CONFIG | {"brands": [{"name": "Zenith"}]}, [("Brand Acme", "", "removed")]),
        (CONFIG | {"brands": [{"name": "Zenith"}, BRAND]}, []),
        (
            CONFIG | {"brands": [{"name": "New"}, BRAND, {"name": "Zenith"}]},
            [("Brand New", "", "added")],
        ),
        (
            CONFIG | {"searches": {"amazon": {"queries": ["acme bottle"]}}},
            [("Searches at eBay", "Searches", "removed acme")],
        ),
        (CONFIG | {"notes": {"a": 1}}, [("Other settings", "notes", 'nothing → {"a": 1}')]),
        (
            CONFIG | {"weights": {"image_hash": 2}},
            [("Weights of signals", "image hash", "set to 2")],
        ),
    ],
)
def test_each_change_is_told_once_and_nothing_else(
    after: dict[str, object], told: list[tuple[str, str, str]]
) -> None:
    assert changes_in_words(CONFIG, after) == [ConfigChange(*change) for change in told]
