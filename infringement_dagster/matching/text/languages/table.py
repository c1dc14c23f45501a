"""The shape of one language's table of phrases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Language = Literal[
    "en", "de", "fr", "es", "it", "nl", "pl", "sv", "tr", "pt", "ja", "zh", "ko", "ar", "ru",
]  # fmt: skip
LANGUAGES: tuple[Language, ...] = get_args(Language)

Condition = Literal[
    "used", "refurbished", "for_parts", "open_box", "new_with_tags", "lot", "bundle"
]  # fmt: skip
ReplicaGroup = Literal["admits_copy", "likens", "quality_grade", "seller_code"]

# Phrases that mean the same, parted by " | ", with an example that holds one of them.
Rows = Mapping[str, str]
EXAMPLE_BRAND = "Veldora"  # the brand that the examples name


@dataclass(frozen=True, slots=True)
class LanguageTable:
    """The phrases of one language; every row has an example that is a test.

    `refers` before a brand always make it a mere reference, `fits` do unless a purpose stands
    between, `prepositions` do directly before the brand or after an accessory, `companions`
    ("with") less surely. `purposes` are whom, what for and in which size: "for men", "fits true to
    size"; `praises` before a preposition speak of a purpose too. `harmless` phrases hold a word of
    another row and mean nothing; `denials` before a word of condition or replica take it back, as
    `denials_after` do behind it.
    """

    code: Language
    refers: Rows = field(default_factory=dict)
    fits: Rows = field(default_factory=dict)
    prepositions: Rows = field(default_factory=dict)
    companions: Rows = field(default_factory=dict)
    refers_after: Rows = field(default_factory=dict)
    accessories: Rows = field(default_factory=dict)
    purposes: Rows = field(default_factory=dict)
    praises: Rows = field(default_factory=dict)
    conditions: Mapping[Condition, Rows] = field(default_factory=dict)
    replicas: Mapping[ReplicaGroup, Rows] = field(default_factory=dict)
    harmless: Rows = field(default_factory=dict)
    denials: Rows = field(default_factory=dict)
    denials_after: Rows = field(default_factory=dict)
    store_lines: Rows = field(default_factory=dict)  # "*" stands for the brand


def examples(rows: Rows) -> Iterator[tuple[str, str]]:
    """Each phrase with the row's example, in which it stands for the one that is written there."""
    for row, example in rows.items():
        alternatives = row.split(" | ")
        held = [phrase for phrase in alternatives if phrase.casefold() in example.casefold()]
        shown = re.compile(re.escape(max(held, key=len, default=example)), re.IGNORECASE)
        for phrase in alternatives:
            yield phrase, shown.sub(phrase, example, count=1)


def phrases(rows: Rows) -> Iterator[str]:
    """Every phrase of the rows."""
    for row in rows:
        yield from row.split(" | ")
