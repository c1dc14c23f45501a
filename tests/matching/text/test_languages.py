"""Every row of every language's table does what its example says, in each of its phrases."""

from __future__ import annotations

import pytest

from infringement_dagster.domain.client import Brand
from infringement_dagster.matching.text.brand_text import BrandMatcher
from infringement_dagster.matching.text.condition_words import condition_words
from infringement_dagster.matching.text.languages import TABLES
from infringement_dagster.matching.text.languages.table import (
    EXAMPLE_BRAND,
    LANGUAGES,
    LanguageTable,
    Rows,
    examples,
)
from infringement_dagster.matching.text.replica_words import replica_words
from infringement_dagster.matching.text.store_line import brand_of_store_line

MATCHER = BrandMatcher([Brand(EXAMPLE_BRAND)])
CLAIMED_MIN = 0.4  # the scorer's own cut
tables = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.code)


def all_rows(table: LanguageTable) -> list[Rows]:
    plain: list[Rows] = [
        table.refers, table.fits, table.prepositions, table.companions, table.refers_after,
        table.accessories, table.purposes, table.praises, table.harmless, table.denials,
        table.denials_after,
    ]  # fmt: skip
    return [*plain, *table.conditions.values(), *table.replicas.values()]


def claimed(title: str) -> float:
    uses = MATCHER.find(title)
    assert uses, f"no brand in {title!r}"
    return uses[0].strength * (1 - uses[0].nominative)


def test_every_language_has_one_table() -> None:
    assert sorted(table.code for table in TABLES) == sorted(LANGUAGES)


@tables
def test_every_example_holds_a_phrase_of_its_row(table: LanguageTable) -> None:
    for given in all_rows(table):
        for row, example in given.items():
            held = [phrase for phrase in row.split(" | ") if phrase in example.casefold()]
            assert held, (row, example)


@tables
def test_references_claim_nothing(table: LanguageTable) -> None:
    for rows in (
        table.refers,
        table.fits,
        table.prepositions,
        table.companions,
        table.refers_after,
        table.accessories,
    ):
        for phrase, example in examples(rows):
            assert claimed(example) < CLAIMED_MIN, (phrase, example)


@tables
def test_a_purpose_leaves_the_brand_claimed(table: LanguageTable) -> None:
    for rows in (table.purposes, table.praises):
        for phrase, example in examples(rows):
            assert claimed(example) >= CLAIMED_MIN, (phrase, example)


@tables
def test_conditions_are_read(table: LanguageTable) -> None:
    assert set(table.conditions) == {
        "used", "refurbished", "for_parts", "open_box", "new_with_tags", "lot", "bundle",
    }  # fmt: skip
    for condition, rows in table.conditions.items():
        for phrase, example in examples(rows):
            found = {word.condition for word in condition_words(example)}
            assert condition in found, (phrase, example)


@tables
def test_replica_words_are_read(table: LanguageTable) -> None:
    assert {"admits_copy", "likens", "quality_grade"} <= set(table.replicas)
    for group, rows in table.replicas.items():
        for phrase, example in examples(rows):
            assert group in {word.group for word in replica_words(example)}, (phrase, example)


@tables
def test_harmless_and_denied_words_admit_nothing(table: LanguageTable) -> None:
    for rows in (table.harmless, table.denials, table.denials_after):
        for phrase, example in examples(rows):
            assert not replica_words(example), (phrase, example)
            assert not condition_words(example), (phrase, example)


@tables
def test_store_lines_name_the_brand(table: LanguageTable) -> None:
    assert table.store_lines
    for line in table.store_lines.values():
        assert brand_of_store_line(line) == EXAMPLE_BRAND


def test_a_line_of_no_known_form_stays() -> None:
    assert brand_of_store_line(" Oak & Finch ") == "Oak & Finch"
    assert brand_of_store_line("") == ""
