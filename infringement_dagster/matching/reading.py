"""A listing's words read: which brand they use, in which field, and in which role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from infringement_dagster.domain.client import Brand, ClientConfig
from infringement_dagster.domain.listing import Listing
from infringement_dagster.matching.known_brands import known_brands_in
from infringement_dagster.matching.sale_words import SaleMeaning, sale_words
from infringement_dagster.matching.text.brand_text import BrandMatcher, BrandUse
from infringement_dagster.matching.text.condition_words import condition_words
from infringement_dagster.matching.text.lexicon import (
    Language,
    language_of_marketplace,
    words_of_languages,
)
from infringement_dagster.matching.text.normal_text import as_written, normal
from infringement_dagster.matching.text.replica_words import (
    ReplicaWord,
    replica_words,
    with_client_terms,
)
from infringement_dagster.matching.text.store_line import brand_of_store_line

FieldClaim = Literal["client", "unbranded", "left_unsaid", "other_maker", "empty"]

_READ_AT_ONCE = 500
_HASHTAG = re.compile(r"#[^\s#]+")
_WORDS_BEFORE, _WORDS_AFTER = 2, 3  # "like Acme"; "Acme Trail 30 dupe"
_CHARACTERS_BESIDE = 3  # where words have no spaces between them
_FITS_ANYWHERE = re.compile("互換|호환|兼容|相容")
_FITS_AFTER = re.compile("対応|専用|用|适用|適用|전용|용(?![가-힣])")
_COINED_LENGTH_MIN = 6  # "Zubo" beside Zuvo may be chance
_MARK_LENGTH_MIN = 4
_SLIP_LETTERS_MAX = 2
_SMALL_SHARE = 0.25  # of a brand's categories
_NOT_LATIN = re.compile(r"[^\x00-\u024f]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of a listing's title, description and brand field."""

    use: BrandUse | None  # in the title, hashtags and all
    use_in_text: BrandUse | None  # in the title without its hashtags
    use_in_description: BrandUse | None
    field: FieldClaim
    title_conditions: Mapping[str, str]  # by condition, the words that claim it
    description_conditions: Mapping[str, str]
    title_words: Mapping[SaleMeaning, str]
    description_words: Mapping[SaleMeaning, str]
    replica: tuple[ReplicaWord, ...]  # in title and description
    beside: Mapping[SaleMeaning, str]  # right before and after the brand
    other_brands: tuple[str, ...]  # well-known ones in the title
    brands_in_description: tuple[str, ...]
    own_mark: str | None  # the seller's or maker's own name that only resembles the brand
    own_mark_is_coined: bool  # a long word of no language, as two makers hardly both invent
    leading_mark: str | None  # the seller's own name that leads the title, before the brand
    ordinary_words: bool  # the brand is only read where two everyday words are joined
    in_small_letters: bool  # an everyday word, written small in a title that writes others large
    is_slip: bool  # the brand with a letter or two too many, as in "Acmee"
    is_small_goods: bool  # sells for little whoever makes it, unlike most of what the client sells
    fits: str | None  # words of compatibility apart from the brand, where words have no spaces
    product_before_reference: str | None  # the client's kind of product right before "for Acme"

    @property
    def words(self) -> Mapping[SaleMeaning, str]:
        """The words about the sale in title and description together."""
        return {**self.description_words, **self.title_words}

    @property
    def any_use(self) -> BrandUse | None:
        """The use of a brand in the title, else in the description."""
        return self.use or self.use_in_description


@dataclass(frozen=True, slots=True)
class ReadBefore:
    """Readings of listings by another config; None where one was not kept."""

    reader: Reader
    reading_of: Callable[[Listing], Reading | None]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads listings of one client; prepared once from its config."""

    config: ClientConfig
    matcher: BrandMatcher
    languages: tuple[Language, ...] = ("en",)

    def read_all(
        self, listings: Iterable[Listing], before: ReadBefore | None = None
    ) -> Iterator[tuple[Listing, Reading]]:
        """Each listing with its reading, however many there are: they are read in portions.

        Whatever both configs read alike is taken from `before`: the very object where all of it is.
        """
        rest = iter(listings)
        while some := list(islice(rest, _READ_AT_ONCE)):
            told = [before.reading_of(item) if before else None for item in some]
            if before is not None and self.reads_brands_like(before.reader):
                yield from zip(some, self._with_own_terms(some, told), strict=True)
            else:
                yield from zip(some, self.read(some, told), strict=True)

    def read(
        self, listings: Sequence[Listing], told: Sequence[Reading | None] | None = None
    ) -> list[Reading]:
        """The reading of each listing; the texts of many are compared together.

        `told` are readings of the same listings by another config.
        """
        written = [listing.title for listing in listings]
        titles = self.matcher.find_many(written)
        bare = self._without_hashtags(written, titles)
        described = self.matcher.find_many([item.own_words for item in listings])
        fields = self.matcher.find_many([_field(listing) for listing in listings])
        uses = zip(titles, bare, described, fields, strict=True)
        known = told or [None] * len(listings)
        return [self._reading(*given) for given in zip(listings, known, uses, strict=True)]

    def reads_brands_like(self, other: Reader) -> bool:
        """Whether both find the same in every text, but for the clients' own fraud terms."""
        return self.languages == other.languages and _words_of(self.config) == _words_of(
            other.config
        )

    def _with_own_terms(
        self, listings: Sequence[Listing], told: Sequence[Reading | None]
    ) -> list[Reading]:
        """The readings of listings whose brands were read alike before."""
        unread = [item for item, reading in zip(listings, told, strict=True) if reading is None]
        fresh = iter(self.read(unread) if unread else ())
        return [
            next(fresh) if reading is None else self._own_terms_in(listing, reading)
            for listing, reading in zip(listings, told, strict=True)
        ]

    def _own_terms_in(self, listing: Listing, told: Reading) -> Reading:
        replica = with_client_terms(told.replica, _text_of(listing), self.config.fraud_terms)
        return told if replica == told.replica else replace(told, replica=replica)

    def _without_hashtags(
        self, written: Sequence[str], found: Sequence[list[BrandUse]]
    ) -> list[list[BrandUse]]:
        """The uses in each title without its hashtags; `found` are those with them."""
        bare = [_HASHTAG.sub(" ", title) for title in written]
        changed = [new for new, old in zip(bare, written, strict=True) if new != old]
        again = iter(self.matcher.find_many(changed) if changed else ())
        pairs = zip(bare, written, found, strict=True)
        return [uses if new == old else next(again) for new, old, uses in pairs]

    def _reading(
        self, listing: Listing, told: Reading | None, uses: Sequence[Sequence[BrandUse]]
    ) -> Reading:
        title, bare, described, field = uses
        use = title[0] if title else None
        said = _Said.by(listing, self.config.fraud_terms, told)
        reading = Reading(
            use=use,
            use_in_text=bare[0] if bare else None,
            use_in_description=described[0] if described else None,
            field=_claim(listing, field),
            title_conditions=said.title_conditions,
            description_conditions=said.description_conditions,
            title_words=said.title_words,
            description_words=said.description_words,
            replica=said.replica,
            beside={} if use is None else self._beside(listing.title, use),
            other_brands=known_brands_in(listing.title, self._own_names()),
            brands_in_description=known_brands_in(listing.own_words, self._own_names()),
            own_mark=None if use is None else _own_mark(listing, use),
            own_mark_is_coined=use is not None and self._is_coined(use.matched_text),
            leading_mark=None if use is None else self._leading_mark(listing, use),
            ordinary_words=use is not None and self._is_ordinary(use),
            in_small_letters=use is not None and self._in_small_letters(listing.title, use),
            is_slip=use is not None and _is_slip(listing.title, use),
            is_small_goods="small_goods" in said.title_words and not self._sells_small(use),
            fits=None if use is None else self._fits(listing.title),
            product_before_reference=None if use is None else self._product(listing.title, use),
        )
        return told if told is not None and told == reading else reading

    def _leading_mark(self, listing: Listing, use: BrandUse) -> str | None:
        leading, *_ = [*normal(listing.title).split(), ""]
        names = normal(f"{listing.seller.name if listing.seller else ''} {_field(listing)}")
        is_name = len(leading) >= _MARK_LENGTH_MIN and leading.isalpha() and leading in names
        if not is_name or use.start == 0 or self._is_everyday(leading):
            return None
        return leading

    def _is_ordinary(self, use: BrandUse) -> bool:
        pieces = use.matched_text.split()
        return use.kind == "split" and len(pieces) > 1 and all(map(self._is_everyday, pieces))

    def _in_small_letters(self, title: str, use: BrandUse) -> bool:
        brands = (brand for brand in self.config.brands if brand.name == use.brand)
        if use.kind != "exact" or not any(brand.common_word for brand in brands):
            return False
        written = re.findall(rf"\b{re.escape(use.matched_text)}\b", title, re.IGNORECASE)
        return bool(written) and all(word.islower() for word in written) and title != title.lower()

    def _is_coined(self, name: str) -> bool:
        return len(name) >= _COINED_LENGTH_MIN and not any(map(self._is_everyday, name.split()))

    def _is_everyday(self, word: str) -> bool:
        return word in words_of_languages(self.languages).everyday

    def _product(self, title: str, use: BrandUse) -> str | None:
        before, at, between = normal(title)[: use.start].rpartition(normal(use.phrase) or "\n")
        if not at or between.strip():
            return None
        brands = (brand for brand in self.config.brands if brand.name == use.brand)
        kinds = (normal(kind) for brand in brands for kind in brand.categories)
        return next((kind for kind in kinds if before.rstrip().endswith(kind)), None)

    def _sells_small(self, use: BrandUse | None) -> bool:
        """Whether small goods are so much of what the brand sells that its floor means them too."""
        brands = [
            configured
            for configured in self.config.brands
            if use is None or configured.name == use.brand
        ]
        kinds = [kind for brand in brands for kind in brand.categories]
        small = sum("small_goods" in sale_words(kind) for kind in kinds)
        return small >= _SMALL_SHARE * len(kinds)  # also where the client told no categories

    def _own_names(self) -> frozenset[str]:
        return frozenset(normal(name) for brand in self.config.brands for name in _names(brand))

    def _beside(self, title: str, use: BrandUse) -> dict[SaleMeaning, str]:
        """The role that the words right around the brand give it."""
        text = normal(title)
        before = _spaced(text[: use.start])[-_WORDS_BEFORE:]
        after = _spaced(text[use.start + len(use.matched_text) :])[:_WORDS_AFTER]
        right_after = after[:1] + (after[1:2] if set(after[:1]) & self._model_words() else [])
        return {
            **_only(sale_words(" ".join(right_after)), ("style",)),
            **_only(sale_words(" ".join(after)), ("lure_after",)),
            **_only(sale_words(" ".join(before)), ("lure_before",)),
            **self._beside_unspaced(title),
        }

    def _fits(self, title: str) -> str | None:
        """ "Acme Trail lamp 対応": not beside the brand, but after its product."""
        anywhere = _FITS_ANYWHERE.search(title)
        if anywhere is not None:
            return anywhere[0]
        products = (k for b in self.config.brands for k in (*b.models, *b.categories, *_names(b)))
        written, words = as_written(title), [w for p in products for w in as_written(p).split()]
        return next(
            (
                found[0]
                for found in _FITS_AFTER.finditer(written)
                if any(written[: found.start()].rstrip().endswith(word) for word in words)
            ),
            None,
        )

    def _model_words(self) -> frozenset[str]:
        models = (model for brand in self.config.brands for model in brand.models)
        return frozenset(word for model in models for word in normal(model).split())

    def _beside_unspaced(self, title: str) -> dict[SaleMeaning, str]:
        written = as_written(title)
        found: dict[SaleMeaning, str] = {}
        for name in (as_written(name) for brand in self.config.brands for name in _names(brand)):
            before, at, after = written.partition(name)
            if at and (_NOT_LATIN.search(after[:_CHARACTERS_BESIDE])):
                near = sale_words(after[:_CHARACTERS_BESIDE].strip())
                found |= _only(near, ("lure_after", "style"))
            if at and (_NOT_LATIN.search(before[-_CHARACTERS_BESIDE:])):
                near = sale_words(before[-_CHARACTERS_BESIDE:].strip())
                found |= _only(near, ("lure_before",))
        return found


@dataclass(frozen=True, slots=True)
class _Said:
    """All that a listing says about its sale, which every client reads alike but for its terms."""

    title_conditions: Mapping[str, str]
    description_conditions: Mapping[str, str]
    title_words: Mapping[SaleMeaning, str]
    description_words: Mapping[SaleMeaning, str]
    replica: tuple[ReplicaWord, ...]

    @classmethod
    def by(cls, listing: Listing, terms: tuple[str, ...], told: Reading | None) -> _Said:
        """The words of the listing, taken from a reading of it where there is one."""
        text = _text_of(listing)
        if told is None:
            return cls(
                _conditions(listing.title),
                _conditions(listing.own_words),
                sale_words(listing.title),
                sale_words(listing.own_words),
                replica_words(text, terms),
            )
        return cls(
            told.title_conditions,
            told.description_conditions,
            told.title_words,
            told.description_words,
            with_client_terms(told.replica, text, terms),
        )


def _text_of(listing: Listing) -> str:
    return f"{listing.title}\n{listing.own_words}"


def _words_of(config: ClientConfig) -> object:
    """All of a config that what is read of brands depends on."""
    priceless = (replace(brand, price_floor=None, model_floors={}) for brand in config.brands)
    return tuple(priceless), config.false_hits


def _spaced(text: str) -> list[str]:
    """The words of the scripts that put spaces between them."""
    return [word for word in re.split(r"[^\w'&]+", text) if word and not _UNSPACED.search(word)]


def _conditions(text: str) -> dict[str, str]:
    return {word.condition: word.phrase for word in condition_words(text)}


def languages_of(config: ClientConfig) -> tuple[Language, ...]:
    """English and the languages of the client's marketplaces."""
    searches = config.searches.values()
    local = (language_of_marketplace(search.marketplace) for search in searches)
    return tuple(dict.fromkeys(("en", *local)))


def reader_of(config: ClientConfig) -> Reader:
    """A reader of the client's listings, in English and the languages of its marketplaces."""
    languages = languages_of(config)
    matcher = BrandMatcher(config.brands, config.false_hits, languages=languages)
    return Reader(config, matcher, languages)


def _names(brand: Brand) -> tuple[str, ...]:
    return (brand.name, *brand.aliases)


def _only(
    found: Mapping[SaleMeaning, str], wanted: tuple[SaleMeaning, ...]
) -> dict[SaleMeaning, str]:
    return {meaning: phrase for meaning, phrase in found.items() if meaning in wanted}


def _field(listing: Listing) -> str:
    return brand_of_store_line(listing.brand or "")


def _claim(listing: Listing, uses: Sequence[BrandUse]) -> FieldClaim:
    named = _field(listing)
    if not named:
        return "empty"
    if uses and uses[0].kind in ("exact", "alias"):
        return "client"
    words = sale_words(named)
    if "unbranded" in words:
        return "unbranded"
    return "left_unsaid" if "own_name_field" in words else "other_maker"


def _is_slip(title: str, use: BrandUse) -> bool:
    if use.kind != "glued":
        return False
    text, end = normal(title), use.start + len(use.matched_text)
    before, after = re.search(r"[^\W_]*$", text[: use.start]), re.match(r"[^\W_]*", text[end:])
    extra = len(before[0] if before else "") + len(after[0] if after else "")
    return 0 < extra <= _SLIP_LETTERS_MAX


def _own_mark(listing: Listing, use: BrandUse) -> str | None:
    """The brand field or seller that is named just as the title writes, and not as the client."""
    if use.kind not in ("misspelt", "split"):
        return None
    names = (_field(listing), listing.seller.name if listing.seller else "")
    written = [name for name in names if use.matched_text in normal(name)]
    return written[0] if written else None
