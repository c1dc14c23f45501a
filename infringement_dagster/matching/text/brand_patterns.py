"""The spellings under which each brand is sought."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from infringement_dagster.domain.client import Brand
from infringement_dagster.matching.text.languages.table import Language
from infringement_dagster.matching.text.normal_text import normal, plainly_written
from infringement_dagster.matching.text.title_words import key_of, pieces_of

Kind = Literal[
    "exact", "alias", "known_misspelling", "look_alike", "split", "masked", "misspelt", "model",
    "inflected", "glued", "sounds_like",
]  # fmt: skip

_INFLECTED_LETTERS_MIN = 4
_VOWELS = "aeiouyаеиоуыэюяйь"  # and what Russian declension drops
_ENDINGS: dict[Language, tuple[str, ...]] = {
    "pl": ("a", "u", "em", "ie", "owi", "y", "i", "ą", "ę", "o", "ów", "om", "ach", "ami"),
    "tr": ("in", "nin", "nın", "dan", "den", "da", "de", "ye", "ya"),
    "sv": ("s",), "en": ("s",), "de": ("s",), "nl": ("s",), "fr": ("s",), "es": ("s",),
}  # fmt: skip
_CYRILLIC = re.compile("[а-яё]+")
_CYRILLIC_ENDINGS = (
    "а", "я", "о", "е", "ы", "и", "у", "ю", "ой", "ей", "ом", "ем", "ами", "ах", "ов", "ам",
)  # fmt: skip
_ARABIC = re.compile("[\u0600-\u06ff]+")
_ARABIC_PREFIXES = ("ال", "و", "ب", "ل", "لل", "بال", "وال")  # the, and, with, for


@dataclass(frozen=True, slots=True)
class Pattern:
    """One spelling of a brand."""

    key: str  # normalised, joined without spaces
    written: str  # as the client writes it, joined without spaces
    words: int
    kind: Kind
    brand: int  # position
    has_allowance: bool
    prefix_chars: int = 0  # before the name itself: an Arabic article or preposition

    @property
    def is_plain(self) -> bool:
        """Whether the key is what the client writes, in Latin letters."""
        return self.key.isascii() and self.written == self.key


def patterns_of(brand: Brand, position: int, languages: Iterable[Language]) -> Iterator[Pattern]:
    """Every spelling of a brand, each key once: names before models, and inflected forms last."""
    named: list[tuple[str, Kind]] = [(brand.name, "exact")]
    named += [(alias, "alias") for alias in brand.aliases]
    named += [(spelling, "known_misspelling") for spelling in brand.misspellings]
    named += [(model, "model") for model in brand.models]
    spellings = [_pattern(name, kind, position) for name, kind in named]
    names = [pattern for pattern in spellings if pattern.has_allowance]
    inflected = [form for name in names for form in _inflected(name, tuple(languages))]
    seen: set[str] = set()
    for pattern in (*spellings, *inflected):
        if pattern.key and pattern.key not in seen:
            seen.add(pattern.key)
            yield pattern


def _pattern(name: str, kind: Kind, position: int) -> Pattern:
    words = len(pieces_of(normal(name)))
    has_allowance = kind in ("exact", "alias")
    return Pattern(key_of(name), plainly_written(name), words, kind, position, has_allowance)


def _inflected(name: Pattern, languages: tuple[Language, ...]) -> Iterator[Pattern]:
    """Declined forms: Сумиказы, Veldory, النايكي are the name, not a disguise of it."""
    written = name.written
    if name.words > 1 or len(written) < _INFLECTED_LETTERS_MIN:
        return
    if _ARABIC.fullmatch(written):
        for prefix in _ARABIC_PREFIXES:
            yield replace(_form(name, prefix + written), prefix_chars=len(prefix))
        return
    stems = {written, written[:-1] if written[-1] in _VOWELS else written}
    for ending in _endings(written, languages):
        for stem in sorted(stems):
            yield _form(name, stem + ending)


def _endings(written: str, languages: tuple[Language, ...]) -> Iterable[str]:
    if _CYRILLIC.fullmatch(written):
        return _CYRILLIC_ENDINGS
    if not written.isascii():
        return ()
    return {ending for language in languages for ending in _ENDINGS.get(language, ())}


def _form(name: Pattern, written: str) -> Pattern:
    return Pattern(key_of(written), written, 1, "inflected", name.brand, has_allowance=False)
