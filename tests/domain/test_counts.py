from __future__ import annotations

import pytest

from infringement_dagster.domain.counts import (
    ItemCounts,
    ItemOutcome,
    count_items,
    end_state,
    read_counts,
)

NOT_STORED = [
    ItemOutcome("row 1", "skipped", "no_listing_id"),
    ItemOutcome("row 2", "skipped", "no_listing_id"),
    ItemOutcome("page 3", "failed", "timed_out"),
]


def test_counts_name_their_reasons() -> None:
    counts = count_items(5, 2, NOT_STORED)
    assert (counts.skipped, counts.failed, counts.add_up) == (2, 1, True)
    assert counts.reasons == (("skipped: no_listing_id", 2), ("failed: timed_out", 1))


def test_a_lost_item_does_not_add_up() -> None:
    assert not count_items(6, 2, NOT_STORED).add_up


def test_counts_survive_their_document() -> None:
    counts = count_items(5, 2, NOT_STORED)
    read = read_counts({"raw_listings": counts.as_document(), "other": "not counts"})
    assert read == {"raw_listings": ItemCounts(5, 2, 2, 1)}


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ({"raw_listings": ItemCounts(3, 3, 0, 0)}, "succeeded"),
        ({"raw_listings": ItemCounts(3, 1, 2, 0)}, "succeeded"),
        ({"raw_listings": ItemCounts(3, 2, 0, 1)}, "partial"),
        ({"raw_listings": ItemCounts(2, 0, 0, 2)}, "failed"),
        (
            {"raw_listings": ItemCounts(3, 3, 0, 0), "image_hashes": ItemCounts(2, 0, 0, 2)},
            "partial",
        ),
        ({}, "succeeded"),
    ],
)
def test_a_run_ends_by_what_its_steps_counted(counts: dict[str, ItemCounts], state: str) -> None:
    assert end_state({asset: step.as_document() for asset, step in counts.items()}) == state
