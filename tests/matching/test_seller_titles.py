"""Titles of one seller beside each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.matching.seller_titles import SellerTitles

WORDS = st.lists(
    st.sampled_from(["mug", "jug", "lid", "pot", "cup", "pan", "lamp", "rug", "12", "3.5"]),
    min_size=1,
)
SHARE = 0.7  # of all words


def titles_of(*titles: str, seller: str = "mugs4u") -> SellerTitles:
    known = SellerTitles()
    for title in titles:
        known.add(seller, title)
    return known


def test_titles_that_differ_in_numbers_and_a_word_follow_one_template() -> None:
    known = titles_of(
        "Steel bottle 500 ml blue leakproof new", "Steel bottle 750 ml pink leakproof new", "A rug"
    )
    assert known.alike("mugs4u", "Steel bottle 500 ml blue leakproof new") == 1
    assert known.alike("mugs4u", "A rug") == 0
    assert known.alike("somebody else", "A rug") == 0


def test_the_same_words_are_repeated_whatever_their_signs() -> None:
    known = titles_of("Steel Bottle, 500 ml", "steel bottle 500 ml!", "Steel bottle 750 ml")
    assert known.repeated("mugs4u", "Steel bottle (500 ml)") == 1
    assert known.repeated("somebody else", "Steel bottle 500 ml") == 0


@given(st.lists(WORDS, min_size=1, max_size=30))
def test_as_many_are_alike_as_sets_of_words_would_tell(given_titles: list[list[str]]) -> None:
    titles = [" ".join(words) for words in given_titles]
    sets = [{"#" if word[0].isdigit() else word for word in words} for words in given_titles]
    known = titles_of(*titles)
    for title, own in zip(titles, sets, strict=True):
        near = sum(len(own & other) >= SHARE * len(own | other) for other in sets)
        assert known.alike("mugs4u", title) == near - 1
