"""Scores the listings of one run, one poisoned listing at most losing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.counts import ItemOutcome
from infringement_dagster.domain.errors import TransientError
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.photo import ListingPhoto, MissedPhoto
from infringement_dagster.domain.score import Score
from infringement_dagster.matching.scoring import FirstLook, Photo, Scorer
from infringement_dagster.photos.key_points import KeyPoints
from infringement_dagster.scoring.sellers import SellerRecords


def score_listings(
    scorer: Scorer,
    key_points: KeyPoints,
    sellers: SellerRecords,
    listings: Sequence[Listing],
    photos: Mapping[str, Sequence[ListingPhoto]],
) -> tuple[dict[str, Score], list[ItemOutcome]]:
    """The scores by listing id, and the listings that could not be scored with the reason."""
    scored: dict[str, Score] = {}
    failed: list[ItemOutcome] = []
    shown = [
        (listing, [_photo(photo) for photo in photos.get(listing.listing_id, ())])
        for listing in listings
    ]
    for (listing, pictures), first in zip(shown, _first_looks(scorer, shown), strict=True):
        try:
            look = first or scorer.first_looks([(listing, pictures)])[0]
            seen = key_points.described(pictures) if scorer.earns_key_points(look) else pictures
            scored[listing.listing_id] = scorer.score(listing, seen, sellers.of(listing), look)
        except TransientError:
            raise  # the store is away: the whole step waits and tries again
        except Exception as error:
            detail = f"{type(error).__name__}: {error}"
            failed.append(ItemOutcome(listing.listing_id, "failed", "scorer_error", detail))
    return scored, failed


def _first_looks(
    scorer: Scorer, shown: Sequence[tuple[Listing, Sequence[Photo]]]
) -> Sequence[FirstLook | None]:
    """All at once; none where one of them is poisoned and each has to be looked at alone."""
    try:
        return scorer.first_looks(shown)
    except Exception:
        return [None] * len(shown)


def _photo(place: ListingPhoto) -> Photo:
    if isinstance(place.photo, MissedPhoto):
        return Photo(place.url, place.photo)
    return Photo(place.photo.sha256, place.photo.hashed)


def candidates_for_details(config: ClientConfig) -> Callable[[Iterable[Listing]], list[Listing]]:
    """Picks the listings whose title alone makes their own pages worth reading, best first."""
    scorer = Scorer(config, ())
    # Half of what a review takes: seller and photos, still to come, can double the odds.
    floor = config.thresholds.review / 2

    def candidates(listings: Iterable[Listing]) -> list[Listing]:
        scored = [(scorer.score(listing, ()).probability, listing) for listing in listings]
        worth = [pair for pair in scored if pair[0] >= floor]
        return [listing for _, listing in sorted(worth, key=lambda pair: -pair[0])]

    return candidates
