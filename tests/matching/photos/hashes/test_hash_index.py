from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.matching.photos.hashes.hash_index import HashIndex

HASHES = st.lists(st.integers(0, 2**256 - 1), min_size=1, max_size=40)


@given(HASHES, st.integers(0, 2**256 - 1))
def test_distances_are_hamming_distances(kept: list[int], asked: int) -> None:
    index = HashIndex([f"{value:064x}" for value in kept])
    distances = index.distances_bits(f"{asked:064x}").tolist()
    assert distances == [(value ^ asked).bit_count() for value in kept]


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_distance_is_symmetric(one: int, other: int) -> None:
    there = HashIndex([f"{one:016x}"]).distances_bits(f"{other:016x}")
    back = HashIndex([f"{other:016x}"]).distances_bits(f"{one:016x}")
    assert there.tolist() == back.tolist()


@pytest.mark.parametrize("size", [1, 40, 9_000, 40_000])
def test_many_hashes_are_compared_as_each_alone(size: int) -> None:
    index = HashIndex([f"{7**80 * value % 2**128:032x}" for value in range(size)])
    asked = [f"{5**50 * value % 2**128:032x}" for value in range(500 if size <= 40 else 5)]
    together = index.distances_many(asked).tolist()
    assert together == [index.distances_bits(item).tolist() for item in asked]
    assert index.distances_many([]).shape == (0, size)


def test_blocks_join_without_a_seam() -> None:
    kept = list(range(40_000))
    index = HashIndex([f"{value:016x}" for value in kept])
    assert index.distances_bits(f"{5:016x}").tolist() == [(v ^ 5).bit_count() for v in kept]


@pytest.mark.parametrize("length", [16, 64])
def test_empty_index_has_no_distances(length: int) -> None:
    assert HashIndex([]).distances_bits("0" * length).tolist() == []
