"""What is typed into the search box, read as words and ids."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.search.sought import read_sought


@pytest.mark.parametrize(
    ("typed", "listing_id"),
    [
        ("B0CX23V2ZK", "B0CX23V2ZK"),
        ("https://www.amazon.com/Kelvarra-Jug/dp/B0CX23V2ZK?tag=1&x=2", "B0CX23V2ZK"),
        ("https://www.ebay.com/itm/204512345678#shipping", "204512345678"),
        ("  v1|204512345678|0  ", "v1|204512345678|0"),
    ],
)
def test_an_id_is_read_alone_and_out_of_an_address(typed: str, listing_id: str) -> None:
    assert listing_id in read_sought(typed).listing_ids


@given(st.uuids(), st.integers(min_value=8, max_value=32))
def test_first_digits_stand_for_all_ids_that_begin_so(whole: UUID, digits: int) -> None:
    for typed in (whole.hex[:digits], whole.hex[:digits].upper() + "..."):
        ids = read_sought(typed).ids
        assert ids is not None
        assert ids.low <= whole <= ids.high
        assert (ids.high.int - ids.low.int + 1) == 16 ** (32 - digits)


@pytest.mark.parametrize("typed", ["d484b04", "kelvarra jug", "", "d484b04z0"])
def test_other_texts_are_no_beginning_of_an_id(typed: str) -> None:
    assert read_sought(typed).ids is None


@pytest.mark.parametrize(
    ("typed", "is_enough"), [("", False), (" ju ", False), ("jug", True), ("水筒", True)]
)
def test_two_letters_are_a_word_in_some_languages_only(typed: str, *, is_enough: bool) -> None:
    assert read_sought(typed).is_enough is is_enough


@given(st.text())
def test_whatever_is_typed_is_read(typed: str) -> None:
    sought = read_sought(typed)
    assert sought.text == " ".join(typed.split())
    assert sought.listing_ids[0] == sought.text
