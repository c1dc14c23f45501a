"""One listing's judgement, the same for a scan, a preview and a file of listings.

The slower look for key points is taken only where the first look earns it; one poisoned listing
loses itself and no judgement of another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from infringement_dagster.domain.errors import TransientError
from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.score import Score
from infringement_dagster.matching.photo_text.brand_in_photo import ReadPhotos
from infringement_dagster.matching.photos.compared import Photo
from infringement_dagster.matching.photos.known_verdicts import KnownVerdicts
from infringement_dagster.matching.photos.local_features import LocalFeatures
from infringement_dagster.matching.scan_context import Context, ScanContext
from infringement_dagster.matching.scoring import FirstLook, Scorer

Pairs = Sequence[tuple[str, str]]  # a photo and a photo of a reference, by SHA-256
NOTHING_READ: ReadPhotos = {}
KeyPointsOf = Callable[[Pairs], Mapping[str, LocalFeatures]]  # of all photos of the pairs


@dataclass(frozen=True, slots=True)
class Judged:
    """A listing's score, and whether its photos got the slower look."""

    score: Score
    looked: bool


@dataclass(frozen=True, slots=True)
class NotJudged:
    """Why a listing could not be scored; `detail` is for people."""

    reason: str
    detail: str


def first_looks(
    scorer: Scorer,
    shown: Sequence[tuple[Listing, Sequence[Photo]]],
    scan: ScanContext,
    known: KnownVerdicts | None = None,
) -> Sequence[FirstLook | None]:
    """All at once; none where one of them is poisoned and each has to be looked at alone.

    Words are hardly read again: the scan has read its listings.
    """
    try:
        readings = scan.readings_of([listing for listing, _ in shown])
        return scorer.first_looks(shown, readings, known)
    except Exception:
        return [None] * len(shown)


def worth_reading(
    scorer: Scorer,
    shown: Sequence[tuple[Listing, Sequence[Photo]]],
    looks: Sequence[FirstLook | None],
) -> list[str]:
    """The ids of the listings' photos that are worth reading, those that promise most first.

    The first photo of each comes before the second of any. A poisoned listing has none.
    """
    earned = (
        worth
        for (listing, photos), look in zip(shown, looks, strict=True)
        if look is not None
        for worth in scorer.worth_reading(listing, photos, look)
    )
    return list(
        dict.fromkeys(entry.photo_id for entry in sorted(earned, key=lambda item: item.rank))
    )


def judged(
    scorer: Scorer,
    shown: tuple[Listing, Sequence[Photo]],
    first: FirstLook | None,
    context: Context,
    key_points_of: KeyPointsOf,
    read: ReadPhotos = NOTHING_READ,
) -> Judged | NotJudged:
    """The listing's judgement; only a TransientError, such as a store that is away, is raised."""
    listing, photos = shown
    try:
        look = first or scorer.first_looks([shown])[0]
        pairs = scorer.worth_key_points(look)
        seen = key_points_of(pairs) if pairs else {}
        own = {photo.photo_id: read[photo.photo_id] for photo in photos if photo.photo_id in read}
        return Judged(scorer.score(listing, photos, context, look, seen, own), bool(pairs))
    except TransientError:
        raise
    except Exception as error:
        return NotJudged("scorer_error", f"{type(error).__name__}: {error}")
