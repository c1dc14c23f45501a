"""Scores the listings of one run, one poisoned listing at most losing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.further_hash import is_further_hash
from infringement_dagster.domain.listing import Listing, Provider
from infringement_dagster.domain.photo import KeptPhoto, ListingPhoto, MissedPhoto
from infringement_dagster.domain.score import TELLING_MIN, Score, Signal
from infringement_dagster.matching.judging import NotJudged, first_looks, judged, worth_reading
from infringement_dagster.matching.photos.compared import Photo
from infringement_dagster.matching.photos.corners.points import CornerPoints
from infringement_dagster.matching.photos.descriptors.copy_descriptor import CopyDescriptor
from infringement_dagster.matching.photos.known_verdicts import KnownVerdicts
from infringement_dagster.matching.scan_context import Key, ScanContext
from infringement_dagster.matching.scoring import Scorer
from infringement_dagster.photos.key_points import KeyPoints
from infringement_dagster.photos.photo_texts import PhotoTexts, places_of

NO_DESCRIPTORS: Mapping[str, CopyDescriptor] = {}


def score_listings(
    scorer: Scorer,
    key_points: KeyPoints,
    scan: ScanContext,
    listings: Sequence[Listing],
    photos: Mapping[str, Sequence[ListingPhoto]],
    corner_points: Mapping[str, CornerPoints],
    descriptors: Mapping[str, CopyDescriptor] = NO_DESCRIPTORS,
    texts: PhotoTexts | None = None,
    known: KnownVerdicts | None = None,
) -> tuple[dict[str, Score], list[ItemOutcome]]:
    """The scores by listing id, and the listings that could not be scored with the reason.

    `corner_points` and `descriptors` are those of the photos, by SHA-256; without `texts` no photo
    is read. Photos of which verdicts are `known` are not compared again.
    """
    scored: dict[str, Score] = {}
    failed: list[ItemOutcome] = []
    shown = [
        (
            listing,
            [
                _photo(photo, corner_points, descriptors)
                for photo in _distinct(photos.get(listing.listing_id, ()))
            ],
        )
        for listing in listings
    ]
    looks = first_looks(scorer, shown, scan, known)
    worth = [] if texts is None else worth_reading(scorer, shown, looks)
    read = {} if texts is None else texts.of_photos(places_of(worth, photos))
    for item, first in zip(shown, looks, strict=True):
        listing = item[0]
        outcome = judged(scorer, item, first, scan.of(listing), key_points.of_pairs, read)
        if isinstance(outcome, NotJudged):
            failed.append(ItemOutcome(listing.listing_id, "failed", outcome.reason, outcome.detail))
        else:
            scored[listing.listing_id] = outcome.score
    return scored, failed


def kept_photo_ids(
    provider: Provider, photos: Mapping[str, Sequence[ListingPhoto]]
) -> dict[Key, list[str]]:
    """The ids of each listing's kept photos, by which a scan sees one photo under many sellers."""
    return {
        (provider, listing_id): [
            place.photo.sha256 for place in places if isinstance(place.photo, KeptPhoto)
        ]
        for listing_id, places in photos.items()
    }


def _distinct(places: Sequence[ListingPhoto]) -> list[ListingPhoto]:
    """The photos with each content once: a page may name one at several addresses."""
    first: dict[str, ListingPhoto] = {}
    for place in places:
        content = place.photo.sha256 if isinstance(place.photo, KeptPhoto) else place.url
        first.setdefault(content, place)
    return list(first.values())


def _photo(
    place: ListingPhoto,
    corner_points: Mapping[str, CornerPoints],
    descriptors: Mapping[str, CopyDescriptor],
) -> Photo:
    if isinstance(place.photo, MissedPhoto):
        return Photo(place.url, place.photo)
    sha256 = place.photo.sha256
    return Photo(sha256, place.photo.hashed, corner_points.get(sha256), descriptors.get(sha256))


def probability_without_photos(config: ClientConfig) -> Callable[[Listing], float]:
    """The probability of a listing by its words, price and seller, as before photos are fetched."""
    scorer = Scorer(config, ())
    return lambda listing: scorer.score(listing, ()).probability


# What photos, prices beside others, and other listings say of one; the rest its own row tells.
_TOLD_LATER: Final = frozenset(
    {
        *("image_hash", "image_local", "stolen_photo", "photo_of_accessory", "shared_photo"),
        *("brand_in_photo", "logo_in_photo", "low_price", "seller_history", "relisting"),
        *("batch_template", "fair_dealer", "clean_history"),
    }
)


def probability_before_photos(
    config: ClientConfig, scores: Mapping[str, Score]
) -> Callable[[Listing], float]:
    """The same probability where the config's whole scores are known by listing id.

    Scores of which only the row spoke are taken as they are: reading 4,000 rows anew takes 7 CPU s.
    """
    anew = probability_without_photos(config)

    def probability(listing: Listing) -> float:
        score = scores.get(listing.listing_id)
        if score is None or any(_is_told_later(signal) for signal in score.signals):
            return anew(listing)
        return score.probability

    return probability


def _is_told_later(signal: Signal) -> bool:
    if abs(signal.contribution) < TELLING_MIN:
        return False
    return signal.name in _TOLD_LATER or is_further_hash(signal.name)
