"""Whether one photo is seen inside another, and where."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from infringement_dagster.domain.score import Region
from infringement_dagster.matching.photos.alignment import Agreement, agreement_of
from infringement_dagster.matching.photos.corners.mapping import (
    OFFSET_MAX_PX,
    PROJECTIVE_PLACES_MIN,
    Map,
    corners_of,
    is_plausible,
    mapped,
    projective_map,
    rescaled,
)
from infringement_dagster.matching.photos.corners.overlay import Overlay, overlay_of
from infringement_dagster.matching.photos.local_features import (
    LocalFeatures,
    mirrored,
    unit_descriptors,
)
from infringement_dagster.matching.photos.matrix_product import product

_RATIO_MAX = 0.88  # nearest over second nearest distance; verification forgives a loose one
_INLIERS_MIN = 4  # one more than an affine map fits by itself
_STRETCH_MAX = 1.8
_INLIERS_TELLING = 12
_SURE_MIN = 0.9
_EVEN_EVIDENCE, _EVIDENCE_SCALE = 1.0, 0.18  # 0.1% of 1,500 distinct pairs reach 0.9
_SAME_LINE_PLACES_MIN, _SAME_LINE_SHARE_MIN, _SAME_PHOTO_MIN = 12, 0.3, 0.5


@dataclass(frozen=True, slots=True)
class LocalMatch:
    """A verified sighting of a reference inside a candidate."""

    similarity: float  # 0 to 1
    inlier_count: int
    agreement: Agreement
    region: Region
    overlap_share: float  # of the candidate that the reference covers
    is_mirrored: bool
    photo_id: str = ""  # of the candidate, where there were several
    affine: Map | None = None  # from the reference's frame to the candidate's
    overlay: Overlay | None = None  # where pixels were laid over each other to decide
    is_negative: bool = False  # light and dark exchanged

    @property
    def is_same_line(self) -> bool:
        """Whether it shows another of the same products: much in common, and not one photo."""
        return (
            self.overlay is not None
            and self.inlier_count >= _SAME_LINE_PLACES_MIN
            and self.overlay.agreeing_share >= _SAME_LINE_SHARE_MIN
            and self.similarity < _SAME_PHOTO_MIN
        )

    @property
    def is_other_colour(self) -> bool:
        """Whether the same shapes are shown in other colours, and not as one photo recoloured."""
        if self.overlay is not None and self.overlay.is_other_tone:
            return True
        if self.overlay is not None and self.overlay.is_exact:
            return False
        return self.agreement.is_recoloured


def match_features(reference: LocalFeatures, candidate: LocalFeatures) -> LocalMatch | None:
    """The better sighting of the two orientations, or None where no geometry fits."""
    sightings = [
        sighting
        for is_mirrored in (False, True)
        if (sighting := _sighting(reference, candidate, is_mirrored=is_mirrored)) is not None
    ]
    return max(sightings, key=lambda sighting: sighting.similarity, default=None)


def match_upright(reference: LocalFeatures, candidate: LocalFeatures) -> LocalMatch | None:
    """The sighting of what is never shown in a mirror, or None where no geometry fits."""
    return _sighting(reference, candidate, is_mirrored=False)


def match_exactly(reference: LocalFeatures, candidate: LocalFeatures) -> LocalMatch | None:
    """The same, as sure as its pixels are alike; for a client's references, which have in common.

    A model's face or a carton on several of them fits as well as a copy; its pixels do not.
    """
    match = match_features(reference, candidate)
    if match is None or match.affine is None:
        return match
    shown = mirrored(reference) if match.is_mirrored else reference
    laid = _overlay(shown, candidate, match.affine)
    if laid is None:
        return None
    flat = replace(match, similarity=_exactly(match, laid), overlay=laid)
    if flat.similarity >= _SURE_MIN or match.inlier_count < PROJECTIVE_PLACES_MIN:
        return flat
    aside = _seen_from_aside(shown, candidate, match)
    return aside if aside is not None and aside.similarity > flat.similarity else flat


def _exactly(match: LocalMatch, overlay: Overlay) -> float:
    """How sure the pixels are; with few points edges must agree beyond the product, too."""
    similarity = overlay.similarity(match.inlier_count)
    if match.inlier_count >= _INLIERS_TELLING:
        return similarity
    return min(match.similarity, similarity)


def _seen_from_aside(
    shown: LocalFeatures, candidate: LocalFeatures, match: LocalMatch
) -> LocalMatch | None:
    """The same by a projective map; None where there is none."""
    pairs = _pairs(shown, candidate)
    sides = shown.positions[pairs[:, 0]], candidate.positions[pairs[:, 1]]
    size_px = (shown.width_px, shown.height_px)
    found = projective_map(*sides, size_px, _STRETCH_MAX)
    overlay = None if found is None else _overlay(shown, candidate, found[0])
    if found is None or overlay is None:
        return None
    transform, kept = found
    places = min(_places(side[kept]) for side in sides)
    region, share = region_of(size_px, (candidate.width_px, candidate.height_px), transform)
    return replace(
        match,
        similarity=overlay.similarity(places, is_projective=True),
        inlier_count=places,
        region=region,
        overlap_share=share,
        affine=transform,
        overlay=overlay,
    )


def _overlay(shown: LocalFeatures, candidate: LocalFeatures, transform: Map) -> Overlay | None:
    return overlay_of(_grey(shown), _grey(candidate), _between_thumbs(transform, shown, candidate))


def _grey(features: LocalFeatures) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(features.thumb, cv2.COLOR_RGB2GRAY), np.uint8)


def _between_thumbs(transform: Map, reference: LocalFeatures, photo: LocalFeatures) -> Map:
    """The map between frames as one between small photos."""
    to_frame = reference.width_px / reference.thumb.shape[1]
    return rescaled(transform, to_frame, photo.thumb.shape[1] / photo.width_px)


def similarity_of(inlier_count: int, gradient: float) -> float:
    """From 0 to 1, rising with both: many points on one map, and edges that coincide under it."""
    evidence = math.log1p(inlier_count) * max(0.0, gradient)
    return 1 / (1 + math.exp(-(evidence - _EVEN_EVIDENCE) / _EVIDENCE_SCALE))


def _sighting(
    reference: LocalFeatures, candidate: LocalFeatures, *, is_mirrored: bool
) -> LocalMatch | None:
    shown = mirrored(reference) if is_mirrored else reference
    pairs = _pairs(shown, candidate)
    if len(pairs) < _INLIERS_MIN:
        return None
    source, target = shown.positions[pairs[:, 0]], candidate.positions[pairs[:, 1]]
    estimated = cv2.estimateAffine2D(
        source,
        target,
        method=cv2.RANSAC,
        ransacReprojThreshold=OFFSET_MAX_PX,
        maxIters=1000,
        confidence=0.995,
        refineIters=5,
    )
    if estimated[0] is None or not is_plausible(np.asarray(estimated[0]), _STRETCH_MAX):
        return None
    affine = np.asarray(estimated[0], dtype=np.float64)
    kept = np.asarray(estimated[1]).ravel() > 0
    inlier_count = min(_places(source[kept]), _places(target[kept]))
    if inlier_count < _INLIERS_MIN:
        return None
    agreement = agreement_of(shown, candidate, affine)
    region, share = region_of(
        (shown.width_px, shown.height_px), (candidate.width_px, candidate.height_px), affine
    )
    similarity = similarity_of(inlier_count, agreement.gradient)
    return LocalMatch(
        similarity, inlier_count, agreement, region, share, is_mirrored, affine=affine
    )


def _pairs(reference: LocalFeatures, candidate: LocalFeatures) -> NDArray[np.intp]:
    """Rows (reference, candidate) of points that are each other's nearest, and clearly so."""
    if min(len(reference.positions), len(candidate.positions)) < _INLIERS_MIN:
        return np.zeros((0, 2), dtype=np.intp)
    alike = product(unit_descriptors(candidate), unit_descriptors(reference).T)
    rows = np.arange(len(alike))
    nearest = alike.argmax(axis=1)
    is_mutual = alike.argmax(axis=0)[nearest] == rows
    first = alike[rows, nearest]
    alike[rows, nearest] = -1.0
    second = alike.max(axis=1)
    is_clear = (1 - first) < _RATIO_MAX**2 * (1 - second)  # squared distances of unit vectors
    chosen = np.flatnonzero(is_mutual & is_clear)
    return np.stack((nearest[chosen], chosen), axis=1)


def _places(positions: NDArray[np.float32]) -> int:
    """Distinct places: one corner described at five scales is one piece of evidence."""
    return len(np.unique(np.rint(positions / 4), axis=0))


def region_of(
    reference_px: tuple[int, int], candidate_px: tuple[int, int], transform: Map
) -> tuple[Region, float]:
    """Where the reference lies in the candidate, and the share of the candidate it covers."""
    seen = mapped(transform, corners_of(reference_px)) / candidate_px
    inside = np.clip(seen, 0.0, 1.0)
    left, top = inside.min(axis=0).tolist()
    right, bottom = inside.max(axis=0).tolist()
    frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    covered, _ = cv2.intersectConvexConvex(seen.astype(np.float32), frame)
    return Region(left, top, right, bottom), min(1.0, max(0.0, float(covered)))
