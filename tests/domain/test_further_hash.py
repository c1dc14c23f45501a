from __future__ import annotations

import re

import pytest

from infringement_dagster.domain.further_hash import (
    FAMILIES,
    FurtherHash,
    further_hash,
    further_hashes,
    is_further_hash,
    name_pattern,
)


@pytest.mark.parametrize("name", [*FAMILIES, "average_hash_16", "whash_32", "colorhash_4"])
def test_a_hash_is_spelt_as_it_was_named(name: str) -> None:
    assert further_hash(name).name == name
    assert is_further_hash(name)
    assert re.search(name_pattern(), name)


def test_the_library_s_own_size_need_not_be_said() -> None:
    assert further_hash("whash_8") == further_hash("whash") == FurtherHash("whash", 8)
    assert further_hashes(("whash", "whash_8")) == (FurtherHash("whash", 8),)
    assert not is_further_hash("whash_8")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wash", "did you mean whash?.*hashes: average_hash, .*, crop_resistant_hash"),
        ("ahash", r"hashes: average_hash"),
        ("", "hashes: average_hash"),
        ("whash_12", r"sizes: 4, 8, 16, 32"),
        ("whash_08", r"sizes: 4, 8, 16, 32"),
        ("whash_१६", "hashes: average_hash"),
        ("average_hash_64", "sizes: 4, 5, "),
        ("crop_resistant_hash_8", "sizes: none"),
        ("x" * 10_000, "hashes: average_hash"),
    ],
)
def test_a_name_that_does_not_exist_is_answered_with_those_that_do(name: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as told:
        further_hash(name)
    assert len(str(told.value)) < 400
    assert not is_further_hash(name)
    assert not re.search(name_pattern(), name)
