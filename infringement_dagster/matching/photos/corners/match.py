"""Whether a photo shows a named reference, by their corner points and small grey photos."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from infringement_dagster.matching.photos.alignment import Agreement
from infringement_dagster.matching.photos.corners.consensus import (
    PAIRS_MAX,
    Rows,
    agreeing,
    place_count,
)
from infringement_dagster.matching.photos.corners.faiss_library import loaded_faiss
from infringement_dagster.matching.photos.corners.mapping import (
    OFFSET_MAX_PX,
    PROJECTIVE_PLACES_MIN,
    Flags,
    Map,
    Points,
    is_plausible,
    projective_map,
    rescaled,
)
from infringement_dagster.matching.photos.corners.overlay import (
    Overlay,
    lettered_overlay,
    overlay_of,
)
from infringement_dagster.matching.photos.corners.points import CornerPoints
from infringement_dagster.matching.photos.hashes.views import Box, trim_box
from infringement_dagster.matching.photos.local_match import LocalMatch, region_of

_BITS_MAX = 64  # of a pair that is each other's nearest; the gate is stricter, as it sees all
_PAIRS_MIN = 4  # one more than an affine map fits by itself
_AGREED_ENOUGH = 25  # with fewer, 0.7 ms for all pairs are well spent
_STRETCH_MAX = 2.0
_SURE_MIN = 0.9
_TOLD_MIN = 0.6  # sure enough that letters need not be looked for
_PLACES_OF_A_WHOLE = 6  # what lying on the whole photo is worth: as much as chance pairs reach


@dataclass(frozen=True, slots=True, eq=False)
class CornerMatch:
    """A reference laid over a photo."""

    transform: Map  # from the reference's frame to the photo's
    place_count: int | None  # that agree on it; None where no points were asked
    overlay: Overlay

    @property
    def similarity(self) -> float:
        """How surely the photo is the reference's."""
        return self.overlay.similarity(
            self.place_count or _PLACES_OF_A_WHOLE, is_projective=len(self.transform) == 3
        )


def match_points(
    reference: CornerPoints, photo: CornerPoints, agreed: Rows | None = None
) -> CornerMatch | None:
    """The reference as it lies in the photo, or None where no map fits.

    `agreed` are pairs that agree on one map, where the gate has found enough of them.
    """
    if agreed is not None and len(agreed) >= _AGREED_ENOUGH:
        pairs = agreed
    else:
        pairs = _pairs(reference, photo)
        pairs = pairs[agreeing(reference, photo, pairs, _PAIRS_MIN)]
    if len(pairs) < _PAIRS_MIN:
        return None
    sides = _places_of(reference, photo, pairs)
    flat = _laid(reference, photo, sides, _affine_map(*sides))
    if flat is None or flat.similarity >= _SURE_MIN:
        return flat
    best = _surer(flat, _seen_from_aside(reference, photo, flat))
    if best.similarity >= _TOLD_MIN:
        return best
    return _surer(best, _under_letters(reference, photo, flat))


def _surer(known: CornerMatch, other: CornerMatch | None) -> CornerMatch:
    return other if other is not None and other.similarity > known.similarity else known


def _under_letters(
    reference: CornerPoints, photo: CornerPoints, flat: CornerMatch
) -> CornerMatch | None:
    """The same with letters over all of it, which hide more edges than they leave."""
    between = _between_thumbs(flat.transform, reference, photo)
    overlay = lettered_overlay(reference.thumb, photo.thumb, between, is_rough=True)
    return None if overlay is None else replace(flat, overlay=overlay)


def _seen_from_aside(
    reference: CornerPoints, photo: CornerPoints, flat: CornerMatch
) -> CornerMatch | None:
    """The same by a projective map; far from where pairs agree on one turn others tell of it."""
    if (flat.place_count or 0) < PROJECTIVE_PLACES_MIN:
        return None
    sides = _places_of(reference, photo, _pairs(reference, photo))
    size_px = (reference.width_px, reference.height_px)
    return _laid(reference, photo, sides, projective_map(*sides, size_px, _STRETCH_MAX))


def _places_of(reference: CornerPoints, photo: CornerPoints, pairs: Rows) -> tuple[Points, Points]:
    return reference.positions[pairs[:, 0]], photo.positions[pairs[:, 1]]


def _affine_map(source: Points, target: Points) -> tuple[Map, Flags] | None:
    affine, flags = cv2.estimateAffine2D(
        source, target, method=cv2.RANSAC, ransacReprojThreshold=OFFSET_MAX_PX, maxIters=300
    )
    if affine is None or not is_plausible(np.asarray(affine), _STRETCH_MAX):
        return None
    return np.asarray(affine, np.float64), np.asarray(flags).ravel() > 0


def _laid(
    reference: CornerPoints,
    photo: CornerPoints,
    pairs: tuple[Points, Points],
    fitted: tuple[Map, Flags] | None,
) -> CornerMatch | None:
    """The reference laid over the photo by a map on which some of the pairs agree."""
    if fitted is None:
        return None
    transform, kept = fitted
    overlay = overlay_of(reference.thumb, photo.thumb, _between_thumbs(transform, reference, photo))
    if overlay is None:
        return None
    places = min(place_count(side[kept]) for side in pairs)
    return CornerMatch(transform, places, overlay)


def laid_as_a_whole(reference: CornerPoints, photo: CornerPoints) -> Iterator[CornerMatch]:
    """The reference laid on the whole photo, and what is within its border on what is in theirs.

    For plain goods and covered photos, which have no corner points in common.
    """
    ours, theirs = trim_box(reference.thumb), trim_box(photo.thumb)
    whole = _whole(reference.thumb), _whole(photo.thumb)
    for source, target in dict.fromkeys((whole, (ours, theirs))):
        mapped = _box_to_box(source, target)
        overlay = overlay_of(reference.thumb, photo.thumb, mapped)
        if overlay is not None:
            yield CornerMatch(_between_frames(mapped, reference, photo), None, overlay)


def laid_through_letters(
    reference: CornerPoints, photo: CornerPoints, *, ours_trimmed: bool, theirs_trimmed: bool
) -> CornerMatch | None:
    """The reference laid on the photo, either within its border, where letters cover all of it."""
    source = trim_box(reference.thumb) if ours_trimmed else _whole(reference.thumb)
    target = trim_box(photo.thumb) if theirs_trimmed else _whole(photo.thumb)
    mapped = _box_to_box(source, target)
    overlay = lettered_overlay(reference.thumb, photo.thumb, mapped)
    if overlay is None:
        return None
    return CornerMatch(_between_frames(mapped, reference, photo), None, overlay)


def as_sighting(
    reference: CornerPoints, photo: CornerPoints, match: CornerMatch, *, is_mirrored: bool
) -> LocalMatch:
    """The match as people are told of it."""
    frames = (reference.width_px, reference.height_px), (photo.width_px, photo.height_px)
    region, share = region_of(*frames, match.transform)
    return LocalMatch(
        similarity=match.similarity,
        inlier_count=match.place_count or 0,
        agreement=Agreement(match.overlay.gradient, match.overlay.gradient, None),
        region=region,
        overlap_share=share,
        is_mirrored=is_mirrored,
        overlay=match.overlay,
    )


def _whole(thumb: NDArray[np.uint8]) -> Box:
    return (0, 0, thumb.shape[1], thumb.shape[0])


def _box_to_box(source: Box, target: Box) -> Map:
    across = (target[2] - target[0]) / (source[2] - source[0])
    down = (target[3] - target[1]) / (source[3] - source[1])
    left = target[0] - across * source[0] + (across - 1) / 2
    top = target[1] - down * source[1] + (down - 1) / 2
    return np.array([[across, 0.0, left], [0.0, down, top]])


def _between_frames(affine: Map, reference: CornerPoints, photo: CornerPoints) -> Map:
    """The map between small photos as one between frames."""
    to_thumb = reference.thumb.shape[1] / reference.width_px
    return rescaled(affine, to_thumb, photo.width_px / photo.thumb.shape[1])


def _pairs(reference: CornerPoints, photo: CornerPoints) -> Rows:
    """Rows (reference, photo) of points that are each other's nearest, nearest first."""
    if not len(reference) or not len(photo):
        return np.zeros((0, 2), np.intp)
    bits, row = (column[:, 0] for column in _nearest(photo, reference))
    point = _nearest(reference, photo)[1][:, 0]
    asked = np.arange(len(photo))
    kept = np.flatnonzero((point[row] == asked) & (bits <= _BITS_MAX))
    kept = kept[np.argsort(bits[kept], kind="stable")][:PAIRS_MAX]
    return np.stack((row[kept], kept), axis=1)


def _nearest(asked: CornerPoints, among: CornerPoints) -> tuple[Rows, Rows]:
    """For each point its nearest: bits apart and row, five times as fast as by OpenCV."""
    bits, rows = loaded_faiss().knn_hamming(
        np.ascontiguousarray(asked.descriptors), np.ascontiguousarray(among.descriptors), 1
    )
    return np.asarray(bits, np.intp), np.asarray(rows, np.intp)


def _between_thumbs(transform: Map, reference: CornerPoints, photo: CornerPoints) -> Map:
    """The map between frames as one between small photos."""
    to_frame = reference.width_px / reference.thumb.shape[1]
    return rescaled(transform, to_frame, photo.thumb.shape[1] / photo.width_px)
