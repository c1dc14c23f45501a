"""Words by which a text admits something, with what takes them back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Generic

from infringement_dagster.matching.text.languages import TABLES
from infringement_dagster.matching.text.languages.table import phrases
from infringement_dagster.matching.text.phrases import FoundPhrase, Meaning, TextPhrases


class _Silence(Enum):
    """A phrase that admits nothing, or takes back what its neighbour admits."""

    HARMLESS = "harmless"
    DENIAL = "denial"
    DENIAL_AFTER = "denial after"


_REACH_CHARS = 2  # between a denial and the word it takes back: a space and a sign


class Admissions(Generic[Meaning]):
    """Finds admitting words of all languages, without those denied or harmless."""

    def __init__(self, meanings: Iterable[tuple[str, Meaning]]) -> None:
        told: list[tuple[str, Meaning | _Silence]] = list(meanings)
        for table in TABLES:
            told += [(phrase, _Silence.HARMLESS) for phrase in phrases(table.harmless)]
            told += [(phrase, _Silence.DENIAL) for phrase in phrases(table.denials)]
            told += [(phrase, _Silence.DENIAL_AFTER) for phrase in phrases(table.denials_after)]
        self._phrases: TextPhrases[Meaning | _Silence] = TextPhrases(told)

    def find(self, text: str) -> Iterator[tuple[Meaning, str]]:
        """The admissions of the text, each with its phrase of the tables, in order."""
        found = self._phrases.find(text)
        for at, phrase in enumerate(found):
            if not _is_denied(found, at):
                for meaning in phrase.meanings:
                    if not isinstance(meaning, _Silence):
                        yield meaning, phrase.phrase


def _is_denied(found: Sequence[FoundPhrase[Meaning | _Silence]], at: int) -> bool:
    phrase = found[at]
    if at and _touch(found[at - 1], phrase) and _says(found[at - 1], _Silence.DENIAL):
        return True
    if at + 1 == len(found) or not _touch(phrase, found[at + 1]):
        return False
    return _says(found[at + 1], _Silence.DENIAL_AFTER)


def _says(phrase: FoundPhrase[Meaning | _Silence], silence: _Silence) -> bool:
    return any(meaning is silence for meaning in phrase.meanings)


def _touch(first: FoundPhrase[Meaning | _Silence], second: FoundPhrase[Meaning | _Silence]) -> bool:
    return 0 <= second.start - first.end <= _REACH_CHARS
