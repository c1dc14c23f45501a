"""Words that people write in the marketplaces' languages: "canon" is a brand, "cannon" is a word.

How often, wordfreq counted, names of makers included. Its lists are read once per process.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from wordfreq import get_frequency_list

from infringement_dagster.matching.text.languages.table import LANGUAGES, Language
from infringement_dagster.matching.text.normal_text import normal

__all__ = [
    "LANGUAGES",
    "Language",
    "Lexicon",
    "Words",
    "language_of_marketplace",
    "words_of_language",
    "words_of_languages",
]

# Japanese, Chinese and Korean are not written in words that a space parts.
_LISTED: frozenset[Language] = frozenset(
    {"en", "de", "fr", "es", "it", "nl", "pl", "sv", "tr", "pt", "ru", "ar"}
)
# How seldom words are, in hundredths of a power of ten: one in half a million, one in 10 million.
# Up to there names of makers are found ("gretsch", "takamine"), misspellings of brands seldom.
_EVERYDAY_RARITY, _WRITTEN_RARITY = 570, 700
_BY_MARKETPLACE: dict[str, Language] = {
    "de": "de", "at": "de", "ch": "de", "fr": "fr", "es": "es", "com.mx": "es", "it": "it",
    "nl": "nl", "be": "nl", "com.be": "nl", "pl": "pl", "se": "sv", "com.tr": "tr", "com.br": "pt",
    "co.jp": "ja", "cn": "zh", "com.hk": "zh", "ae": "ar", "sa": "ar", "eg": "ar",
}  # fmt: skip


# What sellers shorten in titles of all languages; no word list has them.
_ABBREVIATIONS = frozenset(
    [
        "intl",
        "incand",
        "fluor",
        "approx",
        "assy",
        "adj",
        "adpt",
        "attach",
        "avail",
        "blk",
        "brn",
        "wht",
        "grn",
        "gry",
        "nvy",
        "slv",
        "slvr",
        "gld",
        "bnd",
        "btl",
        "bx",
        "ctn",
        "cond",
        "compat",
        "conn",
        "ctrl",
        "dbl",
        "dlx",
        "disp",
        "dist",
        "elec",
        "elect",
        "equip",
        "ext",
        "fem",
        "frt",
        "galv",
        "gen",
        "genu",
        "hdwe",
        "hvy",
        "incl",
        "instr",
        "insul",
        "int",
        "kit",
        "lbs",
        "lft",
        "lg",
        "lgth",
        "lite",
        "lrg",
        "ltd",
        "max",
        "med",
        "mech",
        "mfg",
        "mfr",
        "min",
        "misc",
        "mk",
        "mnt",
        "mtg",
        "mtl",
        "mult",
        "ndl",
        "orig",
        "oz",
        "pcs",
        "pkg",
        "pkt",
        "plstc",
        "pltd",
        "pnl",
        "prem",
        "prof",
        "pwr",
        "qlty",
        "qty",
        "rcvr",
        "rd",
        "ref",
        "refurb",
        "reg",
        "repl",
        "rnd",
        "rplc",
        "sml",
        "spkr",
        "sq",
        "sqr",
        "ss",
        "std",
        "stl",
        "stnls",
        "sys",
        "temp",
        "thk",
        "trans",
        "univ",
        "vert",
        "vntg",
        "vtg",
        "w",
        "wd",
        "whl",
        "wht",
        "wl",
        "wrls",
        "wtr",
        "xfmr",
        "xlg",
        "yd",
    ]
)


class Lexicon:
    """A set of words in 8 bytes each: 800,000 words take 6 MB where a Python set takes 90."""

    def __init__(self, words: Iterable[str] = (), parts: Iterable[Lexicon] = ()) -> None:
        """Of words, and of the words of other lexicons."""
        keys: NDArray[np.int64] = np.fromiter(map(hash, words), dtype=np.int64)
        self._keys: NDArray[np.int64] = np.sort(
            np.concatenate([keys, *(part._keys for part in parts)])
        )

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, word: str) -> bool:
        key = hash(word)
        at = int(np.searchsorted(self._keys, key))
        return at < len(self._keys) and int(self._keys[at]) == key


class Words(NamedTuple):
    """The words of a language, or of several: those of every day, and others, names too."""

    everyday: Lexicon
    rare: Lexicon


@lru_cache(maxsize=len(LANGUAGES))
def words_of_language(language: Language) -> Words:
    """The words of one language, folded as titles are; none where no list is kept.

    The first call takes 0.3 s of CPU time.
    """
    if language not in _LISTED:
        return Words(Lexicon(), Lexicon())
    by_rarity = get_frequency_list(language)
    used = chain(_ABBREVIATIONS, *by_rarity[: _EVERYDAY_RARITY + 1])
    seldom = chain(*by_rarity[_EVERYDAY_RARITY + 1 : _WRITTEN_RARITY + 1])
    return Words(Lexicon(map(normal, used)), Lexicon(map(normal, seldom)))


@lru_cache(maxsize=64)
def words_of_languages(languages: tuple[Language, ...]) -> Words:
    """The words of several languages together."""
    each = [words_of_language(language) for language in languages]
    if len(each) == 1:
        return each[0]
    everyday = Lexicon(parts=[words.everyday for words in each])
    return Words(everyday, Lexicon(parts=[words.rare for words in each]))


def language_of_marketplace(top_level_domain: str) -> Language:
    """The language in which most listings of a marketplace are written; English where unknown."""
    return _BY_MARKETPLACE.get(top_level_domain, "en")
