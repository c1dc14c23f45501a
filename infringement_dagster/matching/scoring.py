"""From one listing and what its client told us to an explained probability of infringement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from infringement_dagster.domain.client import ClientConfig, PriceFloor
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.score import Basis, Score, Signal, Unavailable
from infringement_dagster.matching.basis import basis_of
from infringement_dagster.matching.combination import Combination
from infringement_dagster.matching.global_model import combination_of
from infringement_dagster.matching.pictures.hash_match import HashMatch
from infringement_dagster.matching.pictures.references import Photo, Reference, ReferencePictures
from infringement_dagster.matching.signals import (
    COLD_START,
    Comparison,
    SellerRecord,
    found_in,
    values_of,
)
from infringement_dagster.matching.text.brand_text import BrandMatcher, BrandUse
from infringement_dagster.matching.text.lexicon import LANGUAGES, Language
from infringement_dagster.matching.violations import violation_type_of

__all__ = ["Photo", "Reference", "Scorer", "SellerRecord"]

MODEL = COLD_START.name
_WEAK_HASH_MIN = 0.02  # pdq at 90 bits: one in a hundred distinct pairs is that near
_NAMED_MIN = 0.4


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What a listing's title and the hashes of its photos show."""

    use: BrandUse | None
    image: HashMatch | Unavailable


class Scorer:
    """Scores listings of one client; prepared once from its config and references."""

    def __init__(
        self,
        config: ClientConfig,
        references: Iterable[Reference],
        combination: Combination | None = None,
    ) -> None:
        """Combines signals as the config's calibration says, unless told otherwise."""
        self._config = config
        self._combination = combination or combination_of(config.calibration)
        self._brands = BrandMatcher(config.brands, config.false_hits, languages=_languages(config))
        self._floors = {brand.name: brand.price_floor for brand in config.brands}
        self._pictures = ReferencePictures(references)

    def first_looks(self, shown: Sequence[tuple[Listing, Sequence[Photo]]]) -> list[FirstLook]:
        """What is seen of each listing; many at once cost a fifth of one by one."""
        uses = self._brands.find_many([listing.title for listing, _ in shown])
        images = self._pictures.nearest_many([photos for _, photos in shown])
        return [
            FirstLook(use[0] if use else None, image)
            for use, image in zip(uses, images, strict=True)
        ]

    def earns_key_points(self, look: FirstLook) -> bool:
        """Whether the listing's photos are worth the slower look for key points.

        They are when a hash is weakly near, when the title names a brand, or always or never by
        the client's config.
        """
        if self._config.key_points != "earned":
            return self._config.key_points == "always"
        if not isinstance(look.image, Unavailable) and look.image.similarity >= _WEAK_HASH_MIN:
            return True
        use = look.use
        return use is not None and use.strength * (1 - use.nominative) >= _NAMED_MIN

    def score(
        self,
        listing: Listing,
        photos: Sequence[Photo],
        seller_record: SellerRecord | None = None,
        look: FirstLook | None = None,
    ) -> Score:
        """The explained score; never raises for anything a listing may hold."""
        look = look or self.first_looks([(listing, photos)])[0]
        use, image = look.use, look.image
        seen = self._pictures.sighting(photos)
        reference = seen[0] if seen is not None else None
        if reference is None and not isinstance(image, Unavailable):
            reference = self._pictures.references[image.reference]
        comparison = Comparison(
            listing,
            self._config,
            use,
            image,
            self.floor(use, None if reference is None else reference.brand),
            self._pictures.why_no_look(photos) if seen is None else seen[1],
            seller_record,
        )
        whole = None
        if not isinstance(image, Unavailable) and image.similarity >= _WEAK_HASH_MIN:
            whole = self._pictures.references[image.reference]
        inside = None if seen is None else seen[0]
        return self._combined(comparison, basis_of(comparison, whole, inside))

    def _combined(self, comparison: Comparison, basis: Mapping[str, Basis]) -> Score:
        found = found_in(comparison)
        values = values_of(found)
        combined = self._combination.combine(values, self._config.weights)
        signals = tuple(
            Signal(
                name,
                given,
                given.reason,
                combined.contributions.get(name, 0.0),
                basis.get(name),
            )
            if isinstance(given, Unavailable)
            else Signal(
                name,
                values[name] or 0.0,
                given[1],
                combined.contributions.get(name, 0.0),
                basis.get(name),
            )
            for name, given in found.items()
        )
        return Score(
            combined.probability,
            self._combination.is_calibrated,
            self._combination.name,
            signals,
            violation_type_of(comparison, values),
        )

    def floor(self, use: BrandUse | None, pictured: str | None) -> PriceFloor | None:
        """The floor of the brand used, else of the brand pictured, else of the only brand."""
        if use is not None:
            return self._floors[use.brand]
        if pictured in self._floors:
            return self._floors[pictured]
        return next(iter(self._floors.values())) if len(self._floors) == 1 else None


def _languages(config: ClientConfig) -> tuple[Language, ...]:
    """English, which every marketplace mixes in, and those of the client's marketplaces."""
    local = {search.marketplace.rpartition(".")[2] for search in config.searches.values()}
    return ("en", *(language for language in LANGUAGES if language in local))
