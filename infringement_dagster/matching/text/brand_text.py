"""Whether a title uses a brand, or a disguise of it, and where."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from infringement_dagster.domain.client import Brand
from infringement_dagster.matching.known_brands import OTHER_MAKERS
from infringement_dagster.matching.text.brand_patterns import Kind
from infringement_dagster.matching.text.brand_words import BrandWords, Hit, Run, context_of
from infringement_dagster.matching.text.lexicon import Language
from infringement_dagster.matching.text.nominative import nominative_strength
from infringement_dagster.matching.text.normal_text import normal, plainly_written
from infringement_dagster.matching.text.sounds_like import SOUND_STRENGTH, SoundsLike
from infringement_dagster.matching.text.title_words import TitleWords, pieces_of, words_of

DISGUISES: frozenset[Kind] = frozenset(
    {"known_misspelling", "look_alike", "split", "masked", "misspelt"}
)
NAMED_MIN = 0.4  # from this strength a listing counts as naming the brand
Place = Literal["words", "hashtag", "address"]  # where in the title a brand stands

_OUT_OF_CONTEXT_FACTOR = 0.3  # an everyday word on its own names no brand: below the cut of 0.4
_JOINED_WORDS_FACTOR = 0.35  # "low tide" only reads as Lowtide when joined
_DOUBTFUL_MAX = 0.4  # an everyday word gains nothing from its place
_LEADING_SHARE = 0.3  # sellers lead with the brand: this share of the doubt goes
# A short name has many neighbours: "Nkie" is Nike beside "shoes".
_SHORT_LETTERS_MAX = 4
_IN_CONTEXT_FACTOR, _IN_CONTEXT_MAX = 2.0, 0.7
_ADDRESS = re.compile(
    r"www\.|://|\.(?:com|net|org|shop|store|online|co|de|fr|it|es|nl|pl|ru|cn|jp)\b"
)


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
    place: Place = "words"


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
        others = (*OTHER_MAKERS, *other_brands)
        self._words = BrandWords(self._brands, false_hits, others, languages)
        self._context = [context_of(brand) for brand in self._brands]
        self._names = [_names_as_written(brand) for brand in self._brands]
        self._sounds = SoundsLike(brands)

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
        best: dict[int, tuple[float, Run, Hit]] = {}
        for run in self._words.runs(pieces):
            for hit in self._words.hits(run):
                weighed = self._weighed(pieces, run, hit)
                if hit.brand not in best or weighed > best[hit.brand][0]:
                    best[hit.brand] = (weighed, run, hit)
        if title.isascii() and not best:
            return []
        words = words_of(title)
        uses = [self._use(words, *found) for found in best.values()]
        if not title.isascii():
            uses += self._sounding(title, words, known=best)
        return sorted(uses, key=lambda use: (-use.strength, use.start))

    def _sounding(
        self, title: str, words: TitleWords, known: Collection[int]
    ) -> Iterator[BrandUse]:
        """Weak hints of brands that the title does not use otherwise."""
        sounding = {at: word for at, word in self._sounds.find(title) if at not in known}
        for at, word in sounding.items():
            start = max(0, words.text.find(normal(word)))
            end = start + len(normal(word))
            nominative, phrase = nominative_strength(words.text, start, end)
            name = self._brands[at].name
            yield BrandUse(name, "sounds_like", SOUND_STRENGTH, word, start, nominative, phrase)

    def _weighed(self, pieces: Sequence[str], run: Run, hit: Hit) -> float:
        strength, context = hit.strength, self._context[hit.brand]
        is_common = self._brands[hit.brand].common_word and _is_ordinary(hit)
        is_short = (
            hit.kind in ("misspelt", "look_alike") and len(hit.spelling.key) <= _SHORT_LETTERS_MAX
        )
        if is_common or is_short:
            others = {*pieces[: run.first], *pieces[run.first + run.words :]}
            in_context = not context.isdisjoint(others) or any(
                _singular(word) in context for word in others
            )
            if is_common:
                return strength if in_context else strength * _OUT_OF_CONTEXT_FACTOR
            if in_context:
                strength = max(strength, min(_IN_CONTEXT_MAX, strength * _IN_CONTEXT_FACTOR))
        leads = run.first == 0 or (run.first == 1 and pieces[0] == "new")
        if leads and strength > _DOUBTFUL_MAX:
            return strength + (1 - strength) * _LEADING_SHARE
        return strength

    def _use(self, words: TitleWords, strength: float, run: Run, hit: Hit) -> BrandUse:
        start, end = words.span(run.first, run.words)
        if run.words == 1:
            start, end = start + hit.start, end if hit.end is None else start + hit.end
        nominative, phrase = nominative_strength(words.text, start, end)
        kind, shown = hit.kind, words.text[start:end]
        if kind == "split" and (
            self._words.are_everyday(shown.split(" ")) or self._words.is_possessive(shown)
        ):
            strength *= _JOINED_WORDS_FACTOR
        if kind in ("exact", "alias", "inflected") and not words.is_plain(
            run.joined, hit.spelling.written, *self._names[hit.brand]
        ):
            kind = "look_alike"  # letters of other scripts: no owner writes like that
        name = self._brands[hit.brand].name
        place = _place(words.text, start, end)
        return BrandUse(name, kind, strength, shown, start, nominative, phrase, place)


def use_of(uses: Iterable[BrandUse], brand: str) -> BrandUse | None:
    """The use of one brand, by its name as configured; None without one."""
    return next((use for use in uses if use.brand == brand), None)


def _is_ordinary(hit: Hit) -> bool:
    """Whether the hit may be the everyday word: no model, longer name or misspelling given."""
    return hit.kind not in ("model", "known_misspelling") and hit.spelling.words == 1


def _singular(word: str) -> str:
    return word.removesuffix("s")


def _names_as_written(brand: Brand) -> tuple[str, ...]:
    """Names with letters of their own, which a title may hold without any disguise."""
    written = (plainly_written(name) for name in (brand.name, *brand.aliases))
    return tuple(name for name in written if name)


def _place(normal_title: str, start: int, end: int) -> Place:
    token_start = normal_title.rfind(" ", 0, start) + 1
    token_end = normal_title.find(" ", end)
    token = normal_title[token_start : token_end if token_end >= 0 else None]
    if token.startswith("#"):
        return "hashtag"
    return "address" if _ADDRESS.search(token) else "words"
