from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.matching.text.condition_words import condition_words
from infringement_dagster.matching.text.replica_words import (
    LIKELIHOOD_RATIOS,
    catalogue_style,
    likelihood_ratio,
    replica_words,
)


@pytest.mark.parametrize(
    ("title", "group"),
    [
        ("Sac Veldora contrefaçon", "admits_copy"),
        ("Veldora rерlica bag", "admits_copy"),  # Cyrillic e and p
        ("Veldora REPLICA", "admits_copy"),
        ("Veldora 1：1 スーパーコピー", "seller_code"),
        ("Veldora Tee (14+ colorways) [Premium Quality]", "quality_grade"),
    ],
)
def test_replica_words_are_read_however_they_are_written(title: str, group: str) -> None:
    assert group in {word.group for word in replica_words(title)}


@pytest.mark.parametrize(
    "title",
    [
        "not a replica: genuine Veldora",
        "Veldora torch with 3 AAA batteries",
        "1:18 model car",
        "faux fur coat",
        "Veldora official replica jersey",
        "Ersatzdeckel, keine Fälschung",
        "",
    ],
)
def test_words_that_admit_nothing(title: str) -> None:
    assert replica_words(title) == ()


def test_a_clients_own_terms_come_first() -> None:
    words = replica_words("Veldora Klon, Nachbau", ("klon", "", "копия"))
    assert [word.group for word in words] == ["client_term", "admits_copy"]
    assert words[0].phrase == "klon"
    assert replica_words("лучшая копия", ("копия",))[0].group == "client_term"


def test_groups_multiply_up_to_a_bound() -> None:
    one, several = replica_words("replica"), replica_words("1:1 replica, mirror quality")
    assert likelihood_ratio(()) == 1
    assert likelihood_ratio(one) == LIKELIHOOD_RATIOS["admits_copy"]
    assert likelihood_ratio(one) < likelihood_ratio(several) <= 100


@pytest.mark.parametrize("title", ['Air Veldora 4 "Oreo"', "Veldora Hearts Rings", "Veldora Tees"])
def test_replica_catalogues_have_a_style(title: str) -> None:
    word = catalogue_style(title)
    assert word is not None
    assert word.likelihood_ratio < LIKELIHOOD_RATIOS["admits_copy"]


@pytest.mark.parametrize(
    "title",
    ['Veldora trading cards (2.5" x 3.5")', "Veldora hoodie for men, size L", "Veldora 2", ""],
)
def test_ordinary_titles_have_no_catalogue_style(title: str) -> None:
    assert catalogue_style(title) is None


@pytest.mark.parametrize(
    ("title", "conditions"),
    [
        ("Veldora jacket, never used", []),
        ("oil used for Veldora tools", []),
        ("Veldora Jacke gebraucht, Konvolut", ["used", "lot"]),
        ("Pre-Owned Veldora", ["used"]),
        ("Veldora куртка б/у", ["used"]),
        ("Veldora kids 6Y", []),  # Russian "бу" looks like it
        ("Veldora 미개봉", []),
        ("", []),
    ],
)
def test_conditions_of_a_title(title: str, conditions: list[str]) -> None:
    assert [word.condition for word in condition_words(title)] == conditions


@given(st.text())
def test_no_text_raises(text: str) -> None:
    condition_words(text)
    replica_words(text, (text,))
    catalogue_style(text)
