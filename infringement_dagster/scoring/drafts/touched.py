"""Which scores a change of config can touch: no other is made anew."""

from __future__ import annotations

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
from infringement_dagster.matching.scan_context import Context
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
class Seen:
    """A listing with its words read and the rest of its scan, as one config sees them."""

    listing: Listing
    reading: Reading
    context: Context


def is_touched(before: Scorer, after: Scorer, old: Seen, new: Seen) -> bool:
    """Whether a change that reaches some listings can have changed what this one's signals find.

    They are made of what is compared here and of photos, which such a change does not touch.
    """
    same = (
        (old.reading, old.context) == (new.reading, new.context)
        and _is_allowed(before.reader.config, old.listing)
        == _is_allowed(after.reader.config, new.listing)
        and _floors(before, after, old) == _floors(after, before, new)
    )
    return not same


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


def _floors(scorer: Scorer, other: Scorer, seen: Seen) -> list[object]:
    """The floor by the brand named, and by each that a photo may turn out to show."""
    names = {brand.name for each in (scorer, other) for brand in each.reader.config.brands}
    shown = (None, *sorted(names))
    return [scorer.floor(seen.reading.use, name, seen.listing.title) for name in shown]
