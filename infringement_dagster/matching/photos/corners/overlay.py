"""How exactly a photo shows what a reference shows, once one is laid over the other.

A copy agrees pixel by pixel wherever nothing was put over it; another photo of a like product, or
of the same model in another garment, agrees in parts only and never exactly. Looked at is where
the reference has detail: what stands around an inset, a cut-out or in a collage does not count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from infringement_dagster.matching.photos.corners.mapping import Map, rescaled

_PIXELS_MIN = 150  # of overlap; fewer agree by chance
_DETAIL_MIN = 60  # pixels with detail
_SLOPE_MIN = 60.0  # mean square of the slopes around a pixel, of Sobel's; noise stays below
_AROUND_PX = 9
_AGREES_MIN = 0.6
_ROUNDS, _ENOUGH = 15, 1e-3
_BACKGROUND_MIN = 240  # levels; product photos stand on white
_OUTLINE_PX = 5
_INTERIOR_SHARE_MIN = 0.25  # of the detail; of plain goods on white the outline is all there is
# Less will do where it is there nearly whole: cut out and set on another ground, outlines differ.
_INTERIOR_DETAIL_MIN, _INTERIOR_THERE_MIN = 300, 0.8
# Fitted to 2,000 copies under 40 edits and 140 pairs of other photos with something in common.
_PER_PLACE, _PER_GRADIENT, _PER_EXACTNESS, _EVEN_EVIDENCE = 0.85, 8.0, 2.4, 16.6
_PROJECTIVE_DOUBT = 2.5  # any flat front of the same product, seen from another side, fits one
# Letters laid over a photo run on over flat places; another label on the same carton does not, and
# where most flat places are disturbed another thing is shown.
_FLAT_SLOPE_MAX, _DISTURBED_SLOPE_MIN, _FLAT_PX_MIN = 20.0, 100.0, 100
_DISTURBED_MIN, _DISTURBED_MAX, _THERE_MIN = 0.05, 0.6, 0.95
# Letters over all of a photo leave a quarter to a half of its sharp pixels as they were, in each
# part of it, and no alignment is found better than as a whole; other photos reach a tenth.
_COINCIDES_MAX, _SHARP_MIN, _SHARP_PX_MIN = 12.0, 400.0, 200  # levels; square of Sobel's slope
_PARTS_A_SIDE = 3
_COVERED_LEVELS = 40.0  # apart; letters are, on most of what they cover
_LETTERED_MIN, _LETTERED_GRADIENT_MIN = 0.45, 0.9  # of flat places disturbed; of what coincides
_LETTERED_SHARE_MIN, _LETTERED_SHARE_MAX = 0.12, 0.7  # beyond it little is covered
_EACH_PART_MIN = 0.06  # of all parts but one: another product hides whole parts, letters none
# Letters disturb flat places in every part but one. Of 42 copies under them those without flat
# places differed in a third and more; a laptop from another side, by its screen, in a quarter.
_DISTURBED_EACH_MIN, _FLAT_OF_PART_PX_MIN, _PARTS_SPARING_ONE = 0.1, 15, 5
_COVERED_MIN, _COINCIDING_ALONE_MIN = 0.3, 0.36  # seven such copies of eight have .39 and more
_LETTERED_EVEN, _LETTERED_SCALE, _LETTERED_MAX = 0.15, 0.015, 0.97
_PER_LESS_DETAIL, _DETAIL_FULL_PX = 0.8, 500  # a button agrees with many a button
_EXACT_GRADIENT_MIN, _EXACT_MIN = 0.9, 0.97
_PER_INEXACTNESS, _INEXACT_FROM = 260.0, 0.005
_EXACT_SCALE_MIN, _SAME_TONE_LEVELS = 0.65, 8.0
_OTHER_TONE_LEVELS, _RECOLOURED_GRADIENT_MIN = 30.0, 0.95
# Before the finest alignment, which never gains so much that less would do, and hardly anything
# where edges coincide already: of 203 references laid over photos 3 in 4 do, and it takes 2 ms.
_GRADIENT_HOPELESS, _GRADIENT_ALIGNED = 0.15, 0.97
_NO_FLOOR = 1.0  # keeps the quotient of two nothings from being noise

Floats = NDArray[np.float32]
Slopes = tuple[Floats, Floats]
Flags = NDArray[np.bool_]
Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Overlay:
    """Agreement of the aligned pixels of one pair; without a unit from -1 or 0 to 1."""

    gradient: float  # correlation of edges
    uncovered_gradient: float  # the same where both agree, so that letters over the rest are out
    agreeing_share: float  # of the reference's detail that lies within the photo
    exactness: float  # upper quartile of the correlation around each pixel with detail
    detail_px: int
    apart_levels: float = 0.0  # median where edges agree; a recoloured copy is far apart
    scale: float = 1.0  # of the reference in the photo
    disturbed_share: float | None = None  # of its flat places, by edges in the photo; None: too few
    coinciding_share: float = 0.0  # of its sharp pixels, in most parts, through letters over all

    @property
    def is_overprinted(self) -> bool:
        """Whether what disagrees looks laid over the photo, so that the rest of it may decide."""
        if self.agreeing_share >= _THERE_MIN:
            return True
        return _DISTURBED_MIN < (self.disturbed_share or 0.0) < _DISTURBED_MAX

    @property
    def is_all_over(self) -> bool:
        """Whether edges of the photo run over what is flat in the reference, as far as any is."""
        return self.disturbed_share is None or self.disturbed_share >= _LETTERED_MIN

    @property
    def is_exact(self) -> bool:
        """Whether edges coincide as they do in one photo only, whatever its colours."""
        return self.gradient >= _EXACT_GRADIENT_MIN and self.exactness >= _EXACT_MIN

    @property
    def is_other_tone(self) -> bool:
        """Whether all of it is there in other tones, and not with the edges of one photo.

        Makers show a product in its colours so; a recoloured copy keeps its edges.
        """
        return (
            self.agreeing_share >= _THERE_MIN
            and self.scale >= _EXACT_SCALE_MIN
            and self.apart_levels >= _OTHER_TONE_LEVELS
            and self.uncovered_gradient < _RECOLOURED_GRADIENT_MIN
        )

    def similarity(self, place_count: int, *, is_projective: bool = False) -> float:
        """How surely both are one photo, 0 to 1; `place_count` places agree on the alignment."""
        gradient = self.gradient
        if self.is_overprinted:
            gradient = max(gradient, self.agreeing_share * self.uncovered_gradient)
        evidence = (
            _PER_PLACE * math.log1p(place_count)
            + _PER_GRADIENT * gradient
            - _PER_EXACTNESS * math.log(1.02 - self.exactness)
            + _PER_LESS_DETAIL * min(0.0, math.log(self.detail_px / _DETAIL_FULL_PX))
        )
        evidence -= _PROJECTIVE_DOUBT if is_projective else 0.0
        evidence -= _PER_INEXACTNESS * max(0.0, self._inexactness - _INEXACT_FROM)
        return max(1 / (1 + math.exp(_EVEN_EVIDENCE - evidence)), self._similarity_through_letters)

    @property
    def _inexactness(self) -> float:
        """How inexactly the rest of it agrees where a part of it does not.

        In the same tones and near its own size a copy is exact wherever nothing covers it; another
        picture of the product, with another screen or label, agrees nearly as well as one.
        """
        is_elsewhere = (self.disturbed_share or 0.0) >= _DISTURBED_MAX  # where outlines differ
        is_small = self.scale < _EXACT_SCALE_MIN
        if is_elsewhere or is_small or self.apart_levels > _SAME_TONE_LEVELS:
            return 0.0
        return (1 - self.uncovered_gradient) * (1 - self.agreeing_share)

    @property
    def _similarity_through_letters(self) -> float:
        beyond = (self.coinciding_share - _LETTERED_EVEN) / _LETTERED_SCALE
        return _LETTERED_MAX / (1 + math.exp(-beyond))


def overlay_of(reference: Grey, photo: Grey, transform: Map) -> Overlay | None:
    """The overlay, after the finest alignment where that may tell; None where too little is left.

    `transform` maps the reference's thumb to the photo's.
    """
    laid, inside = _laid_over(reference, photo.shape, transform)
    if int(inside.sum()) < _PIXELS_MIN:
        return None
    interior = _laid_over(_interior(reference), photo.shape, transform)[0] > 127
    ours, theirs = _smooth(laid), _smooth(photo)
    found = _measured(ours, theirs, inside, interior)
    if found is None or _GRADIENT_HOPELESS <= found.gradient < _GRADIENT_ALIGNED:
        fitted = _fitted(ours, theirs, inside)
        if fitted is not None:
            masks = (_moved(mask.astype(np.float32), fitted) > 0.5 for mask in (inside, interior))
            again = _measured(_moved(ours, fitted), theirs, *masks)
            if again is not None and (found is None or again.gradient > found.gradient):
                found = again
    return None if found is None else replace(found, scale=_scale_of(transform))


def lettered_overlay(
    reference: Grey, photo: Grey, transform: Map, *, is_rough: bool = False
) -> Overlay | None:
    """The overlay as the map lays it, where letters cover much of the photo; else None.

    A third of the price of the other, unless the map `is_rough`: then what is not covered aligns
    it, which letters would draw off.
    """
    laid, inside = _laid_over(reference, photo.shape, transform)
    if int(inside.sum()) < _PIXELS_MIN:
        return None
    ours, theirs = _smooth(laid), _smooth(photo)
    if is_rough:
        fitted = _fitted(ours, theirs, inside & (np.abs(ours - theirs) < _COVERED_LEVELS))
        if fitted is not None:
            ours, inside = _moved(ours, fitted), _moved(inside.astype(np.float32), fitted) > 0.5
    apart, slopes = np.abs(ours - theirs), (_slopes(ours), _slopes(theirs))
    coinciding = _coinciding(apart, *slopes, inside)
    if not _LETTERED_SHARE_MIN <= coinciding <= _LETTERED_SHARE_MAX:
        return None
    if is_rough and not _is_covered_throughout(coinciding, apart, *slopes, inside):
        return None
    found = _measured(ours, theirs, inside, inside)
    if found is None or not found.is_all_over:
        return None
    return replace(found, coinciding_share=coinciding)


def _laid_over(photo: Grey, shape: tuple[int, ...], transform: Map) -> tuple[Grey, Flags]:
    fitting, source = transform, photo
    scale = _scale_of(transform)
    if scale < 0.67:  # shrink first, or warping samples single pixels
        factor = max(scale * 1.2, 0.05)
        source = np.asarray(
            cv2.resize(photo, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8
        )
        fitting = rescaled(transform, photo.shape[1] / source.shape[1], 1.0)
    size = (shape[1], shape[0])
    laid = _warped(source, fitting, size, cv2.INTER_LINEAR)
    covered = _warped(np.full(source.shape, 255, np.uint8), fitting, size, cv2.INTER_NEAREST)
    inside = cv2.erode(covered, np.ones((5, 5), np.uint8)) > 0
    return laid, np.asarray(inside, np.bool_)


def _scale_of(transform: Map) -> float:
    return float(np.sqrt(abs(np.linalg.det(transform[:2, :2]))))


def _warped(source: Grey, transform: Map, size: tuple[int, int], how: int) -> Grey:
    warp = cv2.warpAffine if len(transform) == 2 else cv2.warpPerspective
    return np.asarray(warp(source, transform, size, flags=how), np.uint8)


def _interior(reference: Grey) -> Grey:
    """255 where the product is, without its outline; everywhere in a photo not on white."""
    _, parts = cv2.connectedComponents((reference >= _BACKGROUND_MIN).astype(np.uint8))
    rim = np.concatenate((parts[0], parts[-1], parts[:, 0], parts[:, -1]))
    is_background = np.isin(parts, np.unique(rim[rim > 0]))
    product = np.where(is_background, 0, 255).astype(np.uint8)
    size = (_OUTLINE_PX, _OUTLINE_PX)
    return np.asarray(cv2.erode(product, np.ones(size, np.uint8), borderValue=255), np.uint8)


def _smooth(grey: Grey) -> Floats:
    return np.asarray(cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0), np.float32)


def _fitted(ours: Floats, theirs: Floats, inside: Flags) -> Floats | None:
    """The small map that aligns both best, None where there is none."""
    start = np.eye(2, 3, dtype=np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _ROUNDS, _ENOUGH)
    mask = inside.astype(np.uint8)
    try:
        _, found = cv2.findTransformECC(theirs, ours, start, cv2.MOTION_AFFINE, criteria, mask, 1)
    except cv2.error:
        return None
    return np.asarray(found, np.float32)


def _moved(values: Floats, fitted: Floats) -> Floats:
    size = (values.shape[1], values.shape[0])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(values, fitted, size, flags=how), np.float32)


def _measured(ours: Floats, theirs: Floats, inside: Flags, interior: Flags) -> Overlay | None:
    """The overlay within the product where that has detail of its own, else over all of it."""
    slopes = _slopes(ours), _slopes(theirs)
    energy = _energy(slopes[0], inside)
    apart = np.abs(ours - theirs)
    inner = _within(*slopes, apart, inside & interior)
    is_telling = inner is not None and (
        inner.detail_px >= _INTERIOR_SHARE_MIN * int((energy > _SLOPE_MIN).sum())
    )
    whole = None if is_telling else _within(*slopes, apart, inside)
    found = _more_telling(inner, whole)
    if found is None:
        return None
    flat = inside & (energy < _FLAT_SLOPE_MAX)
    if int(flat.sum()) < _FLAT_PX_MIN:
        return found
    disturbed = float((_energy(slopes[1], inside)[flat] > _DISTURBED_SLOPE_MIN).mean())
    return replace(found, disturbed_share=disturbed)


def _coinciding(apart: Floats, ours: Slopes, theirs: Slopes, inside: Flags) -> float:
    """The share of our sharp pixels that are the same in theirs, in the middle one of all parts."""
    sharp = (ours[0] * ours[0] + ours[1] * ours[1] > _SHARP_MIN) & inside
    near = cv2.erode((apart <= _COINCIDES_MAX).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    coincides = np.asarray(near & sharp, np.bool_)
    if int(sharp.sum()) < _SHARP_PX_MIN or int(coincides.sum()) < _DETAIL_MIN:
        return 0.0
    if _edges_agree(ours, theirs, coincides) < _LETTERED_GRADIENT_MIN:
        return 0.0
    within = np.arange(1, _PARTS_A_SIDE) / _PARTS_A_SIDE
    down, across = (np.searchsorted(np.quantile(at, within), at) for at in np.nonzero(sharp))
    part = down * _PARTS_A_SIDE + across
    shares = np.bincount(part, coincides[sharp]) / np.maximum(np.bincount(part), 1)
    return float(np.median(shares)) if np.sort(shares)[1] >= _EACH_PART_MIN else 0.0


def _is_covered_throughout(
    coinciding: float, apart: Floats, ours: Slopes, theirs: Slopes, inside: Flags
) -> bool:
    """Whether edges of theirs run over what is flat in ours in all parts but one, as letters do.

    Where no two parts have flat places, whether much of it differs and much of the rest coincides.
    Points that fit one map, as on another side of the product, tell nothing of the rest.
    """
    flat = inside & (_energy(ours, inside) < _FLAT_SLOPE_MAX)
    disturbed = _energy(theirs, inside)[flat] > _DISTURBED_SLOPE_MIN
    rows, columns = (
        _PARTS_A_SIDE * (at - at.min()) // (int(at.max()) - int(at.min()) + 1)
        for at in np.nonzero(inside)
    )
    part = (rows * _PARTS_A_SIDE + columns)[flat[inside]]
    sizes = np.bincount(part, minlength=_PARTS_A_SIDE**2)
    is_known = sizes >= _FLAT_OF_PART_PX_MIN
    shares = np.bincount(part, disturbed, _PARTS_A_SIDE**2)[is_known] / sizes[is_known]
    if len(shares) > 1:
        spared = int(len(shares) >= _PARTS_SPARING_ONE)
        return float(np.sort(shares)[spared]) >= _DISTURBED_EACH_MIN
    covered = float((apart[inside] > _COINCIDES_MAX).mean())
    return covered >= _COVERED_MIN and coinciding >= _COINCIDING_ALONE_MIN


def _more_telling(inner: Overlay | None, whole: Overlay | None) -> Overlay | None:
    """The overlay of all, or of the product alone where that is there and its outline is not."""
    if inner is None or whole is None:
        return inner or whole
    is_there = (
        inner.detail_px >= _INTERIOR_DETAIL_MIN and inner.agreeing_share >= _INTERIOR_THERE_MIN
    )
    return inner if is_there and inner.gradient > whole.gradient else whole


def _within(ours: Slopes, theirs: Slopes, apart: Floats, mask: Flags) -> Overlay | None:
    own = _energy(ours, mask)
    has_detail = (own > _SLOPE_MIN) & mask
    detail_px = int(has_detail.sum())
    if int(mask.sum()) < _PIXELS_MIN or detail_px < _DETAIL_MIN:
        return None
    other = _energy(theirs, mask)[has_detail]
    both = _around((ours[0] * theirs[0] + ours[1] * theirs[1]) * mask)[has_detail]
    alike = both / np.sqrt(own[has_detail] * other + _NO_FLOOR)
    agrees = np.zeros_like(mask)
    agrees[has_detail] = alike > _AGREES_MIN
    return Overlay(
        _edges_agree(ours, theirs, mask),
        _edges_agree(ours, theirs, agrees),
        float((alike > _AGREES_MIN).mean()),
        float(np.quantile(alike, 0.75)),
        detail_px,
        float(np.median(apart[agrees])) if agrees.any() else 0.0,
    )


def _slopes(grey: Floats) -> Slopes:
    """The slope across and down."""
    across, down = (cv2.Sobel(grey, cv2.CV_32F, 1 - axis, axis) for axis in (0, 1))
    return np.asarray(across, np.float32), np.asarray(down, np.float32)


def _energy(slopes: Slopes, mask: Flags) -> Floats:
    """Mean square of the slopes around each pixel."""
    return _around((slopes[0] * slopes[0] + slopes[1] * slopes[1]) * mask)


def _around(values: Floats) -> Floats:
    return np.asarray(cv2.boxFilter(values, -1, (_AROUND_PX, _AROUND_PX)), np.float32)


def _edges_agree(ours: Slopes, theirs: Slopes, mask: Flags) -> float:
    if not mask.any():
        return 0.0
    return _correlation(
        *(np.concatenate([slope[mask] for slope in slopes]) for slopes in (ours, theirs))
    )


def _correlation(ours: Floats, theirs: Floats) -> float:
    a, b = ours - ours.mean(), theirs - theirs.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 1e-3 else 0.0
