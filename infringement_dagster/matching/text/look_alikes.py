"""Which ASCII letters a character is drawn like.

Unicode's own table of confusables is not used: a name says the letter of nearly every styled,
accented or turned Latin form, and what is left are letters of other scripts that happen to look
alike.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Letters of other scripts that are drawn like a Latin one, by their names after "LETTER".
_BY_NAME = {
    "CYRILLIC": {
        "A": "a", "VE": "b", "ES": "c", "KOMI DE": "d", "IE": "e", "IO": "e", "EN": "h",
        "SHHA": "h", "BYELORUSSIAN-UKRAINIAN I": "i", "YI": "i", "JE": "j", "KA": "k",
        "PALOCHKA": "l", "EM": "m", "O": "o", "ER": "p", "QA": "q", "DZE": "s", "TE": "t",
        "U": "y", "STRAIGHT U": "y", "WE": "w", "HA": "x", "GHE": "r", "PE": "n", "ZE": "3",
        "BE": "6", "IZHITSA": "v", "OMEGA": "w", "SOFT SIGN": "b", "HARD SIGN": "b",
        "KOMI SJE": "g", "I": "u", "SHORT I": "u", "SHA": "w", "CHE": "y", "YA": "r",
        "UKRAINIAN IE": "e", "ABKHASIAN CHE": "e", "DOUBLE O": "oo", "TSE": "u",
    },
    "GREEK": {
        "ALPHA": "a", "BETA": "b", "EPSILON": "e", "ZETA": "z", "ETA": "n", "IOTA": "i",
        "KAPPA": "k", "MU": "u", "NU": "v", "OMICRON": "o", "RHO": "p", "SIGMA": "o",
        "FINAL SIGMA": "c", "TAU": "t", "UPSILON": "u", "CHI": "x", "OMEGA": "w", "GAMMA": "y",
        "YOT": "j", "LUNATE SIGMA": "c", "THETA": "o", "DIGAMMA": "f", "PI": "n",
    },
    "ARMENIAN": {
        "AYB": "u", "HO": "h", "NOW": "u", "OH": "o", "SEH": "u", "VO": "n", "CO": "g", "ZA": "q",
        "YIWN": "l", "INI": "h", "TIWN": "s",
    },
    "GEORGIAN": {"QAR": "y", "IN": "o"},
}  # fmt: skip
_CAPITALS_BY_NAME = {
    "CYRILLIC": {"EN": "h", "VE": "b", "PE": "n", "DZE": "s"},
    "GREEK": {"ETA": "h", "MU": "m", "NU": "n", "UPSILON": "y", "SIGMA": "e", "LAMDA": "a"},
}
# Scripts of which only shapes are used, as "fancy text" generators do.
_BY_SHAPE = dict(
    zip(
        "ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᎩᏃᎱᏒᏔᎶᏂᏧᎯᏎᏐᏏ"  # Cherokee
        "ꓐꓑꓒꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ"  # Lisu
        "ᗩᗷᑕᗪᗴᖴᕼᒍᒪᗰᑎᑭᑫᖇᔕᑌᐯᗯᕁᐱᑲᑯᗅᗞᛕᛖ᙭ᒎᖻ"  # Canadian syllabics, runes
        "ⲀⲂⲈⲌⲎⲒⲔⲘⲚⲞⲢⲤⲦⲨⲬⲰⲟⲣⲥⲁⲉⲕⲩⲭⲱ"  # Coptic
        "ⵔⵏⵝⴸⵑ০ꟾ〇",
        "abcdeghijklmprstvwyzfrwghdassb"
        "bpddtgkjczfmnlsrvhwxyaeiou"
        "abcdefhjlmnpqrsuvwxabdadkmxjy"
        "abezhikmnopctyxwopcaekyxw"
        "oiovioio",
        strict=False,
    )
)
_SPELT_OUT = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ð": "d", "þ": "p", "ı": "i",
    "ȷ": "j", "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k", "ſ": "s", "ƒ": "f", "¢": "c", "£": "l",
    "€": "e", "¥": "y", "×": "x", "@": "a", "$": "s", "ʒ": "3", "ȣ": "8", "∣": "l", "ǀ": "l",
    "™": " ", "®": " ", "©": " ", "℠": " ",  # they end a word: Nikon®headphones
}  # fmt: skip

_LATIN = re.compile(
    r"^LATIN (?:(?:CAPITAL|SMALL|LETTER) )*(?:LETTER |LIGATURE )?"
    r"(?:(?:SMALL CAPITAL|SMALL|TURNED|REVERSED|DOTLESS|SCRIPT|BLACKLETTER|SIDEWAYS|OPEN|BARRED|"
    r"LONG|HALF|INSULAR|STRETCHED|CAPITAL) )*(?P<letter>[A-Z])(?: (?:WITH|ROTUNDA|DIGRAPH)\b.*)?$"
)
_OTHER = re.compile(
    r"^(?P<script>CYRILLIC|GREEK|ARMENIAN|GEORGIAN)(?: (?P<case>CAPITAL|SMALL))?"
    r"(?: LETTER)? (?P<letter>.+?)(?: (?:SYMBOL|WITH\b.*))?$"
)
_STYLED = re.compile(
    r"^(?:PARENTHESIZED|NEGATIVE (?:CIRCLED|SQUARED)|CROSSED NEGATIVE SQUARED|SQUARED|CIRCLED|"
    r"REGIONAL INDICATOR) (?:SYMBOL |LATIN )?(?:CAPITAL |SMALL )?(?:LETTER )?(?P<letter>[A-Z])$"
)
_TURNED = {"m": "w", "w": "m", "n": "u", "u": "n", "v": "a", "p": "d", "b": "q"}


@lru_cache(maxsize=65536)
def drawn_as(character: str) -> str:
    """The lower-case ASCII letters that one character is drawn like; itself if like none."""
    if character in _SPELT_OUT:
        return _SPELT_OUT[character]
    if character.isascii():
        return character
    if character.upper() in _BY_SHAPE or character in _BY_SHAPE:
        return _BY_SHAPE.get(character) or _BY_SHAPE[character.upper()]
    return _by_name(unicodedata.name(character, "")) or character


def _by_name(name: str) -> str | None:
    styled = _STYLED.match(name)
    if styled:
        return styled["letter"].lower()
    latin = _LATIN.match(name)
    if latin:
        letter = latin["letter"].lower()
        return _TURNED.get(letter, letter) if "TURNED" in name else letter
    other = _OTHER.match(name)
    if other is None:
        return None
    script, letter = other["script"], other["letter"]
    if other["case"] == "CAPITAL" and letter in _CAPITALS_BY_NAME.get(script, {}):
        return _CAPITALS_BY_NAME[script][letter]
    return _BY_NAME[script].get(letter)
