"""Whether one photo is seen inside another, and where."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from infringement_dagster.domain.score import Region
from infringement_dagster.matching.photos.alignment import Agreement, agreement_of
from infringement_dagster.matching.photos.corners.overlay import (
    Affine,
    Overlay,
    overlay_of,
    rescaled,
)
from infringement_dagster.matching.photos.local_features import (
    LocalFeatures,
    mirrored,
    unit_descriptors,
)
from infringement_dagster.matching.photos.matrix_product import product

_RATIO_MAX = 0.88  # nearest over second nearest distance; verification forgives a loose one
_OFFSET_MAX_PX = 6.0  # in a frame of 400 px
_INLIERS_MIN = 4  # one more than an affine map fits by itself
_SHRINK_MIN, _GROW_MAX, _STRETCH_MAX = 0.1, 6.0, 1.8
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
    affine: Affine | None = None  # from the reference's frame to the candidate's
    overlay: Overlay | None = None  # where pixels were laid over each other to decide

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


def match_exactly(reference: LocalFeatures, candidate: LocalFeatures) -> LocalMatch | None:
    """The same, as sure as its pixels are alike; for a client's references, which have in common.

    A model's face or a carton on several of them fits as well as a copy; its pixels do not.
    """
    match = match_features(reference, candidate)
    if match is None or match.affine is None:
        return match
    shown = mirrored(reference) if match.is_mirrored else reference
    overlay = overlay_of(
        _grey(shown), _grey(candidate), _between_thumbs(match.affine, shown, candidate)
    )
    if overlay is None:
        return None
    similarity = min(match.similarity, overlay.similarity(match.inlier_count))
    return replace(match, similarity=similarity, overlay=overlay)


def _grey(features: LocalFeatures) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(features.thumb, cv2.COLOR_RGB2GRAY), np.uint8)


def _between_thumbs(affine: Affine, reference: LocalFeatures, photo: LocalFeatures) -> Affine:
    """The map between frames as one between small photos."""
    to_frame = reference.width_px / reference.thumb.shape[1]
    return rescaled(affine, to_frame, photo.thumb.shape[1] / photo.width_px)


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
        ransacReprojThreshold=_OFFSET_MAX_PX,
        maxIters=1000,
        confidence=0.995,
        refineIters=5,
    )
    if estimated[0] is None or not _is_plausible(np.asarray(estimated[0])):
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


def _is_plausible(affine: Affine) -> bool:
    """Whether a seller would make such an edit: no flip, no sliver, no thousandfold zoom."""
    if not np.isfinite(affine).all() or np.linalg.det(affine[:, :2]) <= 0:
        return False
    longest, shortest = np.linalg.svd(affine[:, :2], compute_uv=False).tolist()
    return bool(
        shortest >= _SHRINK_MIN and longest <= _GROW_MAX and longest <= _STRETCH_MAX * shortest
    )


def _places(positions: NDArray[np.float32]) -> int:
    """Distinct places: one corner described at five scales is one piece of evidence."""
    return len(np.unique(np.rint(positions / 4), axis=0))


def region_of(
    reference_px: tuple[int, int], candidate_px: tuple[int, int], affine: Affine
) -> tuple[Region, float]:
    """Where the reference lies in the candidate, and the share of the candidate it covers."""
    width_px, height_px = reference_px
    corners = np.array([[0, 0], [width_px, 0], [width_px, height_px], [0, height_px]], np.float64)
    seen = (corners @ affine[:, :2].T + affine[:, 2]) / candidate_px
    inside = np.clip(seen, 0.0, 1.0)
    left, top = inside.min(axis=0).tolist()
    right, bottom = inside.max(axis=0).tolist()
    frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    covered, _ = cv2.intersectConvexConvex(seen.astype(np.float32), frame)
    return Region(left, top, right, bottom), min(1.0, max(0.0, float(covered)))
