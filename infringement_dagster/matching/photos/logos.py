"""A client's logos, and where photos show them: a bank of their own beside the product photos.

Corner points name the few logos that a photo may show, key points decide. A logo is printed dark on
light as well as light on dark, so each is also sought as its negative; in a mirror it is none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from infringement_dagster.domain.client import KeyPointPolicy
from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.corners.gate import PhotoGate
from infringement_dagster.matching.photos.local_features import LocalFeatures, negative
from infringement_dagster.matching.photos.local_match import LocalMatch, match_upright

KEY_POINTS_MIN = 60  # of a logo; a swoosh has 10, and of 20 that shrink to a chest print 5 are left
NO_LOGO = Unavailable("the client has no logo among its references")
NOT_ASKED = Unavailable("the client's config never asks key points, and nothing else sees logos")
_PLACES_EVEN, _PLACES_SCALE = 10.0, 1.5  # chance agrees on 6 places at most, a logo on 12 and more


@dataclass(frozen=True, slots=True)
class LogoSeen:
    """A logo seen in a photo, and how."""

    reference: Reference
    match: LocalMatch


class LogoBank:
    """All logos of a client, prepared for every photo."""

    def __init__(
        self, references: Iterable[Reference], key_points: KeyPointPolicy = "earned"
    ) -> None:
        kept = [
            reference
            for reference in references
            if reference.kind == "logo" and reference.points is not None
        ]
        self._logos = [] if key_points == "never" else kept
        self._why_none = NOT_ASKED if kept else NO_LOGO
        self._gate = PhotoGate([logo.points for logo in self._logos if logo.points is not None])

    def named(self, photos: Sequence[Photo]) -> tuple[tuple[str, int], ...]:
        """Photo and logo (by position) that key points are to decide; mostly none."""
        if not self._logos:
            return ()
        return tuple(
            (photo.photo_id, logo)
            for photo in photos
            if photo.points is not None
            for logo in dict.fromkeys(point.reference for point in self._gate.named(photo.points))
        )

    def photo_id(self, logo: int) -> str:
        """The SHA-256 of the logo's file."""
        return self._logos[logo].photo.photo_id

    def seen(
        self, named: Sequence[tuple[str, int]], key_points: Mapping[str, LocalFeatures]
    ) -> LogoSeen | Unavailable | None:
        """The surest logo by key points of photos and logos; None where none is seen."""
        if not self._logos:
            return self._why_none
        found = [
            LogoSeen(self._logos[logo], replace(match, photo_id=photo_id))
            for photo_id, logo in named
            if (match := self._match(photo_id, logo, key_points)) is not None
        ]
        return max(found, key=lambda item: item.match.similarity, default=None)

    def _match(
        self, photo_id: str, logo: int, key_points: Mapping[str, LocalFeatures]
    ) -> LocalMatch | None:
        ours, theirs = key_points.get(self.photo_id(logo)), key_points.get(photo_id)
        if ours is None or theirs is None:
            return None
        matches = (match_upright(way, theirs) for way in (ours, negative(ours)))
        found = [match for match in matches if match is not None]
        surest = max(found, key=lambda match: match.inlier_count, default=None)
        return None if surest is None else replace(surest, similarity=_similarity(surest))


def _similarity(match: LocalMatch) -> float:
    """From the edges, or from the places alone: what is around a printed logo is another ground."""
    by_places = 1 / (1 + math.exp(-(match.inlier_count - _PLACES_EVEN) / _PLACES_SCALE))
    return max(match.similarity, by_places)
