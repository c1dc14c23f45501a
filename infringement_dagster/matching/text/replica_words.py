"""Words of replica selling in a title or description, weighed by how much they tell.

Weights are likelihood ratios: how often replica shops' titles hold such words against lawful
titles. Grades and codes each stand in 46% of 329 titles of replica shops (48% and 45% of its
halves) and in less than 0.1% of 8,480 lawful ones, but those shops are two and all English, so
their ratios are held far below the measured 400. Shops that sell nothing but replicas do not say
"replica", so admitting a copy is weighed by what it says, and other languages by their English
group.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import Literal

from infringement_dagster.matching.text.admissions import Admissions
from infringement_dagster.matching.text.languages import TABLES
from infringement_dagster.matching.text.languages.table import ReplicaGroup, phrases

Group = Literal["client_term", "catalogue_style"] | ReplicaGroup

LIKELIHOOD_RATIOS: dict[Group, float] = {
    "client_term": 30.0,
    "admits_copy": 30.0,
    "likens": 6.0,
    "quality_grade": 30.0,
    "seller_code": 30.0,
    # Measured 13% against 0.3%, but lawful dealers in rare sneakers write so too.
    "catalogue_style": 4.0,
}
_NICKNAME = re.compile(r"(?<=\w )[\"“][^\W\d][^\"”]{1,28}[\"”]")
_BARE_PLURAL = re.compile(r"(?:[^\W\d_]+ ){1,3}[^\W\d_]{2,}[^\W\d_s]s", re.IGNORECASE)
_RATIO_MAX = 100.0  # of all groups together


@dataclass(frozen=True, slots=True)
class ReplicaWord:
    """A group of replica words and the words that were read; above 1 the ratio accuses."""

    group: Group
    phrase: str
    likelihood_ratio: float


_REPLICAS: Admissions[Group] = Admissions(
    (phrase, group)
    for table in TABLES
    for group, rows in table.replicas.items()
    for phrase in phrases(rows)
)


def replica_words(text: str, client_terms: tuple[str, ...] = ()) -> tuple[ReplicaWord, ...]:
    """Each group of replica words that the text holds, once, the client's own terms first.

    "Not a replica" and "fake fur" hold none.
    """
    return (*_client_words(text, client_terms), *_first_of_each(_REPLICAS.find(text)))


def with_client_terms(
    words: Iterable[ReplicaWord], text: str, client_terms: tuple[str, ...]
) -> tuple[ReplicaWord, ...]:
    """The replica words of a text that another client's terms were looked for in before."""
    of_tables = (word for word in words if word.group != "client_term")
    return (*_client_words(text, client_terms), *of_tables)


def _client_words(text: str, client_terms: tuple[str, ...]) -> tuple[ReplicaWord, ...]:
    return _first_of_each(_of_client(client_terms).find(text)) if client_terms else ()


def _first_of_each(found: Iterable[tuple[Group, str]]) -> tuple[ReplicaWord, ...]:
    first: dict[Group, str] = {}
    for group, phrase in found:
        first.setdefault(group, phrase)
    return tuple(ReplicaWord(g, phrase, LIKELIHOOD_RATIOS[g]) for g, phrase in first.items())


def catalogue_style(title: str) -> ReplicaWord | None:
    """How the catalogues of replica shops name things, if the title follows it; weak.

    A model with its nickname in quotes (`Air Jordan 4 "Oreo"`), or brand and plural and nothing
    else ("Chrome Hearts Rings"). Tells something only where the title uses a brand.
    """
    found = _NICKNAME.search(title) or _BARE_PLURAL.fullmatch(title.strip())
    if found is None:
        return None
    ratio = LIKELIHOOD_RATIOS["catalogue_style"]
    return ReplicaWord("catalogue_style", found[0], ratio)


def likelihood_ratio(words: Iterable[ReplicaWord]) -> float:
    """How many times likelier a replica's title holds these words than a lawful one."""
    return min(_RATIO_MAX, prod(word.likelihood_ratio for word in words))


@lru_cache(maxsize=1024)
def _of_client(terms: tuple[str, ...]) -> Admissions[Group]:
    return Admissions([(term, "client_term") for term in terms if term.strip()])
