"""Which scores a change of config can touch: no other is made anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from infringement_dagster.domain.client import (
    Brand,
    ClientConfig,
    ListingPhotos,
    Sampling,
    Schedule,
    TextInPhotos,
    Thresholds,
)
from infringement_dagster.domain.listing import Listing
from infringement_dagster.matching.reading import Reading, languages_of
from infringement_dagster.matching.scan_context import ScanContext
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.matching.text.lexicon import Language

# No score; only how findings are weighed; some listings' findings; those of any listing.
Reach = Literal["nothing", "weights", "some", "all"]


@dataclass(frozen=True, slots=True)
class ScoringPart:
    """All of a config that scores depend on: two configs with one part give the same scores."""

    config: ClientConfig
    languages: tuple[Language, ...]  # of the marketplaces that are searched

    def without_weights(self) -> ScoringPart:
        """All that findings depend on."""
        return replace(self, config=replace(self.config, weights={}, calibration=None))


def scoring_part(config: ClientConfig) -> ScoringPart:
    """The config less all that touches no score."""
    left = replace(
        config,
        version=0,
        searches={},
        thresholds=Thresholds(),
        sampling=Sampling(),
        schedule=Schedule(),
        text_in_photos=TextInPhotos(config.text_in_photos.when),
        listing_photos=ListingPhotos(),
        rights_holder=None,
        rules=(),
        screenshot_credits_max=0,
    )
    return ScoringPart(left, languages_of(config))


def reach_of(before: ClientConfig, after: ClientConfig) -> Reach:
    """The most that the step from one config to the other can touch."""
    old, new = scoring_part(before), scoring_part(after)
    if old == new:
        return "nothing"
    old, new = old.without_weights(), new.without_weights()
    if old == new:
        return "weights"
    return "all" if _of_photos(old) != _of_photos(new) else "some"


@dataclass(frozen=True, slots=True)
class Seeing:
    """A scorer with its listings as its config sees them."""

    scorer: Scorer
    scan: ScanContext

    @property
    def config(self) -> ClientConfig:
        """The scorer's."""
        return self.scorer.reader.config


def touched_listings(old: Seeing, new: Seeing, listings: Sequence[Listing]) -> frozenset[str]:
    """The ids of those of which such a change can have changed what their signals find.

    Findings are made of what is compared here and of photos, which a change that reaches some
    listings does not touch.
    """
    read = zip(old.scan.readings_of(listings), new.scan.readings_of(listings), strict=True)
    allows = _allowances(old.config) == _allowances(new.config)
    priced = _priced(old.config) == _priced(new.config)
    return frozenset(
        listing.listing_id
        for listing, (before, after) in zip(listings, read, strict=True)
        if before != after
        or not (allows or _is_allowed(old.config, listing) == _is_allowed(new.config, listing))
        or not (priced or _floors(old, new, listing, before) == _floors(new, old, listing, after))
        or not (new.scan.bears_alike(listing) or old.scan.of(listing) == new.scan.of(listing))
    )


def _of_photos(part: ScoringPart) -> object:
    """All that what photos show depends on; words of brands too, where photos are read."""
    config = part.config
    reads = config.text_in_photos.when
    words = (tuple(map(_words, config.brands)), config.false_hits, part.languages)
    return config.further_hashes, config.key_points, reads, None if reads == "off" else words


def _words(brand: Brand) -> Brand:
    return replace(brand, price_floor=None, model_floors={})


def _is_allowed(config: ClientConfig, listing: Listing) -> tuple[bool, frozenset[str]]:
    """Whether the client allows the listing, and by which of its seller's names."""
    ids = {listing_id.casefold() for listing_id in config.allowed_listing_ids}
    sellers = {seller.casefold() for seller in config.allowed_sellers}
    seller = listing.seller
    names = {name.casefold() for name in (seller.name, seller.seller_id) if name} if seller else ()
    return listing.listing_id.casefold() in ids, frozenset(sellers.intersection(names))


def _allowances(config: ClientConfig) -> object:
    return config.allowed_listing_ids, config.allowed_sellers


def _priced(config: ClientConfig) -> object:
    """All that a listing's floors depend on but for its reading."""
    return [(brand.name, brand.price_floor, brand.model_floors) for brand in config.brands]


def _floors(seeing: Seeing, other: Seeing, listing: Listing, reading: Reading) -> list[object]:
    """The floor by the brand named, and by each that a photo may turn out to show."""
    names = {brand.name for each in (seeing, other) for brand in each.config.brands}
    shown = (None, *sorted(names))
    return [seeing.scorer.floor(reading.use, name, listing.title) for name in shown]
