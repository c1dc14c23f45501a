"""Lawful mention: "case for iPhone" names a brand without claiming to be of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from infringement_dagster.matching.text.languages import TABLES
from infringement_dagster.matching.text.languages.table import LanguageTable, Rows, phrases
from infringement_dagster.matching.text.phrases import FoundPhrase, PhraseFinder

_Role = Literal[
    "refers", "fits", "preposition", "companion", "accessory", "purpose", "praise", "copy"
]  # fmt: skip
_Words = list[FoundPhrase[_Role]]

_AFTER_STRENGTH = 0.9  # "Acme compatible toner"
_WEAK_STRENGTH = 0.8  # "with": an ingredient more often than a claim
_WEAK_REACH_WORDS = 8  # "for Fujitsu Samsung Dell Acer Asus": a list, not a sentence
# A model or a thing before "compatible".
_GAP = re.compile(r"[\s-]*(?:[\w.+-]+[\s,/]+){0,3}?\w{0,12}")
_UNSPACED_GAP = re.compile(r"[\x00-\x7f]{0,24}")  # only a model in Latin letters before 用
_THING_GAP = re.compile(r" ?\S{1,8}")  # a thing before 用: of it only where a part of it is sold


def _rows_by_role(table: LanguageTable) -> Iterator[tuple[_Role, Rows]]:
    yield "refers", table.refers
    yield "fits", table.fits
    yield "preposition", table.prepositions
    yield "companion", table.companions
    yield "accessory", table.accessories
    yield "purpose", table.purposes
    yield "praise", table.praises
    yield "copy", table.replicas.get("admits_copy", {})
    yield "copy", table.replicas.get("likens", {})


_BEFORE: PhraseFinder[_Role] = PhraseFinder(
    (phrase, role)
    for table in TABLES
    for role, rows in _rows_by_role(table)
    for phrase in phrases(rows)
)
_AFTER: PhraseFinder[Literal["after", "other"]] = PhraseFinder(
    [(p, "after") for table in TABLES for p in phrases(table.refers_after)]
    + [(p, "other") for t in TABLES for r in (t.harmless, t.purposes) for p in phrases(r)]
)


def nominative_strength(normal_title: str, brand_start: int, brand_end: int) -> tuple[float, str]:
    """How surely the brand between start and end is only referred to, and by which words.

    From 0 to 1. A phrase before the brand stays in force through a list ("for Dell, HP, Acer"). A
    purpose refers to nothing ("perfect for running"), nor does a copy: "dupe for Acme".
    """
    before = normal_title[:brand_start]
    words = _BEFORE.find(before)
    if _last(words, "copy") is not None:
        return 0.0, ""
    refers = _last(words, "refers")
    if refers is not None:
        return 1.0, refers.phrase
    fits = _last(words, "fits")
    if fits is not None and _reaches(before, words, fits):
        return 1.0, fits.phrase
    sells_part = any("accessory" in word.meanings for word in words)
    found = _by_words_after(normal_title[brand_end:], sells_part=sells_part)
    return found if found[0] else _by_preposition(before, words)


def _by_words_after(after: str, *, sells_part: bool) -> tuple[float, str]:
    for phrase in _AFTER.find(after):
        if "other" in phrase.meanings:
            return 0.0, ""
        is_sign = phrase.end - phrase.start == 1  # 用 and 용 also end other words
        gap = _UNSPACED_GAP if is_sign else _GAP
        if gap.fullmatch(after, 0, phrase.start) is not None:
            return _AFTER_STRENGTH, phrase.phrase
        is_of_thing = is_sign and _THING_GAP.fullmatch(after, 0, phrase.start) is not None
        if is_of_thing and (sells_part or _names_part(after[phrase.end :])):
            return _AFTER_STRENGTH, phrase.phrase
    return 0.0, ""


def _names_part(text: str) -> bool:
    return any("accessory" in word.meanings for word in _BEFORE.find(text))


def _by_preposition(before: str, words: _Words) -> tuple[float, str]:
    found = _last(words, "preposition") or _last(words, "companion")
    if found is None or not _reaches(before, words, found):
        return 0.0, ""
    between = before[found.end :].split()
    if any("accessory" in word.meanings for word in words if word.end <= found.start):
        return 1.0, found.phrase
    if "companion" in found.meanings:  # "with tags" is no mention of what follows
        return (0.0, "") if between else (_WEAK_STRENGTH, found.phrase)
    if between and (_is_praised(words, found) or _is_activity(between)):
        return 0.0, ""
    return (1.0 if len(between) <= 1 else _WEAK_STRENGTH), found.phrase


def _reaches(before: str, words: _Words, phrase: FoundPhrase[_Role]) -> bool:
    """Whether nothing between the phrase and the brand says that another thing is meant."""
    if len(before[phrase.end :].split()) > _WEAK_REACH_WORDS:
        return False
    return not any("purpose" in word.meanings for word in words if word.start >= phrase.end)


def _is_praised(words: _Words, phrase: FoundPhrase[_Role]) -> bool:
    """Whether words such as "perfect" stand directly before "for"."""
    return any("praise" in w.meanings and phrase.start - w.end == 1 for w in words)


def _is_activity(between: list[str]) -> bool:
    """Whether English words such as "trekking" follow "for"."""
    return bool(between) and between[0].endswith("ing")


def _last(words: _Words, role: _Role) -> FoundPhrase[_Role] | None:
    found = [word for word in words if role in word.meanings]
    return found[-1] if found else None
