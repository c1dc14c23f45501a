"""Text as a shopper's eye reads it: one spelling for all look-alike characters.

Belongs here: Unicode folding and look-alikes, characters only. Not here: words, brands, edit
distance (`brand_text.py`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Letters of other scripts that are drawn like a Latin one, by the last words of their name.
_DRAWN_LIKE = {
    "CYRILLIC": {
        "A": "a", "VE": "b", "ES": "c", "KOMI DE": "d", "IE": "e", "EN": "h", "SHHA": "h",
        "BYELORUSSIAN-UKRAINIAN I": "i", "YI": "i", "JE": "j", "KA": "k", "PALOCHKA": "l",
        "EM": "m", "O": "o", "ER": "p", "QA": "q", "DZE": "s", "TE": "t", "U": "y",
        "STRAIGHT U": "y", "WE": "w", "HA": "x", "GHE": "r", "PE": "n", "ZE": "3", "BE": "6",
        "IZHITSA": "v", "OMEGA": "w",
    },
    "GREEK": {
        "ALPHA": "a", "BETA": "b", "EPSILON": "e", "ZETA": "z", "ETA": "n", "IOTA": "i",
        "KAPPA": "k", "MU": "u", "NU": "v", "OMICRON": "o", "RHO": "p", "SIGMA": "o",
        "TAU": "t", "UPSILON": "u", "CHI": "x", "OMEGA": "w", "GAMMA": "y", "YOT": "j",
        "LUNATE SIGMA SYMBOL": "c",
    },
    "ARMENIAN": {"AYB": "u", "HO": "h", "NOW": "u", "OH": "o", "SEH": "u", "VO": "n", "CO": "g"},
}  # fmt: skip
# Capitals that look unlike their small letter's match.
_DRAWN_LIKE_CAPITALS = {
    "CYRILLIC CAPITAL LETTER EN": "h", "CYRILLIC CAPITAL LETTER VE": "b",
    "GREEK CAPITAL LETTER ETA": "h", "GREEK CAPITAL LETTER MU": "m",
    "GREEK CAPITAL LETTER NU": "n", "GREEK CAPITAL LETTER UPSILON": "y",
    "GREEK CAPITAL LETTER RHO": "p", "GREEK CAPITAL LETTER SIGMA": "e",
    "CYRILLIC CAPITAL LETTER PE": "n",
}  # fmt: skip
_SPELT_OUT = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "p",
              "ı": "i", "ȷ": "j", "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k", "ſ": "s", "ƒ": "f",
              "¢": "c", "£": "l", "€": "e", "¥": "y", "×": "x", "@": "a", "$": "s"}  # fmt: skip

_LETTER_NAME = re.compile(
    r"^(?P<script>LATIN|CYRILLIC|GREEK|ARMENIAN|CHEROKEE|LISU) "
    r"(?:(?P<case>CAPITAL|SMALL CAPITAL|SMALL) )?(?:LETTER|LIGATURE|SYMBOL) "
    r"(?P<style>(?:SMALL CAPITAL|TURNED|REVERSED|DOTLESS|SCRIPT|BLACKLETTER|SIDEWAYS|OPEN|BARRED|"
    r"STRAIGHT|LONG|HALF|INSULAR|SIDEWAYS DIAERESIZED) )*"
    r"(?P<letter>[A-Z-]+(?: I| U| DE| SIGMA SYMBOL)?)(?: (?:WITH|SYMBOL|FINAL)\b.*)?$"
)
_TURNED = {"m": "w", "w": "m", "n": "u", "u": "n", "v": "a", "p": "d", "b": "q", "e": "e"}
_STYLED = re.compile(
    r"^(?:PARENTHESIZED|NEGATIVE (?:CIRCLED|SQUARED)|CROSSED NEGATIVE SQUARED|SQUARED|CIRCLED|"
    r"REGIONAL INDICATOR|TAG) (?:SYMBOL |LATIN )?(?:CAPITAL |SMALL )?(?:LETTER )?(?P<letter>[A-Z])$"
)
_ASCII = frozenset(map(chr, range(128)))


@lru_cache(maxsize=65536)
def _drawn_as(character: str) -> str:
    """The ASCII letters that one character is drawn like; itself if it is like none."""
    if character in _SPELT_OUT:
        return _SPELT_OUT[character]
    name = unicodedata.name(character, "")
    if character in _ASCII or not name:
        return character
    styled = _STYLED.match(name)
    if styled:
        return styled["letter"].lower()
    if name in _DRAWN_LIKE_CAPITALS:
        return _DRAWN_LIKE_CAPITALS[name]
    return _letter_by_name(name) or character


def _letter_by_name(name: str) -> str | None:
    match = _LETTER_NAME.match(name)
    if match is None:
        return None
    letter = match["letter"]
    if match["script"] != "LATIN":
        return _DRAWN_LIKE.get(match["script"], {}).get(letter)
    if len(letter) > 2:
        return None
    small = letter.lower()
    return _TURNED.get(small, small) if "TURNED" in name else small


_INVISIBLE = frozenset({"Cf", "Cc", "Mn", "Me", "Cs", "Co", "Cn"})


def normal(text: str) -> str:
    """The text folded to how it looks: case, styles, accents, look-alikes, hidden characters.

    White space of every kind becomes one space; never raises on any string.
    """
    if text.isascii():
        return " ".join(text.casefold().replace("$", "s").replace("@", "a").split())
    folded = "".join(_drawn_as(character) for character in _visible(text))
    return " ".join(unicodedata.normalize("NFKC", folded).casefold().split())


def _visible(text: str) -> str:
    spaced = "".join(" " if character.isspace() else character for character in text)
    decomposed = unicodedata.normalize("NFKD", spaced)
    return "".join(c for c in decomposed if unicodedata.category(c) not in _INVISIBLE)


_LEET = str.maketrans("013456789|!", "oleasgtbgll")


def unleet(word: str) -> str:
    """The word with digits and signs read as the letters they stand for (`n1ke` as `nlke`).

    `1`, `!` and `|` read as `l`; compare with `i` folded to `l` on both sides (`look_alike`).
    """
    return word.translate(_LEET)


def look_alike(word: str) -> str:
    """One spelling for all words that look alike in small print: `rn` is `m`, `i` is `l`."""
    return unleet(word).replace("rn", "m").replace("vv", "w").replace("cl", "d").replace("i", "l")
