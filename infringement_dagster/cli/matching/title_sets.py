"""How surely titles with known answers use their brands.

`text/misspellings.csv` holds brand, title, label and kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from infringement_dagster.cli.matching.evaluation_sets import grouped
from infringement_dagster.cli.matching.tables import Row, read_table
from infringement_dagster.domain.client import Brand
from infringement_dagster.matching.calibration.metrics import Floats
from infringement_dagster.matching.text.brand_text import BrandMatcher, BrandUse, use_of
from infringement_dagster.matching.text.languages import TABLES
from infringement_dagster.matching.text.languages.table import (
    EXAMPLE_BRAND,
    LanguageTable,
    examples,
)
from infringement_dagster.matching.text.lexicon import LANGUAGES
from infringement_dagster.matching.text.title_words import key_of, pieces_of

Letters = Literal["up to 3 letters", "4 letters", "5 letters and more"]
_CATEGORY_LETTERS_MIN, _CATEGORIES_MAX = 4, 5


@dataclass(frozen=True, slots=True)
class TitleScores:
    """Strengths by label; `claimed` is what mentions leave of it."""

    positive: Mapping[str, Floats]  # by kind of spelling
    positive_by_letters: Mapping[str, Floats]
    short_in_context: Floats  # up to three letters, where the client gave a category
    exact: Floats
    negative: Floats
    negative_by_letters: Mapping[str, Floats]
    negative_in_context: Floats
    negative_hard: Floats
    mentions_left: Floats  # strength less the mention, as the thresholds were always compared
    mentions_claimed: Floats  # as the scorer takes it


def score_titles(data: Path) -> TitleScores:
    """How surely each labelled title uses the brand of its row."""
    rows = read_table(data / "text" / "misspellings.csv", ("brand", "title", "label", "kind"))
    uses = _uses(rows, {})
    in_context = [row for row in rows if _letters(row["brand"]) == "up to 3 letters"]
    context_uses = _uses(in_context, _categories(in_context))

    def strengths(label: str) -> Floats:
        return _strengths(rows, uses, label)

    def by(label: str, keys: Sequence[str]) -> Mapping[str, Floats]:
        chosen = [key for key, row in zip(keys, rows, strict=True) if row["label"] == label]
        return grouped(chosen, strengths(label))

    letters = [_letters(row["brand"]) for row in rows]
    mentions = [use for row, use in zip(rows, uses, strict=True) if row["label"] == "nominative"]
    return TitleScores(
        positive=by("positive", [row["kind"] for row in rows]),
        positive_by_letters=by("positive", letters),
        short_in_context=_strengths(in_context, context_uses, "positive"),
        exact=strengths("exact"),
        negative=strengths("negative"),
        negative_by_letters=by("negative", letters),
        negative_in_context=_strengths(in_context, context_uses, "negative"),
        negative_hard=strengths("negative_hard"),
        mentions_left=np.array([use.strength - use.nominative if use else 0.0 for use in mentions]),
        mentions_claimed=np.array([_claimed(use) for use in mentions]),
    )


def score_mentions() -> Mapping[str, Floats]:
    """The brand use left by every mention in the examples of each language's table."""
    matcher = BrandMatcher([Brand(EXAMPLE_BRAND)])
    return {table.code: _mentions(matcher, table) for table in TABLES}


def _mentions(matcher: BrandMatcher, table: LanguageTable) -> Floats:
    rows = (
        table.refers,
        table.fits,
        table.prepositions,
        table.companions,
        table.refers_after,
        table.accessories,
    )
    titles = [title for given in rows for _, title in examples(given)]
    found = matcher.find_many(titles)
    return np.array([_claimed(use_of(uses, EXAMPLE_BRAND)) for uses in found])


def _claimed(use: BrandUse | None) -> float:
    return use.strength * (1 - use.nominative) if use else 0.0


def _uses(rows: Sequence[Row], categories: Mapping[str, tuple[str, ...]]) -> list[BrandUse | None]:
    names = sorted({row["brand"] for row in rows})
    brands = [Brand(name, categories=categories.get(name, ())) for name in names]
    matcher = BrandMatcher(brands, languages=LANGUAGES)
    found = matcher.find_many([row["title"] for row in rows], workers=-1)
    return [use_of(own, row["brand"]) for row, own in zip(rows, found, strict=True)]


def _strengths(rows: Sequence[Row], uses: Sequence[BrandUse | None], label: str) -> Floats:
    chosen = zip(rows, uses, strict=True)
    return np.array(
        [use.strength if use else 0.0 for row, use in chosen if row["label"] == label],
        dtype=np.float64,
    )


def _letters(brand: str) -> Letters:
    count = len(key_of(brand))
    if count <= 3:
        return "up to 3 letters"
    return "4 letters" if count == 4 else "5 letters and more"


def _categories(rows: Sequence[Row]) -> Mapping[str, tuple[str, ...]]:
    """The commonest long words of each brand's own titles, as a client would give categories."""
    words: dict[str, Counter[str]] = {}
    for row in rows:
        if row["label"] == "exact":
            pieces = {w for w in pieces_of(row["title"].casefold()) if w.isalpha()}
            long_words = [w for w in pieces if len(w) >= _CATEGORY_LETTERS_MIN]
            words.setdefault(row["brand"], Counter()).update(long_words)
    return {
        brand: tuple(word for word, _ in counts.most_common(_CATEGORIES_MAX))
        for brand, counts in words.items()
    }
