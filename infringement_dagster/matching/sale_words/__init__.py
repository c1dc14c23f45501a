"""Words about a sale: clearance, a book about the brand, a lure, an origin.

Tables by subject, in all languages of the marketplaces. Conditions, words of replica selling and
of reference are in `text/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal, get_args

from infringement_dagster.matching.sale_words.brand_fields import BRAND_FIELDS
from infringement_dagster.matching.sale_words.explained_prices import EXPLAINED_PRICES
from infringement_dagster.matching.sale_words.lures import LURES
from infringement_dagster.matching.sale_words.origins import ORIGINS
from infringement_dagster.matching.sale_words.small_goods import SMALL_GOODS
from infringement_dagster.matching.text.phrases import TextPhrases

SaleMeaning = Literal[
    "clearance", "receipt", "about_brand", "voucher", "service", "small_goods", "unbranded",
    "own_name_field", "lure_before", "lure_after", "style", "same_as", "search_words", "comparison",
    "copy_hint", "grey_strong", "grey_weak", "genuine_claim",
]  # fmt: skip
_PLURAL_LETTERS_MIN = 4
_SPACED = re.compile("[\u0000-\u024f\u0400-\u04ff]+")  # Latin and Cyrillic
MEANINGS: tuple[SaleMeaning, ...] = get_args(SaleMeaning)

SALE_WORDS: Mapping[str, tuple[str, ...]] = {
    **EXPLAINED_PRICES,
    **SMALL_GOODS,
    **BRAND_FIELDS,
    **LURES,
    **ORIGINS,
}


def _meanings() -> Iterator[tuple[str, SaleMeaning]]:
    for meaning in MEANINGS:
        for row in SALE_WORDS[meaning]:
            for phrase in row.split(" | "):
                yield phrase, meaning
                if meaning == "small_goods":
                    yield from ((plural, meaning) for plural in _plurals(phrase))


def _plurals(noun: str) -> Iterator[str]:
    """Possible plurals of the noun in any of the languages; one that is no word harms nothing."""
    if len(noun) < _PLURAL_LETTERS_MIN or not noun.isalpha() or not _SPACED.fullmatch(noun):
        return
    yield from (noun + ending for ending in ("s", "es", "n", "en", "e", "ar", "or", "ler", "lar"))
    if noun[-1] in "aoeаяь":
        yield from (noun[:-1] + ending for ending in "iyeаиы")


_PHRASES: TextPhrases[SaleMeaning] = TextPhrases(_meanings())


def sale_words(text: str) -> dict[SaleMeaning, str]:
    """Each meaning that the text's words have, with the first phrase that has it."""
    found: dict[SaleMeaning, str] = {}
    for phrase in _PHRASES.find(text):
        for meaning in phrase.meanings:
            found.setdefault(meaning, phrase.phrase)
    return found
