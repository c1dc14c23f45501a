"""Hashes found by their bands: none within the limit is missed, none beyond it is told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.groups.likeness import SAME_PHOTO_BITS
from infringement_dagster.matching.groups.near_hashes import NearHashes

HASHES = st.integers(0, 2**256 - 1)
FLIPS = st.sets(st.integers(0, 255), max_size=40)


@given(HASHES, st.lists(FLIPS, max_size=8), st.lists(HASHES, max_size=4))
def test_all_within_the_limit_are_found_and_nothing_else(
    hashed: int, edits: list[set[int]], others: list[int]
) -> None:
    index = NearHashes()
    edited = [hashed ^ sum(1 << bit for bit in flips) for flips in edits]
    for value in [*edited, hashed, *others]:
        index.add(value)
    expected = {
        value
        for value in (*edited, hashed, *others)
        if (value ^ hashed).bit_count() <= SAME_PHOTO_BITS
    }
    found = index.near(hashed)
    assert set(found) == expected
    assert len(found) == len(expected)


def test_a_band_that_differs_in_one_bit_everywhere_is_found() -> None:
    """31 bits over 16 bands, two in each but one: the hardest that there is."""
    index = NearHashes()
    index.add(0)
    hardest = sum(0b11 << 16 * band for band in range(15)) | (1 << 240)
    index.add(hardest)
    assert set(index.near(0)) == {0, hardest}
