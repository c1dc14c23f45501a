"""Perceptual hashes of one photo, or the reason why there are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from infringement_dagster.domain.photo import HashedPhoto, MissedPhoto, PerceptualHash, View
from infringement_dagster.matching.photos.decoding import DecodedPhoto, decode
from infringement_dagster.matching.photos.hashes import pdq
from infringement_dagster.matching.photos.hashes.resampling import Size, lanczos
from infringement_dagster.matching.photos.hashes.views import VIEWS, trim_box

__all__ = [
    "ALGORITHMS",
    "HashAlgorithm",
    "View",
    "hash_photo",
]

DECODED_SIDE_MIN_PX = 224  # at 192, 64-bit hashes drift by up to 4 bits from full decode; here 2
UNIFORM_RANGE_MAX = 16  # levels of 255 between darkest and brightest: no product is so faint

Luma = NDArray[np.uint8]
Small = NDArray[Any]  # bytes or floats: each algorithm knows its own
Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How surely two photos are the same by the distance of one algorithm's hashes."""

    even_bits: float  # at which the algorithm alone is evenly torn
    scale_bits: float  # that change its odds e-fold
    ceiling: float  # of what it says at distance 0


@dataclass(frozen=True, slots=True)
class HashAlgorithm:
    """One way to hash: shrink a view of the photo, then read its bits from the small array.

    `samples` is a size that Lanczos resampling shrinks to, or a way of its own. `bits` gets a
    stack of small arrays, one per view, and answers one row of bits for each; mirrored views are
    mirrored small arrays. Raise `version` whenever the same photo may get other bits.
    """

    name: str
    version: int
    length_bits: int
    samples: Size | Callable[[Luma], Small]
    bits: Callable[[Small], Bits]
    likeness: Likeness
    tells_apart: Callable[[Small], bool] | None = None  # its own quality gate

    def accepts(self, small: Small) -> bool:
        """Whether this algorithm can tell the photo from others."""
        return self.tells_apart is None or self.tells_apart(small)


def _average_bits(stack: Small) -> Bits:
    flat = stack.reshape(len(stack), -1)
    return np.asarray(flat > flat.mean(axis=1, keepdims=True), dtype=np.bool_)


def _difference_bits(stack: Small) -> Bits:
    rises = stack[:, :, 1:] > stack[:, :, :-1]
    return np.asarray(rises.reshape(len(stack), -1), dtype=np.bool_)


def _dct8_of_32() -> NDArray[np.float64]:
    position = 2 * np.arange(32)[None, :] + 1
    return np.asarray(2 * np.cos(np.pi / 64 * np.arange(8)[:, None] * position))


_DCT8 = _dct8_of_32()


def _dct_bits(stack: Small) -> Bits:
    low = (_DCT8 @ stack.astype(np.float64) @ _DCT8.T).reshape(len(stack), -1)
    middle = np.partition(low, (31, 32), axis=1)[:, 31:33].mean(axis=1, keepdims=True)
    return np.asarray(low > middle, dtype=np.bool_)


def _pdq_bits(stack: Small) -> Bits:
    return pdq.bits_of(stack.astype(np.float32, copy=False))


def _pdq_tells_apart(small: Small) -> bool:
    return pdq.quality_of(small.astype(np.float32, copy=False)) > pdq.QUALITY_BLANK_MAX


# Among 23,000 pairs of distinct product photos one in a thousand is nearer than 80 (pdq), 12
# (phash), 4 (dhash) and 1 (ahash) bits; 23 such pairs have the very same ahash.
ALGORITHMS: tuple[HashAlgorithm, ...] = (
    HashAlgorithm("ahash", 2, 64, (8, 8), _average_bits, Likeness(0, 1.0, 0.3)),
    HashAlgorithm("dhash", 2, 64, (9, 8), _difference_bits, Likeness(2, 1.0, 0.6)),
    HashAlgorithm("phash", 2, 64, (32, 32), _dct_bits, Likeness(8, 1.2, 0.9)),
    HashAlgorithm(
        "pdq", 2, 256, pdq.samples_of, _pdq_bits, Likeness(68, 6.0, 0.99), _pdq_tells_apart
    ),
)


def hash_photo(content: bytes) -> HashedPhoto | MissedPhoto:
    """The hashes of an encoded photo, or why it could not be hashed; never raises."""
    decoded = decode(content, DECODED_SIDE_MIN_PX, "L")
    return decoded if isinstance(decoded, MissedPhoto) else hash_as_decoded(content, decoded)


def hash_as_decoded(content: bytes, decoded: DecodedPhoto) -> HashedPhoto | MissedPhoto:
    """The same of a photo decoded for it; decoded whole where too little was left of it."""
    hashed = hash_decoded(decoded)
    is_faint = isinstance(hashed, MissedPhoto) or len(hashed.hashes) < len(VIEWS) * len(ALGORITHMS)
    if not (decoded.is_reduced and is_faint):
        return hashed
    # Where nearly all is one shade, reduction alone turns up to 4 bits: look at every pixel.
    whole = decode(content, max(decoded.width_px, decoded.height_px), "L")
    return whole if isinstance(whole, MissedPhoto) else hash_decoded(whole)


def hash_decoded(decoded: DecodedPhoto) -> HashedPhoto | MissedPhoto:
    """The hashes of a decoded photo, raw view first, or `blank` where nothing is to be seen."""
    grey = decoded.pixels if decoded.pixels.mode == "L" else decoded.pixels.convert("L")
    luma = np.asarray(grey)
    if int(luma.max()) - int(luma.min()) <= UNIFORM_RANGE_MAX:
        return MissedPhoto("blank", "one uniform colour: nothing to compare")
    left, top, right, bottom = trim_box(luma)
    outer = _shrunk(luma)
    is_bordered = (right - left, bottom - top) != grey.size
    inner = _shrunk(luma[top:bottom, left:right]) if is_bordered else outer
    hashes = [
        hashed
        for algorithm, raw, trimmed in zip(ALGORITHMS, outer, inner, strict=True)
        for hashed in _of_views(algorithm, raw, trimmed)
    ]
    hashes.sort(key=lambda hashed: VIEWS.index(hashed.view))
    return HashedPhoto(decoded.width_px, decoded.height_px, decoded.media_type, tuple(hashes))


def _shrunk(luma: Luma) -> list[Small]:
    """The samples that each registered algorithm looks at, in the registry's order."""
    sizes = [a.samples for a in ALGORITHMS if not callable(a.samples)]
    resized = iter(lanczos(luma, sizes))
    return [a.samples(luma) if callable(a.samples) else next(resized) for a in ALGORITHMS]


def _of_views(algorithm: HashAlgorithm, raw: Small, trimmed: Small) -> list[PerceptualHash]:
    shown: dict[View, Small] = {}
    if algorithm.accepts(raw):
        shown |= {"raw": raw, "mirrored": raw[:, ::-1]}
    if trimmed is not raw and algorithm.accepts(trimmed):
        shown |= {"trimmed": trimmed, "trimmed_mirrored": trimmed[:, ::-1]}
    if not shown:
        return []
    packed = np.packbits(algorithm.bits(np.stack(list(shown.values()))), axis=1)
    hexes = {view: row.tobytes().hex() for view, row in zip(shown, packed, strict=True)}
    if trimmed is raw:  # no border: half the work is the same again
        hexes |= {"trimmed": hexes["raw"], "trimmed_mirrored": hexes["mirrored"]}
    return [
        PerceptualHash(algorithm.name, algorithm.version, view, hash_hex)
        for view, hash_hex in hexes.items()
    ]
