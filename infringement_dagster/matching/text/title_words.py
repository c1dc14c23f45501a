"""A title cut into words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from infringement_dagster.matching.text.normal_text import normal, plainly_written

_WORD = re.compile(r"[^\W_]+(?:[*•·●×][^\W_]*)*")
_MASK = re.compile(r"[*•·●×]")


@dataclass(frozen=True, slots=True)
class TitleWords:
    """A normalised title and where its words stand in it."""

    text: str
    places: tuple[tuple[int, int], ...]  # start and end of each word
    plain: str | None  # what is plainly written, where the normalised title may hide something

    def is_plain(self, key: str) -> bool:
        """Whether the key is written in ordinary letters, not in look-alikes of them."""
        return self.plain is None or key in self.plain

    def span(self, first: int, count: int) -> tuple[int, int]:
        """Where a run of words begins and ends."""
        return self.places[first][0], self.places[first + count - 1][1]


def words_of(title: str) -> TitleWords:
    """The words of a title; letters and digits of any script, masks such as `*` kept inside."""
    text = normal(title)
    places = tuple(match.span() for match in _WORD.finditer(text))
    return TitleWords(text, places, None if title.isascii() else plainly_written(title))


def pieces_of(normal_title: str) -> list[str]:
    """The words of a title that is already normalised, without their places."""
    return _WORD.findall(normal_title)


def key_of(name: str) -> str:
    """A brand's name as titles are compared with it: its words joined."""
    return "".join(pieces_of(normal(name)))


def is_masked(word: str) -> bool:
    """Whether letters are hidden behind signs, as in `pr*da`."""
    return _MASK.search(word) is not None


def fits_mask(word: str, key: str) -> bool:
    """Whether the masked word is the key with single letters hidden; half must be left."""
    if len(word) != len(key) or 2 * len(_MASK.findall(word)) > len(key):
        return False
    return all(_MASK.match(seen) or seen == meant for seen, meant in zip(word, key, strict=True))
