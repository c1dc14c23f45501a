"""The condition that a title or description claims, in any language."""

from __future__ import annotations

from dataclasses import dataclass

from infringement_dagster.matching.text.admissions import Admissions
from infringement_dagster.matching.text.languages import TABLES
from infringement_dagster.matching.text.languages.table import Condition, phrases


@dataclass(frozen=True, slots=True)
class ConditionWord:
    """A condition and the words that claim it, as they were read."""

    condition: Condition
    phrase: str


_CONDITIONS: Admissions[Condition] = Admissions(
    (phrase, condition)
    for table in TABLES
    for condition, rows in table.conditions.items()
    for phrase in phrases(rows)
)


def condition_words(text: str) -> tuple[ConditionWord, ...]:
    """Each condition that the text claims, once, with its first words; empty when it says none.

    "Never used" and "used for" claim nothing.
    """
    first: dict[Condition, str] = {}
    for condition, phrase in _CONDITIONS.find(text):
        first.setdefault(condition, phrase)
    return tuple(ConditionWord(condition, phrase) for condition, phrase in first.items())
