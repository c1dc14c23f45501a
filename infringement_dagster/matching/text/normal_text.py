"""Text as a shopper's eye reads it: one spelling for all look-alike characters."""

from __future__ import annotations

import re
import unicodedata

from infringement_dagster.matching.text.look_alikes import drawn_as

_INVISIBLE = frozenset({"Cf", "Cc", "Mn", "Me", "Cs", "Co", "Cn"})
_BACKWARDS = re.compile("\u202e([^\u202c\u202d]*)[\u202c\u202d]?")  # right-to-left override
_SIGNS = str.maketrans({"$": "s", "@": "a"})


def normal(text: str) -> str:
    """The text folded to how it looks: case, styles, accents, look-alikes, hidden characters.

    White space of every kind becomes one space; never raises on any string.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.casefold().translate(_SIGNS).split())
    shown = _BACKWARDS.sub(lambda match: match[1][::-1], text)
    spaced = "".join(" " if character.isspace() else character for character in shown)
    drawn = "".join(drawn_as(character) for character in unicodedata.normalize("NFC", spaced))
    decomposed = unicodedata.normalize("NFKD", drawn)
    visible = "".join(c for c in decomposed if unicodedata.category(c) not in _INVISIBLE)
    # Decomposition may uncover letters that are themselves drawn like others.
    return " ".join("".join(map(drawn_as, visible)).casefold().split())


_ACCENTED = {
    chr(code): unicodedata.normalize("NFKD", chr(code))[0]
    for code in range(0xC0, 0x100)
    if unicodedata.decomposition(chr(code))
}
_ACCENTS = str.maketrans(_ACCENTED)
_SPACING = re.compile(r"[\s!-/:-@\[-`{-~\u00b4\u00b7\u2010-\u2027]+")


def plainly_written(text: str) -> str:
    """The text without spaces, signs, case and the accents of western European spelling.

    What is written plainly is still there; styled letters, look-alikes and hidden characters
    stay as they are, so that a name in disguise is not found in it.
    """
    return _SPACING.sub("", unicodedata.normalize("NFC", text).translate(_ACCENTS).casefold())


_LEET = str.maketrans("01345679|!", "oleasbtqll")
_SHAPES = (
    ("rn", "m"), ("nn", "m"), ("vv", "w"), ("uu", "w"), ("vu", "w"), ("uv", "w"), ("cl", "d"),
)  # fmt: skip
_SINGLE_SHAPES = str.maketrans("ijucgz", "llveqz")


def look_alike(word: str) -> str:
    """One spelling for all words that look alike in small print.

    `rn` is `m`, `1` and `i` are `l`, `0` is `o`, `c` is `e`, `u` is `v`. Differs more often than
    the eye: use it as evidence beside the plain spelling, not instead.
    """
    unleet = word.translate(_LEET)
    for shape, letter in _SHAPES:
        unleet = unleet.replace(shape, letter)
    return unleet.translate(_SINGLE_SHAPES)
