"""Perceptual hashes of one picture, or the reason why there are none.

Belongs here: the registry of algorithms and the quality gate. Not here: fetching bytes, keeping
hashes, finding near ones (`hash_index.py`), comparing a listing with a client (`signals.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from infringement_dagster.matching import pdq
from infringement_dagster.matching.decoding import (
    CouldNotHash,
    DecodedImage,
    HashingFailure,
    decode,
)
from infringement_dagster.matching.views import VIEWS, Box, View, trim_box

__all__ = [
    "ALGORITHMS",
    "CouldNotHash",
    "HashAlgorithm",
    "HashedImage",
    "HashingFailure",
    "PerceptualHash",
    "View",
    "hash_image",
]

DECODED_SIDE_MIN_PX = 224  # at 192, 64-bit hashes drift by up to 4 bits from full decode; here 2
UNIFORM_RANGE_MAX = 16  # levels of 255 between darkest and brightest: no product is so faint

Luma = NDArray[np.uint8]
Small = NDArray[np.uint8] | NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PerceptualHash:
    """One hash of one view of one picture; `hash_hex` is big-endian, row by row."""

    algorithm: str
    algorithm_version: int
    view: View
    hash_hex: str


@dataclass(frozen=True, slots=True)
class HashedImage:
    """A picture that could be read, with the hashes of every registered algorithm and view.

    PDQ is absent where its quality is too low to tell two pictures apart (a white door on white).
    """

    width_px: int
    height_px: int
    media_type: str  # "image/jpeg", ...
    hashes: tuple[PerceptualHash, ...]


@dataclass(frozen=True, slots=True)
class HashAlgorithm:
    """One way to hash: `shrink` a box of the picture, then read `bits` from the small array.

    `bits` sees the mirrored view as the mirrored small array, so it must not look elsewhere.
    Raise `version` whenever the same picture may get other bits.
    """

    name: str
    version: int
    length_bits: int
    shrink: Callable[[Image.Image, Luma, Box], Small]
    bits: Callable[[Small], NDArray[np.bool_]]
    tells_apart: Callable[[Small], bool] = lambda _small: True  # its own quality gate


def _resized(width: int, height: int) -> Callable[[Image.Image, Luma, Box], Small]:
    def shrink(grey: Image.Image, _luma: Luma, box: Box) -> Small:
        return np.asarray(grey.resize((width, height), Image.Resampling.LANCZOS, box=box))

    return shrink


def _pdq_samples(_grey: Image.Image, luma: Luma, box: Box) -> Small:
    left, top, right, bottom = box
    return pdq.samples_of(luma[top:bottom, left:right])


def _average_bits(small: Small) -> NDArray[np.bool_]:
    return np.asarray(small.ravel() > small.mean(), dtype=np.bool_)


def _difference_bits(small: Small) -> NDArray[np.bool_]:
    return (small[:, 1:] > small[:, :-1]).ravel()


def _dct8_of_32() -> NDArray[np.float64]:
    position = 2 * np.arange(32)[None, :] + 1
    return np.asarray(2 * np.cos(np.pi / 64 * np.arange(8)[:, None] * position))


_DCT8 = _dct8_of_32()


def _dct_bits(small: Small) -> NDArray[np.bool_]:
    low = _DCT8 @ small.astype(np.float64) @ _DCT8.T
    return (low > np.median(low)).ravel()


def _pdq_bits(small: Small) -> NDArray[np.bool_]:
    return pdq.bits_of(small.astype(np.float32, copy=False))


def _pdq_tells_apart(small: Small) -> bool:
    return pdq.quality_of(small.astype(np.float32, copy=False)) > pdq.QUALITY_BLANK_MAX


ALGORITHMS: tuple[HashAlgorithm, ...] = (
    HashAlgorithm("ahash", 1, 64, _resized(8, 8), _average_bits),
    HashAlgorithm("dhash", 1, 64, _resized(9, 8), _difference_bits),
    HashAlgorithm("phash", 1, 64, _resized(32, 32), _dct_bits),
    HashAlgorithm("pdq", 1, 256, _pdq_samples, _pdq_bits, _pdq_tells_apart),
)


def hash_image(content: bytes) -> HashedImage | CouldNotHash:
    """The hashes of an encoded picture, or why it could not be hashed; never raises."""
    decoded = decode(content, DECODED_SIDE_MIN_PX)
    return decoded if isinstance(decoded, CouldNotHash) else hash_decoded(decoded)


def hash_decoded(decoded: DecodedImage) -> HashedImage | CouldNotHash:
    """The hashes of a decoded picture, raw view first, or `blank` where nothing is to be seen."""
    grey = decoded.pixels.convert("L")
    luma = np.asarray(grey)
    if int(luma.max()) - int(luma.min()) <= UNIFORM_RANGE_MAX:
        return CouldNotHash("blank", "one uniform colour: nothing to compare")
    whole: Box = (0, 0, luma.shape[1], luma.shape[0])
    boxes = (whole, trim_box(luma))
    shrunk = {algorithm.name: _shrunk(algorithm, grey, luma, boxes) for algorithm in ALGORITHMS}
    hashes = tuple(
        _printed(algorithm, view, small)
        for view in VIEWS
        for algorithm in ALGORITHMS
        if (small := shrunk[algorithm.name].get(view)) is not None
    )
    return HashedImage(decoded.width_px, decoded.height_px, decoded.media_type, hashes)


def _shrunk(
    algorithm: HashAlgorithm, grey: Image.Image, luma: Luma, boxes: tuple[Box, Box]
) -> dict[View, Small]:
    raw = algorithm.shrink(grey, luma, boxes[0])
    inner = raw if boxes[0] == boxes[1] else algorithm.shrink(grey, luma, boxes[1])
    if not (algorithm.tells_apart(raw) or algorithm.tells_apart(inner)):
        return {}
    return {
        "raw": raw,
        "trimmed": inner,
        "mirrored": raw[:, ::-1],
        "trimmed_mirrored": inner[:, ::-1],
    }


def _printed(algorithm: HashAlgorithm, view: View, small: Small) -> PerceptualHash:
    packed = np.packbits(algorithm.bits(small))
    return PerceptualHash(algorithm.name, algorithm.version, view, packed.tobytes().hex())
