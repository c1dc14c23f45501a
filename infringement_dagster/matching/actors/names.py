"""Names of sellers: which parts say something, and how alike two names are above chance."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from rapidfuzz import fuzz, process

from infringement_dagster.matching.text.lexicon import words_of_language
from infringement_dagster.matching.text.normal_text import normal

_PIECES = re.compile(r"[^\W\d_]+")
# What shops of all kinds call themselves says nothing about who they are.
GENERIC: Final = frozenset(
    _PIECES.findall(
        "store stores shop shops shopping official officials outlet direct deals deal mall "
        "market markets marketplace seller sellers sales sale trade trading trader traders "
        "goods global world international intl company co ltd llc inc gmbh limited corp group "
        "online web net com express wholesale wholesaler retail retailer supply supplies "
        "supplier warehouse factory depot center centre hub zone place house home best top "
        "super mega great good new original genuine authentic brand brands premium quality "
        "cheap discount bargain bargains save value buy buys us uk usa eu de cn china hk the "
        "and of for my your our a an by at to i service services collection fashion style "
        "boutique gift gifts product products item items stuff things plus pro max one first "
        "number no vip fast quick easy happy lucky smart love life day daily city star tienda "
        "negozio laden handel kaufhaus magasin sklep dian"
    )
)
ALIKE_MIN: Final = 86.0  # of 100, of the letters of both names
_LETTERS_MIN: Final = 6  # shorter names are alike by chance
_ROW_BLOCK: Final = 512
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class NamePair:
    """Two sellers whose names are alike: by places in the list, and how much."""

    first: int
    second: int
    ratio: float  # of 100


def core_of(name: str) -> tuple[str, ...]:
    """The parts of a name that tell it from others: `Brightpeak Official Store 2` is `brightpeak`.

    Empty where none does.
    """
    parts = _PIECES.findall(normal(_CAMEL.sub(" ", name)))
    return tuple(part for part in parts if part not in GENERIC and len(part) > 1)


@lru_cache(maxsize=50_000)
def rarity_of(word: str) -> float:
    """How much a shared word says, as a logarithm: little for one of every day, most for none."""
    words = words_of_language("en")
    if word in words.everyday:
        return 2.0
    return 3.4 if word in words.rare else 5.0


def alike_names(letters: Sequence[str]) -> list[NamePair]:
    """The pairs whose letters are alike, in order; too short ones are alike to none."""
    places = [at for at, name in enumerate(letters) if len(name) >= _LETTERS_MIN]
    names = [letters[at] for at in places]
    found = []
    for start in range(0, len(names), _ROW_BLOCK):
        block = names[start : start + _ROW_BLOCK]
        scores = process.cdist(
            block, names[start:], scorer=fuzz.ratio, score_cutoff=ALIKE_MIN, workers=1
        )
        for row, column in np.argwhere(scores > 0):
            if column > row:
                pair = places[start + int(row)], places[start + int(column)]
                found.append(NamePair(*pair, float(scores[row, column])))
    return found


def counted(cores: Iterable[tuple[str, ...]]) -> Counter[str]:
    """In how many names each part stands."""
    return Counter(part for core in cores for part in set(core))
