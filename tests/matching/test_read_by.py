"""A scan that a second config reads beside the first is the scan that this config reads alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.domain.score import Score
from infringement_dagster.matching import scan_context as contexts
from infringement_dagster.matching.scan_context import Decided, Key, ScanContext, scan_context
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.scoring.drafts.touched import Seeing, touched_listings
from tests.support.scene import a_listing

BRAND: dict[str, Any] = {
    "name": "Veldora",
    "misspellings": ["Veldorra"],
    "models": ["Ridge 500"],
    "categories": ["bottle", "mug"],
    "price_floor": {"amount": "28", "currency": "EUR"},
}
SAVED: dict[str, Any] = {
    "brands": [BRAND],
    "searches": {"ebay": {"queries": ["veldora"]}},
    "fraud_terms": ["replica"],
}
CHANGES: tuple[dict[str, Any], ...] = (
    {"fraud_terms": ["replica", "super copy"]},
    {"fraud_terms": ["steel", "replica"]},
    {"fraud_terms": []},
    {"false_hits": ["Veldorra"]},
    {"allowed_sellers": ["Mugs4U"]},
    {"allowed_listing_ids": ["3"]},
    {"searches": {"ebay": {"queries": ["veldora"], "marketplace": "de"}}},
    *(
        {"brands": brands}
        for brands in (
            [{**BRAND, "misspellings": ["Veldorra", "Brastatt"]}],
            [{**BRAND, "misspellings": []}],
            [{**BRAND, "aliases": ["Olvette"]}],
            [{**BRAND, "models": ["Ridge 500", "mug"]}],
            [{**BRAND, "categories": ["bottle", "mug", "lid"]}],
            [{**BRAND, "price_floor": {"amount": "20", "currency": "EUR"}}],
            [BRAND, {"name": "Brastad", "categories": ["mug"]}],
            [{**BRAND, "name": "Olvette", "misspellings": []}],
        )
    ),
)
CONFIGS = st.sampled_from([{}, *CHANGES]).flatmap(
    lambda first: st.sampled_from(CHANGES).map(lambda second: {**SAVED, **first, **second})
)
WORDS = (
    *("Veldora", "Veldorra", "veld0ra", "#veldora", "for Veldora", "Brastad", "Olvette", "Nike"),
    *("bottle", "mug", "lid", "Ridge 500", "steel", "blue", "new", "used"),
    *("replica", "no replica", "super copy", "1:1", "2 pcs", "777"),
)
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)


@st.composite
def listings(draw: st.DrawFn) -> list[Listing]:
    """Of few sellers, so that they bear on each other."""
    found = []
    for number in range(draw(st.integers(1, 8))):
        seller, amount = draw(st.sampled_from(("mugs4u", "zen", None))), draw(st.integers(0, 60))
        row = replace(
            a_listing(f"{number}", title=draw(TEXTS)),
            description=draw(st.one_of(st.none(), TEXTS)),
            brand=draw(st.sampled_from((None, "Veldora", "Brastad", "Unbranded"))),
            seller=Seller(seller) if seller else None,
            price=Price(Decimal(amount), Decimal(amount), "EUR") if amount else None,
        )
        found.append(row)
    return found


def config(document: dict[str, Any]) -> ClientConfig:
    return read_client_config("veldora", 1, document)


def scores(scorer: Scorer, scan: ScanContext, some: Sequence[Listing]) -> list[Score]:
    return [scorer.score(listing, (), scan.of(listing)) for listing in some]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=CONFIGS, second=CONFIGS, some=listings(), kept=st.sampled_from((1, 10_000)))
def test_a_scan_read_beside_another_config_is_the_scan_read_alone(
    first: dict[str, Any],
    second: dict[str, Any],
    some: list[Listing],
    kept: int,
) -> None:
    before, after = (Scorer(config(document), ()) for document in (first, second))
    photo_ids: dict[Key, list[str]] = {(item.provider, item.listing_id): ["a"] for item in some[:4]}
    decided = {"zen": Decided(2, 1)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contexts, "_READINGS_MAX", kept)
        old = scan_context(before.reader, some, decided, photo_ids)
        beside = old.read_by(after.reader, some)
        alone = scan_context(after.reader, some, decided, photo_ids)
        assert beside.readings_of(some) == alone.readings_of(some)
        assert [beside.of(item) for item in some] == [alone.of(item) for item in some]
        assert scores(after, beside, some) == scores(after, alone, some)
        touched = touched_listings(Seeing(before, old), Seeing(after, beside), some)
        was, will = scores(before, old, some), scores(after, alone, some)
        findings = zip(some, was, will, strict=True)
        changed = {item.listing_id for item, left, right in findings if left != right}
        assert changed <= touched


def test_a_term_that_no_listing_holds_touches_none_and_one_that_some_hold_touches_those() -> None:
    some = [
        a_listing(f"{at}", title=t) for at, t in enumerate(("Veldora mug", "Veldora steel mug"))
    ]
    before = Scorer(config(SAVED), ())
    old = scan_context(before.reader, some)
    for term, touched in (("superfake", set()), ("steel", {"1"})):
        after = Scorer(config({**SAVED, "fraud_terms": ["replica", term]}), ())
        new = old.read_by(after.reader, some)
        assert touched_listings(Seeing(before, old), Seeing(after, new), some) == touched
        assert all(map(new.bears_alike, some))


def sold(number: int, title: str, seller: str) -> Listing:
    price = Price(Decimal(30 + number), Decimal(30 + number), "EUR")
    return replace(a_listing(f"{number}", title=title), seller=Seller(seller), price=price)


@pytest.mark.parametrize(
    ("titles", "change"),
    [
        (["garden hose", "water hose"], {"allowed_sellers": ["seller 1"]}),
        (
            [
                "Veldora flask amber crane lid",
                "Veldora flask mossy heron cap",
                "Veldora flask dusky finch cup",
            ],
            {"brands": [{**BRAND, "categories": ["bottle", "mug", "flask"]}]},
        ),
    ],
)
def test_what_only_the_rest_of_the_scan_tells_is_seen_anew(
    titles: list[str], change: dict[str, Any]
) -> None:
    some = [sold(at, title, f"seller {at}") for at, title in enumerate(titles)]
    before, after = (Scorer(config({**SAVED, **more}), ()) for more in ({}, change))
    photo_ids: dict[Key, list[str]] = {(item.provider, item.listing_id): ["a"] for item in some}
    old = scan_context(before.reader, some, photo_ids=photo_ids)
    alone = scan_context(after.reader, some, photo_ids=photo_ids)
    assert old.of(some[0]) != alone.of(some[0])
    assert old.read_by(after.reader, some).of(some[0]) == alone.of(some[0])
