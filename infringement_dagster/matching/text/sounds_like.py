"""Words of other scripts that sound like a brand: a weak hint, never a brand's name itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from anyascii import anyascii
from rapidfuzz.distance import OSA

from infringement_dagster.domain.client import Brand
from infringement_dagster.matching.text.normal_text import as_written
from infringement_dagster.matching.text.title_words import key_of, pieces_of

SOUND_STRENGTH = 0.3  # below the cut of 0.4 at which a listing counts as the brand's
_LETTERS_MIN = 4
_OTHER_SCRIPT = re.compile("[\u0370-\u1cff\u2c00-\ua63f\ua6a0-\ud7ff\uf900-\uffef]")
_EDIT_LETTERS_MIN = 5  # from here one letter may differ: ナイコン is "naikon"


class SoundsLike:
    """The Latin names of all brands, as words of other scripts are compared with them."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        keys = [(key_of(name), at) for at, b in enumerate(brands) for name in (b.name, *b.aliases)]
        self._keys = [(k, at) for k, at in keys if k.isascii() and len(k) >= _LETTERS_MIN]

    def find(self, title: str) -> Iterator[tuple[int, str]]:
        """Positions of brands that a word of the title sounds like, with the word."""
        if not self._keys or not _OTHER_SCRIPT.search(title):
            return
        for word in pieces_of(as_written(title)):
            if not word.isascii():
                sound = _sound(word)
                yield from ((at, word) for key, at in self._keys if _is_alike(sound, key))


@lru_cache(maxsize=65536)
def _sound(word: str) -> str:
    return "".join(pieces_of(anyascii(word).casefold()))


def _is_alike(sound: str, key: str) -> bool:
    if sound == key:
        return True
    return len(key) >= _EDIT_LETTERS_MIN and OSA.distance(sound, key, score_cutoff=1) <= 1
