from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.case import NO_SAMPLE, Draw
from infringement_dagster.domain.client import Sampling
from infringement_dagster.domain.listing import Provider

SCAN = UUID(int=1)
DRAW = Draw("acme", SCAN, "ebay", ("amazon", "ebay", "walmart"))
LISTINGS = [f"B{number:05}" for number in range(1000)]


def test_the_share_of_the_listings_is_drawn_and_each_had_that_chance() -> None:
    sample = DRAW.of(LISTINGS, Sampling())
    assert len(sample.listing_ids) == 20
    assert sample.listing_ids < set(LISTINGS)
    assert sample.chance == 0.02
    drawn = next(iter(sample.listing_ids))
    assert sample.chance_of(drawn) == 0.02
    assert sample.chance_of("unknown") is None


@given(st.sets(st.text(max_size=8)), st.floats(0, 1), st.integers(0, 30))
def test_no_more_is_drawn_than_the_share_or_the_least(
    below: set[str], share: float, least: int
) -> None:
    sample = DRAW.of(below, Sampling(share, least))
    assert len(sample.listing_ids) <= max(share * len(below), least)
    assert sample.listing_ids <= below
    assert (sample.chance is None) == (not sample.listing_ids)
    if sample.listing_ids:
        assert sample.chance == len(sample.listing_ids) / len(below)


@pytest.mark.parametrize("providers", [("ebay",), ("amazon", "ebay"), ("amazon", "ebay", "google")])
def test_the_providers_of_a_scan_share_its_least(providers: tuple[Provider, ...]) -> None:
    draws = [Draw("acme", SCAN, provider, providers) for provider in providers]
    drawn = [len(draw.of(LISTINGS[:40], Sampling()).listing_ids) for draw in draws]
    assert sum(drawn) == 5


def test_a_repeated_step_draws_the_same_in_whatever_order() -> None:
    assert DRAW.of(LISTINGS[::-1], Sampling()) == DRAW.of(LISTINGS, Sampling())


def test_another_scan_or_client_draws_others() -> None:
    drawn = {
        DRAW.of(LISTINGS, Sampling()).listing_ids,
        Draw("acme", UUID(int=2), "ebay", DRAW.providers).of(LISTINGS, Sampling()).listing_ids,
        Draw("other", SCAN, "ebay", DRAW.providers).of(LISTINGS, Sampling()).listing_ids,
    }
    assert len(drawn) == 3


def test_every_listing_is_drawn_about_as_often() -> None:
    below = LISTINGS[:50]
    times = dict.fromkeys(below, 0)
    for number in range(400):
        draw = Draw("acme", UUID(int=number), "ebay", ("ebay",))
        for listing_id in draw.of(below, Sampling(0.1, 0)).listing_ids:
            times[listing_id] += 1
    assert min(times.values()) > 15  # 40 expected; by accident fewer than 15 once in a million
    assert max(times.values()) < 75


def test_sampling_can_be_switched_off() -> None:
    assert DRAW.of(LISTINGS, Sampling(0, 0)).listing_ids == NO_SAMPLE.listing_ids
