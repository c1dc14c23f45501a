"""A title with its brand, look-alike letters and hidden signs marked."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from api.pages.languages.words import gettext
from infringement_dagster.domain.score import BrandRead
from infringement_dagster.matching.text.look_alikes import drawn_as

SHOWN_CHARS_MAX = 600
_UNSEEN = frozenset({"Cf", "Cc", "Cs", "Co", "Cn", "Mn", "Me", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a title; `note` explains characters that are not what they seem."""

    text: str
    kind: Literal["plain", "look_alike", "hidden"]
    in_match: bool
    note: str = ""


def marked_title(title: str, read: BrandRead | None) -> list[Piece]:
    """The title's first characters in pieces; `read` is what was read as the brand."""
    text = title[:SHOWN_CHARS_MAX]
    start, end = _span(text, read) if read else (0, 0)
    return list(_joined(_piece(c, in_match=start <= at < end) for at, c in enumerate(text)))


def notes_of(pieces: list[Piece]) -> list[str]:
    """Explanations of the pieces, each once: those of the match first."""
    ordered = sorted(pieces, key=lambda piece: not piece.in_match)
    return list(dict.fromkeys(piece.note for piece in ordered if piece.note))


def _span(title: str, read: BrandRead) -> tuple[int, int]:
    """Where the words stand that were read; nowhere in a title that has changed and lost them."""
    if not read.text:
        return 0, 0
    is_there = title.startswith(read.text, read.start)
    start = read.start if is_there else title.find(read.text)
    return (start, start + len(read.text)) if start >= 0 else (0, 0)


def _piece(character: str, *, in_match: bool) -> Piece:
    category = unicodedata.category(character)
    if category in _UNSEEN:
        name = unicodedata.name(character, "CONTROL CHARACTER").lower()
        code = f"U+{ord(character):04X}"
        return Piece(code, "hidden", in_match, _unseen(code, name))
    drawn = "" if character.isascii() else drawn_as(character)
    if in_match and drawn != character and drawn.isascii() and drawn and category[0] == "L":
        name = unicodedata.name(character, "").capitalize()
        note = gettext(
            "“%(sign)s” only looks like %(drawn)s: it is %(name)s",
            sign=character,
            drawn=drawn,
            name=name,
        )
        return Piece(character, "look_alike", in_match, note)
    return Piece(character, "plain", in_match)


def _unseen(code: str, name: str) -> str:
    return gettext("%(code)s is an invisible character (%(name)s)", code=code, name=name)


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Plain neighbours as one piece; every other piece has a note of its own."""
    for (kind, in_match), run in groupby(pieces, key=lambda piece: (piece.kind, piece.in_match)):
        if kind == "plain":
            yield Piece("".join(piece.text for piece in run), "plain", in_match)
        else:
            yield from run
