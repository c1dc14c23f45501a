from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.client import PriceFloor
from infringement_dagster.domain.score import (
    BrandRead,
    NotRecorded,
    PhotoRead,
    PriceCompared,
    RateUsed,
    Region,
    Score,
    Shown,
    Signal,
    Unavailable,
)
from infringement_dagster.domain.score_document import (
    SignalDocument,
    signal_documents,
    signals_from,
)

SHARES = st.floats(0, 1)
REGIONS = st.none() | st.builds(Region, SHARES, SHARES, SHARES, SHARES)
SHOWN = st.builds(Shown, st.text(), st.text(), REGIONS, st.text() | st.just(NotRecorded()))
READ = st.builds(BrandRead, st.text(), st.text(), st.text(), st.integers(0), st.just("title"))
REGION = st.builds(Region, SHARES, SHARES, SHARES, SHARES)
PHOTO_READ = st.builds(
    PhotoRead, st.text(), st.text(), st.text(), SHARES, st.text(), REGION, st.text()
)
FLOORS = st.builds(PriceFloor, st.decimals(0, 10**6, places=2), st.text())
AMOUNTS = st.decimals(0, 10**6, places=2)
RATES = st.builds(
    RateUsed, st.text(), st.text(), AMOUNTS, st.dates(), source=st.text(), note=st.text()
)
PRICES = st.builds(
    PriceCompared,
    AMOUNTS,
    st.text(),
    st.sampled_from(("floor", "other_offers", "allowed_sellers")),
    st.floats(0, 9),
    st.integers(0, 99),
    st.none() | FLOORS,
    st.lists(RATES, max_size=3).map(tuple),
)
SIGNALS = st.builds(
    Signal,
    st.text(),
    SHARES | st.builds(Unavailable, st.text()),
    st.text(),
    st.floats(-9, 9),
    st.none() | SHOWN | READ | PHOTO_READ | FLOORS | PRICES | st.just(NotRecorded()),
)


@given(st.lists(SIGNALS))
def test_signals_come_back_from_their_document(signals: list[Signal]) -> None:
    kept = json.loads(json.dumps(signal_documents(signals)))
    assert signals_from(kept) == tuple(signals)


def test_documents_of_before_say_that_nothing_was_recorded() -> None:
    old: list[SignalDocument] = [
        {"name": "brand_use", "value": 1.0, "explanation": "", "contribution": 0.5},
        {"name": "low_price", "unavailable": "no price", "explanation": "", "contribution": 0.0},
    ]
    assert [signal.basis for signal in signals_from(old)] == [NotRecorded(), NotRecorded()]


def test_a_photo_named_by_a_document_of_before_is_still_known() -> None:
    old: SignalDocument = {
        "name": "image_local",
        "value": 0.9,
        "explanation": "",
        "contribution": 2.0,
        "shown": {"photo_id": "p", "reference_id": "r", "region": [0.0, 0.25, 0.5, 1.0]},
    }
    (signal,) = signals_from([old])
    assert signal.basis == Shown("p", "r", Region(0.0, 0.25, 0.5, 1.0), NotRecorded())


@pytest.mark.parametrize(("value", "is_match"), [(0.49, False), (0.5, True), (1.0, True)])
def test_a_reference_is_a_match_from_even_odds_on(value: float, is_match: bool) -> None:
    assert Signal("image_local", value, "").is_match is is_match


def test_the_surest_sighting_comes_first_and_what_was_not_computed_is_none() -> None:
    near, sure = Shown("p", "near", None), Shown("p", "sure", None)
    signals = (
        Signal("image_hash", 0.1, "", 0.0, near),
        Signal("image_local", 0.8, "", 0.0, sure),
        Signal("low_price", 1.0, "", 0.0, PriceFloor(Decimal(9), "EUR")),
        Signal("other", Unavailable("no photo"), "", 0.0, near),
    )
    score = Score(0.5, False, "m", signals)
    assert [shown.reference_id for _, shown in score.sightings] == ["sure", "near"]
    assert score.basis_of("never_made") == NotRecorded()
