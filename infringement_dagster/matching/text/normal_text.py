"""Text as a shopper's eye reads it: one spelling for all look-alike characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from infringement_dagster.matching.text.look_alikes import drawn_as

_INVISIBLE = frozenset({"Cf", "Cc", "Mn", "Me", "Cs", "Co", "Cn"})
_BACKWARDS = re.compile("\u202e([^\u202c\u202d]*)[\u202c\u202d]?")  # right-to-left override
_SIGNS = str.maketrans({"$": "s", "@": "a"})
# Scripts in which a mark is an accent; in all others it is a letter's other half (バ is not ハ).
_ACCENTED_SCRIPTS = (
    (0x41, 0x530), (0x1C80, 0x1C90), (0x1D00, 0x2000), (0x2C00, 0x2DE0), (0xA640, 0xAB70),
)  # fmt: skip
_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), 0x34F)))
_ENDINGS = {**dict.fromkeys(map(ord, "™®©℠"), " "), 0x640: ""}  # and Arabic's stretched line
_WIDTHS = re.compile("[\uff00-\uffef]+")  # full and half width: how East Asia types, no disguise
# Writing that needs no spaces, and Arabic and Hebrew, in which look-alikes of Latin do not occur.
_APART = (
    "\u0590-\u07ff\u0900-\u109f\u1100-\u11ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3130-\u318f"
    "\u3400-\u9fff\uac00-\ud7af"
)
_GLUED = re.compile(f"(?<=[{_APART}])(?=[a-zA-Z0-9])|(?<=[a-zA-Z0-9])(?=[{_APART}])")
# Three letters on each side are two words; fewer may be letters drawn like others.
_GLUED_CYRILLIC = re.compile(
    "(?<=[а-яёА-ЯЁ]{3})(?=[a-zA-Z]{3})|(?<=[a-zA-Z]{3})(?=[а-яёА-ЯЁ]{3})"
    "|(?<=[а-яё]{3})(?=[А-ЯЁ][а-яё]{3})"
)


class _Shapes(dict[int, str]):
    """The plain character that each character is drawn like, found once and kept."""

    def __missing__(self, code: int) -> str:
        self[code] = drawn_as(chr(code))
        return self[code]


_SHAPES_DRAWN = _Shapes()


def normal(text: str) -> str:
    """The text folded to how it looks: case, styles, accents, look-alikes, hidden characters.

    White space of every kind becomes one space, and so does a place where words of two scripts
    are glued; never raises on any string.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.casefold().translate(_SIGNS).split())
    drawn = _spaced(text).translate(_SHAPES_DRAWN)
    # Decomposition may uncover letters that are themselves drawn like others.
    seen = _visible(drawn).translate(_SHAPES_DRAWN).casefold()
    return " ".join(_GLUED.sub(" ", seen).split())


def as_written(text: str) -> str:
    """The text with case, width, accents and spaces evened out; every letter keeps its script."""
    if text.isascii() and text.isprintable():
        return " ".join(text.casefold().split())
    return " ".join(_GLUED.sub(" ", _visible(_spaced(text)).casefold()).split())


def _spaced(text: str) -> str:
    shown = _BACKWARDS.sub(lambda match: match[1][::-1], text)
    wide = _WIDTHS.sub(_of_even_width, unicodedata.normalize("NFC", shown))
    ended = wide.translate(_ENDINGS)
    spaced = "".join([" " if character.isspace() else character for character in ended])
    return _GLUED_CYRILLIC.sub(" ", spaced)


def _of_even_width(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", match[0])


class _Visible(dict[int, str]):
    """Each character without hidden ones and accents, found once and kept."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        is_accented = any(low <= code < high for low, high in _ACCENTED_SCRIPTS)
        text = unicodedata.normalize("NFKD", character) if is_accented else character
        self[code] = "".join(c for c in text if unicodedata.category(c) not in _INVISIBLE)
        return self[code]


_VISIBLE_FORMS = _Visible()
_VOWEL_SIGN = re.compile("[\u0590-\u1cff\u3099\u309a\ua800-\uabff]")  # scripts that have such


def _visible(text: str) -> str:
    """Without hidden characters, and without marks where they are only accents."""
    composed = unicodedata.normalize("NFKC", text)
    if not _VOWEL_SIGN.search(composed):
        return composed.translate(_VISIBLE_FORMS)
    kept: list[str] = []
    keeps_marks = False
    for character in composed:
        category = unicodedata.category(character)
        if category == "Mn" and character not in _SELECTORS:
            kept.append(character if keeps_marks else "")
            continue
        is_accented = any(low <= ord(character) < high for low, high in _ACCENTED_SCRIPTS)
        keeps_marks = (category[0] == "L" and not is_accented) or (keeps_marks and category == "Mc")
        kept.append(_VISIBLE_FORMS[ord(character)])
    return "".join(kept)


_ACCENTED = {
    chr(code): unicodedata.normalize("NFKD", chr(code))[0]
    for code in range(0xC0, 0x100)
    if unicodedata.decomposition(chr(code))
}
_ACCENTS = str.maketrans(_ACCENTED)
_SPACING = re.compile(r"[\s!-/:-@\[-`{-~\u00b4\u00b7\u2010-\u2027\u30fb®™]+")


def plainly_written(text: str) -> str:
    """The text without spaces, signs, case and the accents of western European spelling.

    What is written plainly is still there; styled letters, look-alikes and hidden characters
    stay as they are, so that a name in disguise is not found in it.
    """
    even = _WIDTHS.sub(_of_even_width, unicodedata.normalize("NFC", text))
    return _SPACING.sub("", even.translate(_ACCENTS).casefold())


_WORDS_IN_SPAN_MAX = 4  # of a brand that is split or has several words
_WORD = re.compile(r"\S+")


def span_as_written(text: str, read: str, read_at: int) -> tuple[int, int]:
    """Start and end of what reads so at about that place; 0 and 0 where nothing does.

    `read_at` counts in the folded text. Most titles fold without moving a letter, and their words
    are found there at once; of the others the shortest run of whole words is taken.
    """
    end = read_at + len(read)
    if text[read_at:end].casefold() == read:
        return read_at, end
    wanted = "".join(read.split())
    folded = [(span, "".join(normal(text[slice(*span)]).split())) for span in _runs(text)]
    exact = (span for span, said in folded if said == wanted)
    within = (span for span, said in folded if wanted in said)
    return next(exact, None) or next(within, (0, 0))


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Where each run of one to four words stands, the shorter ones first."""
    words = [match.span() for match in _WORD.finditer(text)]
    for count in range(1, _WORDS_IN_SPAN_MAX + 1):
        for first in range(len(words) - count + 1):
            yield words[first][0], words[first + count - 1][1]


_LEET = str.maketrans("01345679|!", "oleasbtqll")
_SHAPES = (
    ("rn", "m"), ("nn", "m"), ("vv", "w"), ("uu", "w"), ("vu", "w"), ("uv", "w"), ("cl", "d"),
    ("lc", "k"), ("le", "k"), ("lh", "h"), ("lb", "b"), ("rr", "m"),
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
