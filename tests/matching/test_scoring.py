from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import astuple, replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from infringement_dagster.cli.matching.drawn_edits.overprints import lettered
from infringement_dagster.domain.case import should_flag
from infringement_dagster.domain.client import Brand, ClientConfig, PriceFloor
from infringement_dagster.domain.listing import Listing, Price, Seller
from infringement_dagster.domain.score import BrandRead, Score, Shown, Signal, Unavailable
from infringement_dagster.matching.combination import logit
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.corners.points import (
    BothWays,
    CornerPoints,
    extract_both_ways,
    extract_points,
)
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.matching.signal_table import COLD_START
from tests.support.photos import encoded, product

CONFIG = ClientConfig(
    version=1,
    brands=(Brand("Veldora", price_floor=PriceFloor(Decimal(80), "USD")),),
    searches={},
    allowed_sellers=("Veldora Official",),
)
OURS = product(20)


def photo(image: Image.Image, name: str = "p") -> Photo:
    return Photo(name, hash_photo(encoded(image, quality=80)))


def pointed(image: Image.Image, name: str) -> Photo:
    points = extract_points(encoded(image))
    assert isinstance(points, CornerPoints)
    return replace(photo(image, name), points=points)


def pointed_reference(image: Image.Image, name: str = "r1") -> Reference:
    points = extract_both_ways(encoded(image))
    assert isinstance(points, BothWays)
    return Reference(name, photo(image, f"photo of {name}"), "Veldora", points)


SCORER = Scorer(CONFIG, [Reference("r1", photo(OURS), "Veldora")])


def listing(title: str, price: str | None = "85", seller: str | None = "someone") -> Listing:
    cost = None if price is None else Price(Decimal(price), Decimal(price), "USD")
    who = None if seller is None else Seller(seller)
    return Listing("ebay", "1", title, "https://example.com/1", price=cost, seller=who)


def flagged(score: Score) -> bool:
    return should_flag(score, CONFIG.thresholds)


COPY = photo(ImageOps.expand(OURS.resize((400, 400)), 30, "white"), "copy")
OTHER = photo(product(21), "other")


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        (listing("Veldora trail bottle 32 oz", "29"), COPY),
        (listing("Veldorra trail bottle 32 oz", "29"), OTHER),
        (listing("Trail bottle 32 oz steel", "29"), COPY),
        (listing("Ve1d0ra bottle", "80"), COPY),
        (listing("Veldora bottle replica 1:1", "70"), OTHER),
    ],
)
def test_flags_copies_and_disguises(item: Listing, shown: Photo) -> None:
    score = SCORER.score(item, [shown])
    assert flagged(score), score
    assert not score.calibrated


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        (listing("Veldora trail bottle 32 oz", seller="veldora official"), COPY),
        (listing("Veldora trail bottle 32 oz", "20", seller="Veldora Official"), COPY),
        (listing("Veldora trail bottle 32 oz", seller=None), COPY),
        (listing("Silicone sleeve compatible with Veldora 32 oz", "9"), OTHER),
        (listing("Replacement lid for Veldora bottle", "7"), OTHER),
        (listing("Garden hose 20 m", "15"), OTHER),
    ],
)
def test_leaves_the_lawful_alone(item: Listing, shown: Photo) -> None:
    score = SCORER.score(item, [shown])
    assert not flagged(score), score


def test_missing_evidence_is_unavailable_with_a_reason() -> None:
    score = SCORER.score(listing("Veldora", None, None), [])
    missing = {s.name: s.value for s in score.signals if isinstance(s.value, Unavailable)}
    assert {"image_hash", "low_price", "allowed", "used_condition"} <= set(missing)
    assert all(value.reason for value in missing.values())


def test_contributions_add_up_to_the_log_odds() -> None:
    score = SCORER.score(listing("Veldora bottle", "40"), [COPY])
    total = logit(COLD_START.combine({}, {}).probability) + sum(
        s.contribution for s in score.signals
    )
    assert 1 / (1 + math.exp(-total)) == pytest.approx(score.probability)


def test_a_photo_signal_says_which_photo_shows_which_reference_and_where() -> None:
    inset = Image.new("RGB", (480, 480), "grey")
    inset.paste(OURS.resize((240, 240)), (240, 0))
    theirs, other = pointed(inset, "theirs"), pointed(product(5), "other")
    score = Scorer(CONFIG, [pointed_reference(OURS)]).score(listing(""), [other, theirs])
    seen = score.basis_of("image_local")
    assert isinstance(seen, Shown)
    assert (seen.photo_id, seen.reference_id) == ("theirs", "r1")
    assert seen.reference_sha256 == "photo of r1"
    assert seen.region is not None
    assert astuple(seen.region) == pytest.approx((0.5, 0.0, 1.0, 0.5), abs=0.03)


@pytest.mark.parametrize("edit", [lambda image: image, ImageOps.mirror])
def test_a_negative_of_a_reference_is_that_photo(
    edit: Callable[[Image.Image], Image.Image],
) -> None:
    scorer = Scorer(
        CONFIG, [pointed_reference(product(seed), f"r{seed}") for seed in range(18, 24)]
    )
    theirs = pointed(ImageOps.invert(edit(OURS)), "negative")
    score = scorer.score(listing("steel mug"), [theirs])
    assert flagged(score), score
    seen = score.basis_of("image_local")
    assert isinstance(seen, Shown)
    assert seen.reference_id == "r20"
    (signal,) = (signal for signal in score.signals if signal.name == "image_local")
    assert "as a negative" in signal.explanation
    other = scorer.score(listing("steel mug"), [pointed(ImageOps.invert(product(40)), "other")])
    assert not flagged(other)


@pytest.mark.parametrize("edit", [lambda image: image, ImageOps.mirror])
def test_a_reference_under_lines_of_letters_is_seen(
    edit: Callable[[Image.Image], Image.Image],
) -> None:
    references = [pointed_reference(product(seed), f"r{seed}") for seed in range(18, 24)]
    scorer = Scorer(CONFIG, references)
    rng = np.random.default_rng(7)
    score = scorer.score(listing("steel mug"), [pointed(lettered(edit(OURS), rng), "lettered")])
    assert flagged(score), score
    seen = score.basis_of("image_local")
    assert isinstance(seen, Shown)
    assert seen.reference_id == "r20"
    other = pointed(lettered(edit(product(40)), rng), "other")
    assert not flagged(scorer.score(listing("steel mug"), [other]))


def test_a_hash_of_what_is_within_the_border_says_where_that_is() -> None:
    close = OURS.crop((100, 100, 380, 380))  # without a border of its own
    inset = Image.new("RGB", (480, 480), "grey")
    inset.paste(close.resize((240, 240)), (120, 60))
    scorer = Scorer(CONFIG, [pointed_reference(close)])
    told: dict[str, Signal] = {}
    for name, image in (("inset", inset), ("whole", close)):
        score = scorer.score(listing(""), [pointed(image, name)])
        (told[name],) = (signal for signal in score.signals if signal.name == "image_hash")
    assert all(signal.is_match for signal in told.values())
    seen, whole = told["inset"].basis, told["whole"].basis
    assert isinstance(seen, Shown)
    assert isinstance(whole, Shown)
    assert whole.region is None
    assert "border" not in told["whole"].explanation
    assert seen.region is not None
    assert astuple(seen.region) == pytest.approx((0.25, 0.125, 0.75, 0.625), abs=0.02)
    assert "within the photo's border" in told["inset"].explanation


@pytest.mark.parametrize(
    ("title", "text", "start"),
    [
        ("New Veldora bottle", "Veldora", 4),
        ("Bottle by V\u0435ld\u03bfra, steel", "V\u0435ld\u03bfra,", 10),
        ("Steel  (replica)   VELD0RA bottle", "VELD0RA", 19),
    ],
)
def test_the_words_read_as_the_brand_are_kept_as_the_title_writes_them(
    title: str, text: str, start: int
) -> None:
    read = SCORER.score(listing(title), []).basis_of("brand_use")
    assert isinstance(read, BrandRead)
    assert (read.brand, read.text, read.start, read.field) == ("Veldora", text, start, "title")
    assert title[start : start + len(text)] == text


def test_the_floor_is_kept_even_where_the_price_could_not_be_compared() -> None:
    floor = SCORER.score(listing("Veldora", None), []).basis_of("low_price")
    assert isinstance(floor, PriceFloor)
    assert (floor.amount, floor.currency) == (Decimal(80), "USD")


def test_a_signal_of_nothing_does_not_state_its_opposite_as_fact() -> None:
    score = SCORER.score(listing("Steel bottle", "40"), [photo(product(5), "other")])
    said = {
        signal.name: signal.explanation
        for signal in score.signals
        if not isinstance(signal.value, Unavailable) and signal.value < 0.01
    }
    for name in ("brand_use", "misspelling", "stolen_photo", "keyword_squat", "fraud_terms"):
        assert "found" in said[name], said[name]


def test_weight_zero_silences_a_signal() -> None:
    item = listing("Veldora bottle", "20")
    quiet = Scorer(replace(CONFIG, weights={"low_price": 0.0}), [])
    loud = Scorer(CONFIG, [])
    assert quiet.score(item, []).probability < loud.score(item, []).probability
    silenced = next(s for s in quiet.score(item, []).signals if s.name == "low_price")
    assert silenced.contribution == 0


@given(st.integers(1, 200), st.integers(1, 200))
def test_a_lower_price_never_lowers_the_score(one: int, other: int) -> None:
    low, high = sorted((one, other))
    cheap = SCORER.score(listing("Veldora", str(low)), []).probability
    assert cheap >= SCORER.score(listing("Veldora", str(high)), []).probability


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80), st.decimals(allow_nan=False, allow_infinity=False), st.text())
def test_never_raises_and_stays_a_probability(title: str, price: Decimal, seller: str) -> None:
    item = replace(listing(title, None, seller), price=Price(price, price, "USD"))
    score = SCORER.score(item, [OTHER])
    assert 0 <= score.probability <= 1
    assert all(isinstance(s.value, Unavailable) or 0 <= s.value <= 1 for s in score.signals)
