"""A config with every field that people write by hand: where docs and errors take examples from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

EVERY_FIELD: Final[Mapping[str, object]] = {
    "brands": [
        {
            "name": "Kelvarra",
            "aliases": ["Kelvarra Outdoor"],
            "misspellings": ["kelvara", "kevlarra"],
            "models": ["Trailjug 32", "Ridgeback Growler"],
            "categories": ["bottle", "tumbler"],
            "common_word": False,
            "price_floor": {"amount": "29.00", "currency": "USD"},
            "model_floors": {"Ridgeback Growler": {"amount": "44.00", "currency": "USD"}},
        }
    ],
    "searches": {
        "ebay": {
            "queries": ["kelvarra bottle"],
            "marketplace": "com",
            "pages_max": 3,
            "details_max": 10,
            "details_credits_max": 100,
            "options": {"sort_by": "newly_listed", "items_per_page": "200"},
            "vendor": "ebay_browse",
            "photos_max": 5,
        }
    },
    "fraud_terms": ["mirror quality"],
    "false_hits": ["kelvin"],
    "allowed_sellers": ["Kelvarra Official"],
    "allowed_listing_ids": ["B0PXWV3ZMS"],
    "weights": {"low_price": 0.5},
    "further_hashes": ["whash"],
    "thresholds": {"review": 0.5, "notice_ready": 0.9},
    "sampling": {"share": 0.02, "least": 5},
    "schedule": {
        "kind": "cron",
        "at": "03:30",
        "weekday": "monday",
        "cron": "0 6 * * 1-5",
        "time_zone": "Europe/Berlin",
        "jitter_minutes": 30,
    },
    "key_points": "earned",
    "text_in_photos": {"when": "earned", "photos_at_most": 100},
    "listing_photos": {"size_px": 640, "a_listing_at_most": 12, "megabytes_at_most": 1000},
    "calibration": {
        "model": "MODEL VERSION",
        "shift": 0.2,
        "scale": 0.9,
        "decisions": 120,
        "multipliers": {"low_price": 1.2},
    },
    "rights_holder": {
        "name": "Kelvarra Inc.",
        "address": "1 Harbour Street, Portland, OR 97201, USA",
        "email": "brand@kelvarra.example",
        "phone": "+1 503 555 0100",
        "signatory": "Brand protection, Kelvarra Inc.",
        "trademarks": [{"name": "KELVARRA", "number": "1234567", "office": "USPTO"}],
        "copyright_works": ["Product photos at https://kelvarra.example/press"],
    },
    "rules": [
        {
            "name": "dealers-at-fair-prices",
            "then": "decide_not_infringing",
            "when": {
                "seller_list": "allow",
                "listing_list": "allow",
                "price_of_floor_at_least": 0.85,
                "price_of_floor_below": 3.0,
                "probability_at_least": 0.5,
                "probability_below": 0.97,
                "photo_exact": True,
                "group_decision": "not_infringing",
                "actor_risk_at_least": 0.8,
                "providers": ["ebay"],
                "violation_types": ["stolen_photo"],
            },
            "reason": "Authorised dealer at a fair price",
            "guard": {"overturned_at_most": 0.05, "at_least": 20},
        }
    ],
    "screenshot_credits_max": 35,
}

LEAST: Final[Mapping[str, object]] = {
    "brands": [{"name": "Kelvarra"}],
    "searches": {"amazon": {"queries": ["kelvarra bottle"]}},
}


def example_at(location: Sequence[int | str]) -> object | None:
    """The example of the place that a document has there, whatever its own keys; None for none."""
    found: object = EVERY_FIELD
    for part in location:
        if isinstance(found, list):
            found = found[0]
        elif isinstance(found, Mapping) and part in found:
            found = found[part]
        elif isinstance(found, Mapping) and found and _is_map(found):
            found = next(iter(found.values()))
        else:
            return None
    return found


def _is_map(found: Mapping[str, object]) -> bool:
    """True where the keys are the client's own words, as under `searches` or `model_floors`."""
    maps = (EVERY_FIELD["searches"], EVERY_FIELD["weights"])
    return found in maps or all(isinstance(value, Mapping) for value in found.values())
