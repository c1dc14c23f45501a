"""How well two photos agree once one is laid over the other."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from infringement_dagster.matching.photos.local_features import LocalFeatures

_PIXELS_MIN = 150  # of overlap in the candidate's thumb; fewer agree by chance
_CHROMA_MIN = 14.0  # in CIELAB; below it a hue is noise
_COLOURED_SHARE_MIN = 0.06  # of the overlap; a badge alone is no colour of the product
_SAME_SHAPES_MIN = 0.6  # edge correlation; below it something else is shown
_TURN_MIN_DEGREES = 40.0  # warm light and white balance turn hues by up to 25

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of aligned pixels; both correlations run from -1 to 1."""

    gradient: float  # of edges, the strictest witness against chance geometry
    shade: float  # of brightness
    hue_turn_degrees: float | None  # median over coloured pixels, None without enough of them

    @property
    def is_recoloured(self) -> bool:
        """Whether the same shapes are shown in other colours."""
        if self.hue_turn_degrees is None or self.gradient < _SAME_SHAPES_MIN:
            return False
        return self.hue_turn_degrees >= _TURN_MIN_DEGREES


NO_AGREEMENT = Agreement(0.0, 0.0, None)


def agreement_of(
    reference: LocalFeatures, candidate: LocalFeatures, affine: NDArray[np.float64]
) -> Agreement:
    """How the candidate's thumb agrees with the reference's, laid over it by `affine`.

    `affine` maps the reference's frame to the candidate's.
    """
    laid, inside = _laid_over(reference, candidate, affine)
    if int(inside.sum()) < _PIXELS_MIN:
        return NO_AGREEMENT
    ours, theirs = _smooth_grey(laid), _smooth_grey(candidate.thumb)
    slopes = _edges(ours)[inside], _edges(theirs)[inside]
    return Agreement(
        gradient=_correlation(*slopes),
        shade=_correlation(ours[inside], theirs[inside]),
        hue_turn_degrees=_hue_turn_degrees(laid[inside], candidate.thumb[inside], slopes),
    )


def _laid_over(
    reference: LocalFeatures, candidate: LocalFeatures, affine: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    height, width = candidate.thumb.shape[:2]
    thumb = reference.thumb
    to_frame = reference.width_px / thumb.shape[1]
    to_thumb = width / candidate.width_px
    mapped = affine.copy()
    mapped[:, :2] *= to_frame * to_thumb
    mapped[:, 2] *= to_thumb
    scale = float(np.sqrt(abs(np.linalg.det(mapped[:, :2]))))
    if scale < 0.67:  # shrink first, or warping samples single pixels
        factor = max(scale * 1.2, 0.05)
        thumb = np.asarray(
            cv2.resize(thumb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8
        )
        mapped[:, :2] *= reference.thumb.shape[1] / thumb.shape[1]
    laid = cv2.warpAffine(thumb, mapped, (width, height), flags=cv2.INTER_LINEAR)
    covered = cv2.warpAffine(
        np.full(thumb.shape[:2], 255, np.uint8), mapped, (width, height), flags=cv2.INTER_NEAREST
    )
    inside = cv2.erode(covered, np.ones((5, 5), np.uint8)) > 0
    return np.asarray(laid, np.uint8), np.asarray(inside, np.bool_)


def _smooth_grey(pixels: NDArray[np.uint8]) -> Floats:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.0), np.float32)


def _edges(grey: Floats) -> Floats:
    """Height x width x 2: the slope across and down."""
    across, down = (cv2.Sobel(grey, cv2.CV_32F, 1 - axis, axis) for axis in (0, 1))
    return np.stack((across, down), axis=-1).astype(np.float32)


def _correlation(ours: Floats, theirs: Floats) -> float:
    """Pearson's; edges are nearly centred already, shades are not."""
    a, b = ours.ravel() - ours.mean(), theirs.ravel() - theirs.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 1e-3 else 0.0


def _hue_turn_degrees(
    ours: NDArray[np.uint8], theirs: NDArray[np.uint8], slopes: tuple[Floats, Floats]
) -> float | None:
    first, second = (_chroma(pixels) for pixels in (ours, theirs))
    is_coloured = (np.abs(first) >= _CHROMA_MIN) & (np.abs(second) >= _CHROMA_MIN)
    if is_coloured.mean() < _COLOURED_SHARE_MIN:
        return None
    if _correlation(slopes[0][is_coloured], slopes[1][is_coloured]) < _SAME_SHAPES_MIN:
        return None  # a banner over the coloured part, not the part in another colour
    turns = np.angle(first[is_coloured] * np.conj(second[is_coloured]), deg=True)
    return float(np.median(np.abs(turns)))


def _chroma(pixels: NDArray[np.uint8]) -> NDArray[np.complex64]:
    """CIELAB a and b as one complex number: its length is the chroma, its angle the hue."""
    lab = cv2.cvtColor(pixels.reshape(-1, 1, 3), cv2.COLOR_RGB2LAB).reshape(-1, 3)
    shifted = lab.astype(np.float32) - 128
    return np.asarray(shifted[:, 1] + 1j * shifted[:, 2], dtype=np.complex64)
