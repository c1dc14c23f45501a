"""Scores the listings of one run, one poisoned listing at most losing itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.listing import Listing, Provider
from infringement_dagster.domain.photo import KeptPhoto, ListingPhoto, MissedPhoto
from infringement_dagster.domain.score import Score
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
    return lambda listing: next(scorer.probabilities_without_photos([listing]))
