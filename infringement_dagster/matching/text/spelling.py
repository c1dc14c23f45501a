"""How surely one word is a disguised spelling of another."""

from __future__ import annotations

from typing import Literal

from infringement_dagster.matching.text.normal_text import look_alike

SpellingKind = Literal["look_alike", "misspelt"]

EDITS_MAX = 2
_LENGTH_MIN = 3  # two letters and an edit are any word at all
_LOOK_ALIKE = 0.93
_LOOK_ALIKE_SHORT = 0.7  # "b1c" may be a part number
_LOOK_ALIKE_ABBREVIATION = 0.35  # "gbe" is no GBC but beside what the brand makes
_FIRST_LETTER_PENALTY = 0.05  # people and copycats keep the first letter
_DIGIT_PENALTY = 0.2
_DOUBT = 0.6
# One edit of four letters ("Nkie"): below 1% of other makers' titles hold such a word that is no
# everyday one.
_SHORT_LETTERS, _DOUBT_SHORT = 4, 0.85
_SECOND_EDIT_MIN_LENGTH = 5


def allowance_edits(key: str) -> int:
    """How many edits may still read as the same word: none below 3 letters, one below 5, else 2."""
    if len(key) < _LENGTH_MIN:
        return 0
    return 1 if len(key) < _SECOND_EDIT_MIN_LENGTH else EDITS_MAX


def disguise(key: str, word: str, edits: int, seen_edits: int) -> tuple[SpellingKind, float] | None:
    """The kind and strength, from 0 to 1, of `word` as a spelling of `key`; None when too far.

    `edits` is the optimal string alignment distance of the words as they are written,
    `seen_edits` that of their look-alike forms. Falls with both and rises with the length.
    """
    if word.isdigit():
        return None  # "133" is no Lee
    if seen_edits == 0 and edits > 0:
        return "look_alike", _look_alike_strength(key, word)
    effort = (edits + min(edits, seen_edits)) / 2  # a look-alike letter is half an edit
    if effort > allowance_edits(key):
        return None
    strength = 0.97 - 1.7 * effort / len(key)
    if word[:1] != key[:1] and look_alike(word)[:1] != look_alike(key)[:1]:
        strength -= _FIRST_LETTER_PENALTY * max(1, effort)
    if len(key) <= _SHORT_LETTERS and any(letter.isdigit() for letter in word):
        # "30m" is a length, "2pc" a count; beside four letters a digit is less often one.
        strength -= _DIGIT_PENALTY if len(key) < _SHORT_LETTERS else _DIGIT_PENALTY / 3
    if effort > _sure_edits(key):
        strength *= (
            _DOUBT_SHORT if len(key) == _SHORT_LETTERS and effort <= 1 else _DOUBT
        )  # far enough to be a name of its own: no identity on its own
    return "misspelt", max(0.05, strength)


def _look_alike_strength(key: str, word: str) -> float:
    if len(key) > _LENGTH_MIN:
        return _LOOK_ALIKE
    return _LOOK_ALIKE_ABBREVIATION if word.isalpha() else _LOOK_ALIKE_SHORT


def _sure_edits(key: str) -> int:
    """How many edits are still clearly the same name: none below 5 letters, one up to 8, two."""
    return 0 if len(key) < 5 else 1 if len(key) <= 8 else 2
