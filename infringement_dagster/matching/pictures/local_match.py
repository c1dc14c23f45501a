"""Whether one picture is seen inside another, and where."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from infringement_dagster.domain.score import Region
from infringement_dagster.matching.pictures.alignment import Agreement, agreement_of
from infringement_dagster.matching.pictures.local_features import (
    LocalFeatures,
    mirrored,
    unit_descriptors,
)
from infringement_dagster.matching.pictures.matrix_product import product

_RATIO_MAX = 0.88  # nearest over second nearest distance; verification forgives a loose one
_OFFSET_MAX_PX = 6.0  # in a frame of 400 px
_INLIERS_MIN = 4  # one more than an affine map fits by itself
_SHRINK_MIN, _GROW_MAX, _STRETCH_MAX = 0.1, 6.0, 1.8
_EVEN_EVIDENCE, _EVIDENCE_SCALE = 1.0, 0.18  # 0.1% of 1,500 distinct pairs reach 0.9

Affine = NDArray[np.float64]  # 2 x 3, from the reference's frame to the candidate's


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


def match_features(reference: LocalFeatures, candidate: LocalFeatures) -> LocalMatch | None:
    """The better sighting of the two orientations, or None where no geometry fits."""
    sightings = [
        sighting
        for is_mirrored in (False, True)
        if (sighting := _sighting(reference, candidate, is_mirrored=is_mirrored)) is not None
    ]
    return max(sightings, key=lambda sighting: sighting.similarity, default=None)


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
    region, share = _region(shown, candidate, affine)
    similarity = similarity_of(inlier_count, agreement.gradient)
    return LocalMatch(similarity, inlier_count, agreement, region, share, is_mirrored)


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


def _region(
    reference: LocalFeatures, candidate: LocalFeatures, affine: Affine
) -> tuple[Region, float]:
    corners = np.array(
        [[0, 0], [reference.width_px, 0], [reference.width_px, reference.height_px],
         [0, reference.height_px]], dtype=np.float64,
    )  # fmt: skip
    seen = (corners @ affine[:, :2].T + affine[:, 2]) / (candidate.width_px, candidate.height_px)
    inside = np.clip(seen, 0.0, 1.0)
    left, top = inside.min(axis=0).tolist()
    right, bottom = inside.max(axis=0).tolist()
    frame = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    covered, _ = cv2.intersectConvexConvex(seen.astype(np.float32), frame)
    return Region(left, top, right, bottom), min(1.0, max(0.0, float(covered)))
