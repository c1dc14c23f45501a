"""Whether a title uses a brand, or a disguise of it, and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infringement_dagster.domain.client import Brand
from infringement_dagster.matching.text.brand_words import BrandWords, Hit, Kind, Run
from infringement_dagster.matching.text.lexicon import Language
from infringement_dagster.matching.text.nominative import nominative_strength
from infringement_dagster.matching.text.normal_text import normal
from infringement_dagster.matching.text.title_words import TitleWords, pieces_of, words_of

DISGUISES: frozenset[Kind] = frozenset(
    {"known_misspelling", "look_alike", "split", "masked", "misspelt"}
)

_OUT_OF_CONTEXT_FACTOR = 0.4  # an everyday word on its own names no brand
_DOUBTFUL_MAX = 0.4  # an everyday word gains nothing from its place
_LEADING_SHARE = 0.3  # sellers lead with the brand: this share of the doubt goes


@dataclass(frozen=True, slots=True)
class BrandUse:
    """One use of a brand in a title; `start` counts in the normalised title."""

    brand: str
    kind: Kind
    strength: float  # 0 to 1: how surely these words mean this brand
    matched_text: str
    start: int
    nominative: float  # 0 to 1: how surely it is only referred to
    phrase: str  # the words that make it nominative


class BrandMatcher:
    """Finds brands in titles; prepared once for all of them."""

    def __init__(
        self,
        brands: Sequence[Brand],
        false_hits: Iterable[str] = (),
        other_brands: Iterable[str] = (),
        languages: Sequence[Language] = ("en",),
    ) -> None:
        self._brands = tuple(brands)
        self._words = BrandWords(self._brands, false_hits, other_brands, languages)
        self._context = [_context(brand) for brand in self._brands]

    def find(self, title: str) -> list[BrandUse]:
        """The strongest use of each brand that the title uses, strongest first."""
        return self.find_many([title])[0]

    def find_many(self, titles: Sequence[str], workers: int = 1) -> list[list[BrandUse]]:
        """The same for many titles, whose distinct words are compared only once.

        `workers` threads compare them; -1 is one for each core.
        """
        pieces = [pieces_of(normal(title)) for title in titles]
        self._words.learn(set().union(*pieces), workers)
        return [self._uses(title, words) for title, words in zip(titles, pieces, strict=True)]

    def _uses(self, title: str, pieces: Sequence[str]) -> list[BrandUse]:
        best: dict[int, tuple[float, Run, Kind]] = {}
        for run in self._words.runs(pieces):
            for brand, kind, strength in self._words.hits(run):
                weighed = self._weighed(pieces, run, (brand, kind, strength))
                if brand not in best or weighed > best[brand][0]:
                    best[brand] = (weighed, run, kind)
        if not best:
            return []
        words = words_of(title)
        uses = [self._use(words, brand, *found) for brand, found in best.items()]
        return sorted(uses, key=lambda use: (-use.strength, use.start))

    def _weighed(self, pieces: Sequence[str], run: Run, hit: Hit) -> float:
        brand, kind, strength = hit
        if self._brands[brand].common_word and kind != "model":
            others = {*pieces[: run.first], *pieces[run.first + run.words :]}
            return strength if others & self._context[brand] else strength * _OUT_OF_CONTEXT_FACTOR
        leads = run.first == 0 or (run.first == 1 and pieces[0] == "new")
        if leads and strength > _DOUBTFUL_MAX:
            return strength + (1 - strength) * _LEADING_SHARE
        return strength

    def _use(
        self, words: TitleWords, brand: int, strength: float, run: Run, kind: Kind
    ) -> BrandUse:
        start, end = words.span(run.first, run.words)
        nominative, phrase = nominative_strength(words.text, start, end)
        if kind in ("exact", "alias") and not words.is_plain(run.joined):
            kind = "look_alike"  # letters of other scripts: no owner writes like that
        name, shown = self._brands[brand].name, words.text[start:end]
        return BrandUse(name, kind, strength, shown, start, nominative, phrase)


def use_of(uses: Iterable[BrandUse], brand: str) -> BrandUse | None:
    """The use of one brand, by its name as configured; None without one."""
    return next((use for use in uses if use.brand == brand), None)


def _context(brand: Brand) -> frozenset[str]:
    texts = (*brand.categories, *brand.models)
    return frozenset(word for text in texts for word in pieces_of(normal(text)))
